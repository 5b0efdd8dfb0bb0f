#pragma once

#include <vector>

namespace neurode {

/// Numbers that a system is shown, some at a time: constant between breakpoints.
class Presented {
 public:
  virtual ~Presented() = default;
  /// What is shown at t; good until the next call.
  virtual const double* at(double t) = 0;
  /// When that changes, t0 < t < t1, ascending.
  virtual std::vector<double> breakpoints(double t0, double t1) const = 0;
};

}  // namespace neurode
