#include "integrate/one_step.hpp"

#include <stdexcept>

namespace neurode::integrate {

Trial Stepper::try_step(double, const Vector&, double, Vector&, Vector*) {
  throw std::logic_error("this method chooses its steps itself");
}
Advanced Stepper::advance(double, const Vector&, double, Vector&) {
  throw std::logic_error("this method does not choose its steps itself");
}

OneStep::OneStep(System& system, Statistics& statistics)
    : system_(system), statistics_(statistics), start_(Vector::Zero(system.size())), end_(start_) {}

void OneStep::rhs(double t, const Vector& x, Vector& f) {
  ++statistics_.rhs;
  system_.rhs(t, x.data(), f.data());
}

void OneStep::reset() {
  start_known_ = end_known_ = follows_ = false;
  forget();
}

const Vector& OneStep::prime(double t, const Vector& x) {
  rhs(t, x, start_);
  start_known_ = true;
  return start_;
}

void OneStep::need_start(double t, const Vector& x) {
  // Where F at the last step's end is not known yet: at t_ + dt_, as interpolate() has it, which may differ from t in
  // its last bit. So results do not depend on whether someone interpolated.
  if (!start_known_) prime(follows_ ? t_ + dt_ : t, x);
}

Trial OneStep::try_step(double t, const Vector& x, double dt, Vector& x_new, Vector* error) {
  need_start(t, x);
  t_ = t, dt_ = dt, x_ = &x, x_new_ = &x_new;
  end_known_ = false;
  return step(t, x, dt, x_new, error);
}

void OneStep::accept() {
  accepted();
  start_.swap(end_);
  start_known_ = end_known_;
  follows_ = true;
  end_known_ = false;
}

const Vector& OneStep::derivative_at_end() {
  if (!end_known_) rhs(t_ + dt_, *x_new_, end_);
  end_known_ = true;
  return end_;
}

void OneStep::interpolate(double theta, Vector& x) {
  const Vector& end = derivative_at_end();
  const double rest = 1 - theta;
  const double w = theta * theta * (3 - 2 * theta), w0 = rest * rest * (1 + 2 * theta);
  x = w0 * *x_ + w * *x_new_ + (dt_ * theta * rest * rest) * start_ + (-dt_ * theta * theta * rest) * end;
}

}  // namespace neurode::integrate
