// The parts of Driver that know of delays.
#include <cmath>

#include "integrate/driver.hpp"

namespace neurode::integrate {
namespace {

constexpr int kHighest = 8;  // order
constexpr int kMostTries = 12, kMostFixedTries = 40;
// A step is settled where another round would change it by less than this share of the tolerance;
constexpr double kShare = 0.01;
// or, with fixed steps, which have none, by less than this share of the state.
constexpr double kRounding = 1e-14;

}  // namespace

void Driver::follow_delays() {
  Delays* delays = system_.delays();
  if (delays == nullptr) return;
  // A method made of others ("auto") may be of a higher order than it says.
  const bool own = method_.dense == DenseOutput::own;
  history_ = std::make_shared<History>(*delays, own ? kHighest - 1 : method_.dense_order, t0_, x_);
  delays->attach(history_);
  ends_ = delayed_breakpoints(ends_, *delays, t0_, t1_, (own ? kHighest : method_.order) + 1);
  tried_ = change_ = x_;
}

Trial Driver::attempt(double dt, Vector* error) {
  if (!history_) return stepper_->try_step(t_, x_, dt, x_new_, error);
  history_->discard_trial();
  Trial trial = stepper_->try_step(t_, x_, dt, x_new_, error);
  if (!history_->overlaps(dt)) return trial;
  const bool fixed = error == nullptr;
  double before = 0;
  for (int k = 1; trial == Trial::done && all_finite(x_new_); ++k) {
    if (k > (fixed ? kMostFixedTries : kMostTries)) return Trial::solver_failed;
    tried_ = x_new_;  // the stepper looks at x_new_: no swap
    history_->sample(*stepper_, t_, x_, dt, t_ + dt, x_new_);
    trial = stepper_->try_step(t_, x_, dt, x_new_, error);
    if (trial != Trial::done) break;
    change_ = x_new_ - tried_;
    const double change = fixed ? change_.norm() : norm_(change_, x_, x_new_);
    const double rate = before > 0 ? change / before : 0;
    const double enough = fixed ? kRounding * x_new_.norm() : kShare;
    // What later rounds would add, as a geometric series.
    if (change <= enough || (before > 0 && rate < 0.5 && change * rate / (1 - rate) <= enough)) {
      history_->sample(*stepper_, t_, x_, dt, t_ + dt, x_new_);
      return Trial::done;
    }
    if (!fixed && k > 2 && rate > 0.9) return Trial::solver_failed;
    before = change;
  }
  return trial;
}

void Driver::remember(double t_end, double dt, const Vector& x_end) {
  if (!history_) return;
  const bool cut = t_end < t_ + dt;  // by a spike
  if (cut || !history_->sampled()) history_->sample(*stepper_, t_, x_, dt, t_end, x_end);
  history_->keep();
}

}  // namespace neurode::integrate
