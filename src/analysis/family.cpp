#include "neurode/analysis/family.hpp"

#include <cmath>
#include <limits>

namespace neurode::analysis {

void parameter_derivatives(Family& family, double t, const Matrix& x, double p, double scale, Matrix& fp) {
  // Error of the formula h^4, of rounding eps / h.
  const double h = std::pow(std::numeric_limits<double>::epsilon(), 0.2) * scale;
  constexpr double kWeights[4] = {1.0 / 12, -8.0 / 12, 8.0 / 12, -1.0 / 12};
  constexpr double kPlaces[4] = {-2, -1, 1, 2};
  Vector f(x.rows());
  fp.setZero(x.rows(), x.cols());
  for (int k = 0; k < 4; ++k) {
    System& system = family.at(p + kPlaces[k] * h);
    for (Index c = 0; c < x.cols(); ++c) {
      system.rhs(t, x.col(c).data(), f.data());
      fp.col(c) += kWeights[k] / h * f;
    }
  }
  family.at(p);
}

void parameter_derivative(Family& family, double t, const Vector& x, double p, double scale, Vector& fp) {
  Matrix all;
  parameter_derivatives(family, t, x, p, scale, all);
  fp = all.col(0);
}

}  // namespace neurode::analysis
