#include <Eigen/QR>

#include <algorithm>
#include <cmath>
#include <optional>

#include "integrate/linear/gmres.hpp"
#include "integrate/linear/shifted_jacobian.hpp"
#include "neurode/analysis/fixed_points.hpp"

namespace neurode::analysis {

namespace {

constexpr double kRelative = 1e-12, kAbsolute = 1e-13;
constexpr double kSmallestDamping = 1e-4;
constexpr double kRounding = 1e4;  // steps of so many units that shrink no more are rounding's
constexpr double kKrylov = 1e-10;  // relative residual of GMRES
constexpr double kRank = 1e-12;    // of the largest pivot: below it a direction counts as not moved by J

}  // namespace

struct Newton::Impl {
  System& system;
  integrate::Statistics statistics;
  std::optional<integrate::ShiftedJacobian> factors;
  std::optional<integrate::Gmres> krylov;
  Matrix j;
  Eigen::CompleteOrthogonalDecomposition<Matrix> inverse;
  Vector f, step, trial, next;
  bool fresh = false;

  Impl(System& s, Index largest_dense) : system(s) {
    const Index n = s.size();
    f.setZero(n), step = trial = next = f;
    if (n <= largest_dense) {
      j.setZero(n, n);
      return;
    }
    factors.emplace(s, statistics, 2000);
    if (!factors->usable()) {
      factors.reset();
      krylov.emplace(s, statistics, 60, 20);
    }
  }

  /// The size of a step in units of what is asked for.
  static double size(const Vector& d, const Vector& x) {
    return (d.array().abs() / (kRelative * x.array().abs() + kAbsolute)).maxCoeff();
  }

  bool linearise(double t, const Vector& x) {
    if (krylov) return true;
    if (factors) {
      factors->evaluate(t, x.data());
      return factors->factorise(0);
    }
    system.jacobian(t, x.data(), j);
    if (!j.allFinite()) return false;
    inverse.setThreshold(kRank);
    inverse.compute(j);
    return true;
  }

  /// d = -J(at)^-1 F(x). False where it cannot be had.
  bool correction(double t, const Vector& at, const Vector& x, Vector& d) {
    system.rhs(t, x.data(), f.data());
    if (!f.allFinite()) return false;
    if (krylov) {
      d.setZero();
      krylov->solve(t, at.data(), 0, f, kKrylov, d);
    } else if (factors) {
      d = f;
      factors->solve(d.data());
    } else {
      d = inverse.solve(f);
      d = -d;
    }
    return d.allFinite();
  }
};

Newton::Newton(System& system, Index largest_dense) : impl_(std::make_unique<Impl>(system, largest_dense)) {}
Newton::~Newton() = default;

bool Newton::solve(double t, Vector& x, int most) {
  Impl& i = *impl_;
  double damping = 1;
  for (int k = 0; k < most; ++k) {
    if (!i.linearise(t, x) || !i.correction(t, x, x, i.step)) return false;
    if (Impl::size(i.step, x) <= 1) {
      x += i.step;
      return true;
    }
    const double norm = i.step.norm();
    for (damping = std::min(1.0, 2 * damping);; damping /= 2) {
      if (damping < kSmallestDamping) return Impl::size(i.step, x) <= kRounding;
      i.trial = x + damping * i.step;
      if (i.correction(t, x, i.trial, i.next) && i.next.norm() <= (1 - damping / 4) * norm) break;
    }
    x = i.trial;
  }
  return false;
}

}  // namespace neurode::analysis
