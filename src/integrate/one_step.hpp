#pragma once

#include "neurode/integrate/method.hpp"

namespace neurode::integrate {

/// What one-step methods share: F at both ends of a step, computed once and only when needed, and the cubic through
/// them. A method adds step(), and what it wants of the hooks.
class OneStep : public Stepper {
 public:
  OneStep(System& system, Statistics& statistics);

  void reset() final;
  const Vector& prime(double t, const Vector& x) final;
  Trial try_step(double t, const Vector& x, double dt, Vector& x_new, Vector* error) final;
  void accept() final;
  void interpolate(double theta, Vector& x) override;
  const Vector& derivative_at_end() final;
  const Vector& derivative_at_start() const final { return start_; }

 protected:
  /// try_step() with F(t, x) in start().
  virtual Trial step(double t, const Vector& x, double dt, Vector& x_new, Vector* error) = 0;
  /// Called by reset(): forget Jacobians, histories.
  virtual void forget() {}
  /// Called by accept(), before F at the end becomes F at the start.
  virtual void accepted() {}

  /// Makes start() F at the start of a step from (t, x), unless it is that already.
  void need_start(double t, const Vector& x);
  /// f = F(t, x), counted.
  void rhs(double t, const Vector& x, Vector& f);
  const Vector& start() const { return start_; }
  /// A method that has computed F(t + dt, x_new) puts it here, and says so.
  Vector& end() { return end_; }
  void end_is_known() { end_known_ = true; }

  System& system_;
  Statistics& statistics_;
  // The step being tried.
  double t_ = 0, dt_ = 0;
  const Vector* x_ = nullptr;
  const Vector* x_new_ = nullptr;

 private:
  Vector start_, end_;
  bool start_known_ = false, end_known_ = false;
  bool follows_ = false;  ///< the next step starts where the last one ended
};

}  // namespace neurode::integrate
