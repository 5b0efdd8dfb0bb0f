#pragma once

#include <cmath>

#include "neurode/dynamics/system.hpp"
#include "neurode/integrate/method.hpp"
#include "neurode/integrate/options.hpp"
#include "neurode/integrate/statistics.hpp"

namespace neurode::integrate {

/// Weighted norms: root mean square of v_i / (atol_i + rtol * |x_i|).
class ErrorNorm {
 public:
  /// atol: one a component, or size 1 for all of `n`.
  ErrorNorm(double rtol, const Vector& atol, Index n);

  /// Norm of the error of a step from x0 to x1, scale atol + rtol * max(|x0|, |x1|). Not finite if the error, x0 or x1
  /// has an element that is not (no max or min norm does that: they drop NaN), or if it overflows.
  double operator()(const Vector& error, const Vector& x0, const Vector& x1) const;
  /// Norm of v at the scale of x.
  double at(const Vector& v, const Vector& x) const;
  /// 1 / (atol_i + rtol |x_i|)
  double weight(Index i, double x) const { return 1 / (atol_[i] + rtol_ * std::abs(x)); }
  /// The component with the largest weighted error.
  Index worst(const Vector& error, const Vector& x0, const Vector& x1) const;

 private:
  double rtol_;
  double per_component_;
  Vector atol_;
};

/// Proposes step sizes from the error norms e of this step and the two before, k the order of the error estimate:
///
///     dt_next = dt * clamp(0.9 * e^-(p/k) * e1^-(q/k) * e2^-(r/k), 0.2, 10)
///
///     I    p = 1                           from the last error alone
///     PI   p = 0.85, q = -0.2              Hairer's constants for Gustafsson's control
///     PID  p = 0.58, q = -0.21, r = 0.1    Kennedy's and Carpenter's constants
///
/// After a rejection the step does not grow. @par Source  K. Gustafsson, ACM Trans. Math. Softw. 17 (1991) 533-554;
/// E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, 2nd ed. (1996), IV.2; C. A. Kennedy, M. H.
/// Carpenter, Appl. Numer. Math. 44 (2003) 139-181
class StepControl {
 public:
  explicit StepControl(int error_order, Control control = Control::pi);
  void reset();
  /// From now on errors are O(dt^error_order).
  void set_order(int error_order) { order_ = error_order; }
  int order() const { return order_; }
  /// Hands on what it remembers, to be written or set.
  template <class Pass>
  void pass(Pass&& pass) {
    pass(order_);
    pass(log_before_);
    pass(log_long_before_);
    pass(after_rejection_);
  }
  /// Factor for the next step after an accepted one (err <= 1).
  double accepted(double err);
  /// Factor for the next trial after a rejected one; `err` not finite: 1/4.
  double rejected(double err);

 private:
  int order_;
  double now_ = 0, before_ = 0, long_before_ = 0;  ///< p, q and r
  double log_before_ = kLogFloor, log_long_before_ = kLogFloor;
  bool after_rejection_ = false;
  static constexpr double kLogFloor = -9.210340371976182;  // log(1e-4): smaller errors say nothing about the trend
};

/// First step from (t, x) with derivative f: one more right-hand side. `scratch_x` and `scratch_f` have the state's
/// size. At most `span`; `cut` is set where that made a difference.
/// @par Source  E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I, II.4
double initial_step(System& system, double t, const Vector& x, const Vector& f, int error_order, const ErrorNorm& norm,
                    double span, Vector& scratch_x, Vector& scratch_f, Statistics& statistics, bool& cut);

/// The smallest step worth trying from t: dt_min, or 16 units in the last place of t.
double smallest_step(double t, double dt_min);
/// The error estimate of a method is O(dt^this).
int error_order_of(const MethodEntry& method);

/// First element that is not finite, or -1.
Index first_non_finite(const Vector& v);
/// Is every element finite? Vectorised.
inline bool all_finite(const Vector& v) { return (v.array() * 0).sum() == 0; }

}  // namespace neurode::integrate
