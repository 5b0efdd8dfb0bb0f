#pragma once

#include "neurode/learning/problem.hpp"

namespace neurode::learning {

/// The gradient of a loss where it is no expression but the outcome of a solve: of a fixed point, of a trajectory.
class Gradient {
 public:
  virtual ~Gradient() = default;
  /// Of the weights, which stand one after another.
  virtual Index size() const = 0;
  /// g (size()) and the loss at weights w.
  /// @throws NumericalError where there is none
  virtual void evaluate(double t, const double* w, double* g, double* loss) = 0;
  /// hv = (dg/dw) v and the loss's slope along v.
  virtual void product(double t, const double* w, const double* v, double* hv, double* slope) = 0;
  /// hu = (dg/dw)^T u.
  virtual void transposed(double t, const double* w, const double* u, double* hu) = 0;
  virtual bool symmetric() const { return true; }
  virtual std::vector<double> breakpoints(double, double) const { return {}; }
  virtual void begin_segment(double, double) {}
  /// The program behind it, whose inputs of vector Assembly::kWeights are the weights, and what follows them.
  virtual Program& program() = 0;
  /// Values of that program at weights w.
  virtual std::unique_ptr<Sampler> sampler(const std::vector<ValueId>& values) = 0;
};

}  // namespace neurode::learning
