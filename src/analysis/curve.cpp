#include "analysis/curve.hpp"

#include <cmath>

namespace neurode::analysis {

namespace {

constexpr int kMostIterations = 12;
constexpr double kConverged = 1e-12;
constexpr double kLargestCorrection = 2;  // in units of the step: beyond it, another piece of the curve was found

}  // namespace

RestCurve::RestCurve(Family& family, double t, const Vector& scale, double width)
    : family_(family),
      t_(t),
      n_(scale.size()),
      unit_(scale * std::sqrt(static_cast<double>(scale.size()))),
      width_(width),
      j_(n_, n_),
      bordered_(n_ + 1, n_ + 1),
      f_(n_),
      right_(n_ + 1),
      lu_(n_ + 1) {}

Vector RestCurve::coordinates(const Vector& x, double p) const {
  Vector z(n_ + 1);
  z.head(n_) = x.cwiseQuotient(unit_);
  z[n_] = p / width_;
  return z;
}

/// Factorises [F_y, F_q; row] at z, leaves F there in f_.
bool RestCurve::border(const Vector& z, const Vector& row) {
  const Vector x = x_of(z);
  const double p = p_of(z);
  parameter_derivative(family_, t_, x, p, width_, fp_);
  System& system = family_.at(p);
  system.rhs(t_, x.data(), f_.data());
  system.jacobian(t_, x.data(), j_);
  bordered_.topLeftCorner(n_, n_) = j_ * unit_.asDiagonal();
  bordered_.topRightCorner(n_, 1) = fp_ * width_;
  bordered_.bottomRows(1) = row.transpose();
  if (!bordered_.allFinite() || !f_.allFinite()) return false;
  lu_.compute(bordered_);
  return true;
}

bool RestCurve::go(const Place& from, double s, Place& to, int& iterations) {
  const Vector predicted = from.z + s * from.tangent;
  Vector z = predicted;
  for (iterations = 1; iterations <= kMostIterations; ++iterations) {
    if (!border(z, from.tangent)) return false;
    right_.head(n_) = -f_;
    right_[n_] = -from.tangent.dot(z - predicted);
    const Vector change = lu_.solve(right_);
    z += change;
    if (!change.allFinite() || (z - predicted).norm() > kLargestCorrection * std::abs(s) + 1e-6) return false;
    if (change.norm() <= kConverged * (1 + z.norm())) return tangent(z, from.tangent, to);
  }
  return false;
}

bool RestCurve::tangent(const Vector& z, const Vector& along, Place& to) {
  if (!border(z, along)) return false;
  right_.setZero();
  right_[n_] = 1;
  Vector found = lu_.solve(right_);
  if (!found.allFinite() || found.norm() == 0) return false;
  found.normalize();
  to.z = z;
  to.tangent = found;
  bordered_.bottomRows(1) = found.transpose();
  lu_.compute(bordered_);
  // The n-th root keeps the sign and does not overflow.
  const Vector pivots = lu_.matrixLU().diagonal();
  double logarithm = 0, sign = lu_.permutationP().determinant() > 0 ? 1 : -1;
  for (const double d : pivots) {
    logarithm += std::log(std::abs(d));
    if (d < 0) sign = -sign;
  }
  to.determinant = sign * std::exp(logarithm / static_cast<double>(n_ + 1));
  return true;
}

}  // namespace neurode::analysis
