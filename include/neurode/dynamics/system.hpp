#pragma once

#include <string>
#include <vector>

#include "neurode/dynamics/layout.hpp"

namespace neurode {

/// A differential equation x' = F(t, x) with its products. Everything that integrates or analyses sees only this.
///
/// State and results are contiguous arrays of layout().size() doubles. No member allocates after its first call.
/// Not safe for concurrent calls on one object (a System owns scratch memory).
class System {
 public:
  virtual ~System() = default;

  virtual const StateLayout& layout() const = 0;
  Index size() const { return layout().size(); }

  /// dxdt = F(t, x)
  virtual void rhs(double t, const double* x, double* dxdt) = 0;
  /// jv = J(t, x) v
  virtual void jvp(double t, const double* x, const double* v, double* jv) = 0;
  /// jtu = J(t, x)^T u
  virtual void vjp(double t, const double* x, const double* u, double* jtu) = 0;
  /// J(t, x), dense, size x size. The default takes a column a jvp.
  virtual void jacobian(double t, const double* x, Matrix& j);

  /// Is J symmetric everywhere (a gradient flow with one rate)?
  virtual bool symmetric_jacobian() const { return false; }
  /// Times in (t0, t1) at which F or one of its derivatives in t jumps, ascending.
  virtual std::vector<double> breakpoints(double /*t0*/, double /*t1*/) const { return {}; }
  /// drive() is about to integrate over [t0, t1], between two breakpoints: inputs that jump keep the value they have
  /// inside the interval, also at its ends.
  virtual void begin_segment(double /*t0*/, double /*t1*/) {}
};

}  // namespace neurode
