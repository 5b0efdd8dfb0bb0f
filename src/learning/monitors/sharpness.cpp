#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>

#include "learning/monitors/monitors.hpp"
#include "learning/reference_gradient.hpp"
#include "neurode/core/random.hpp"

namespace neurode::learning {

double largest_eigenvalue(Index n, const std::function<void(const double* v, double* av)>& product, double tolerance) {
  constexpr Index kMost = 300;  // vectors kept: enough to separate the largest eigenvalue from its neighbours
  const Index most = std::min(n, kMost);
  const CounterRandom random(0, "lanczos");
  Matrix basis(n, most);
  for (Index i = 0; i < n; ++i) basis(i, 0) = random.normal(static_cast<std::uint64_t>(i));
  basis.col(0).normalize();
  Vector alpha(most), beta(most), next(n);
  double found = 0;
  for (Index k = 0; k < most; ++k) {
    product(basis.col(k).data(), next.data());
    alpha[k] = basis.col(k).dot(next);
    for (int twice = 0; twice < 2; ++twice) {
      const auto known = basis.leftCols(k + 1);
      next -= known * (known.transpose() * next);
    }
    beta[k] = next.norm();
    Eigen::SelfAdjointEigenSolver<Matrix> ritz;
    ritz.computeFromTridiagonal(alpha.head(k + 1), beta.head(k));
    found = ritz.eigenvalues()[k];
    const double scale = ritz.eigenvalues().cwiseAbs().maxCoeff();
    // The residual of the Ritz pair; beta = 0: the basis spans an invariant subspace.
    if (!(beta[k] * std::abs(ritz.eigenvectors()(k, k)) > tolerance * scale) || k + 1 == most) break;
    basis.col(k + 1) = next / beta[k];
  }
  return found;
}

MonitorEntry sharpness() {
  MonitorEntry e;
  e.name = "sharpness";
  e.summary =
      "largest eigenvalue of the Hessian of the loss on all training samples, by Lanczos on products H v; residual at "
      "most 1e-9 of it";
  e.needs = "a network with a steady state";
  e.citation = "J. M. Cohen, S. Kaur, Y. Li, J. Z. Kolter, A. Talwalkar, ICLR 2021, arXiv:2103.00065";
  e.build = [](const MonitorContext& c, std::string* why) -> Figure {
    const std::shared_ptr<Gradient> loss = reference_gradient(c.setup, why);
    if (!loss) return {};
    return [loss, first = c.first](double t, const double* x) {
      double slope = 0;
      return largest_eigenvalue(
          loss->size(), [&](const double* v, double* hv) { loss->product(t, x + first, v, hv, &slope); }, 1e-9);
    };
  };
  return e;
}

}  // namespace neurode::learning
