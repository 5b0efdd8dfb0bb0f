#pragma once

#include <Eigen/LU>

#include "neurode/analysis/branch.hpp"

namespace neurode::analysis {

/// The curve F(x; p) = 0 in coordinates in which what matters is of size 1: y = x / (scale sqrt(n)), q = p / width.
class RestCurve {
 public:
  RestCurve(Family& family, double t, const Vector& scale, double width);

  struct Place {
    Vector z;                ///< (y, q)
    Vector tangent;          ///< of length 1
    double determinant = 0;  ///< of the bordered matrix: its sign, times the size of an element of it
  };

  Vector coordinates(const Vector& x, double p) const;
  Vector x_of(const Vector& z) const { return z.head(n_).cwiseProduct(unit_); }
  double p_of(const Vector& z) const { return z[n_] * width_; }

  /// The point of the curve in the plane through from.z + s from.tangent across the tangent, with its own tangent in
  /// the same sense. False where Newton's method does not get there; `iterations` it took.
  bool go(const Place& from, double s, Place& to, int& iterations);
  /// The tangent at z, in the sense of `along`.
  bool tangent(const Vector& z, const Vector& along, Place& to);

 private:
  bool border(const Vector& z, const Vector& row);

  Family& family_;
  const double t_;
  const Index n_;
  Vector unit_;
  const double width_;
  Matrix j_, bordered_;
  Vector fp_, f_, right_;
  Eigen::PartialPivLU<Matrix> lu_;
};

}  // namespace neurode::analysis
