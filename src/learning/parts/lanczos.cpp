#include "learning/parts/lanczos.hpp"

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>

#include "neurode/core/random.hpp"

namespace neurode::learning {

namespace {

constexpr Index kKept = 150;  ///< vectors before a restart

/// One Krylov space from found.vector on; false where it grew to its limit without the pair in it.
bool krylov(const SymmetricProduct& product, double tolerance, Index limit, Eigenpair& found) {
  const Index n = found.vector.size();
  Matrix basis(n, limit);
  basis.col(0) = found.vector;
  Vector alpha(limit), beta(limit), next(n);
  for (Index k = 0;; ++k) {
    product(basis.col(k).data(), next.data());
    ++found.products;
    alpha[k] = basis.col(k).dot(next);
    if (!std::isfinite(alpha[k])) {
      found.value = found.residual = std::nan("");
      return true;
    }
    for (int twice = 0; twice < 2; ++twice) {
      const auto known = basis.leftCols(k + 1);
      next -= known * (known.transpose() * next);
    }
    beta[k] = next.norm();
    const bool last = k + 1 == limit;
    // The basis spans an invariant subspace: what is left is rounding.
    const bool whole = k + 1 == n || beta[k] <= 1e-14 * std::max(found.scale, std::abs(alpha[k]));
    // The small problem costs k^3: it is solved at every vector at first, then at every eighth part more.
    if (!last && !whole && k >= 16 && k % (k / 8) != 0) {
      basis.col(k + 1) = next / beta[k];
      continue;
    }
    Eigen::SelfAdjointEigenSolver<Matrix> ritz;
    ritz.computeFromTridiagonal(alpha.head(k + 1), beta.head(k));
    found.value = ritz.eigenvalues()[k];
    found.scale = std::max(found.scale, ritz.eigenvalues().cwiseAbs().maxCoeff());
    found.residual = whole ? 0 : beta[k] * std::abs(ritz.eigenvectors()(k, k));
    const bool done = !(found.residual > tolerance * found.scale);
    if (done || last || whole) {
      found.vector = (basis.leftCols(k + 1) * ritz.eigenvectors().col(k)).normalized();
      return done || whole;
    }
    basis.col(k + 1) = next / beta[k];
  }
}

}  // namespace

Eigenpair largest_eigenpair(Index n, const SymmetricProduct& product, double tolerance, const Vector& start,
                            Index most) {
  Eigenpair found;
  found.vector = start;
  if (start.size() == 0) {
    const CounterRandom random(0, "lanczos");
    found.vector.resize(n);
    for (Index i = 0; i < n; ++i) found.vector[i] = random.normal(static_cast<std::uint64_t>(i));
  }
  found.vector.normalize();
  while (found.products < most) {
    if (krylov(product, tolerance, std::min({n, kKept, most - found.products}), found)) break;
  }
  return found;
}

}  // namespace neurode::learning
