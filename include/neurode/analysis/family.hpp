#pragma once

#include "neurode/dynamics/system.hpp"

namespace neurode::analysis {

/// A System that depends on one number.
class Family {
 public:
  virtual ~Family() = default;
  /// The system at parameter p, always of the same layout; valid up to the next call. @throws Error where there is none
  virtual System& at(double p) = 0;
};

/// dF/dp at (t, x; p), by central differences of fourth order: right to about 1e-11 relative to F's own change over
/// `scale`, a change of p that matters. The family is left at p.
void parameter_derivative(Family& family, double t, const Vector& x, double p, double scale, Vector& fp);
/// The same at many states, the columns of x.
void parameter_derivatives(Family& family, double t, const Matrix& x, double p, double scale, Matrix& fp);

}  // namespace neurode::analysis
