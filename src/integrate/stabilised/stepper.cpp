#include "integrate/stabilised/stepper.hpp"

#include <cmath>

namespace neurode::integrate {
namespace {

constexpr int kRefresh = 25;     // accepted steps between estimates
constexpr double kGrown = 10;    // a step so much longer than that of the estimate asks for a new one
constexpr double kMargin = 0.9;  // of the longest step: the next estimate may be larger
constexpr double kRounding = 1e-12;

}  // namespace

StabilisedStepper::StabilisedStepper(System& system, Statistics& statistics, const Options& o)
    : OneStep(system, statistics), estimate_(system, statistics, o) {}

void StabilisedStepper::assume_radius(double rho) {
  radius_ = rho;
  known_ = assumed_ = true;
}

double StabilisedStepper::largest_step() const {
  if (!known_ || !(radius_ > 0)) return std::numeric_limits<double>::infinity();
  return kMargin * reach(choices() - 1) / radius_;
}

void StabilisedStepper::forget() {
  known_ = assumed_;
  tried_ = false;
  freshness_ = Freshness::old;
  age_ = 0;
  estimate_.forget();
}

void StabilisedStepper::accepted() {
  ++age_;
  tried_ = false;
  freshness_ = Freshness::old;
}

void StabilisedStepper::refresh(double t, const Vector& x, double dt) {
  if (assumed_) return;
  // The Jacobian at this point does not change from trial to trial: one more look, with noise, is all that may help.
  const bool doubtful = known_ && tried_ && freshness_ != Freshness::here_with_noise;
  if (known_ && !doubtful && age_ < kRefresh && !(dt > kGrown * dt_at_estimate_)) return;
  freshness_ = doubtful || !known_ ? Freshness::here_with_noise : Freshness::here;
  const double rho = estimate_.estimate(t, x, start(), dt, doubtful);
  // F next to x is not finite: the stages will tell, if that matters.
  if (std::isfinite(rho)) radius_ = rho;
  if (!std::isfinite(rho) && !known_) radius_ = 0;
  known_ = true;
  age_ = 0;
  dt_at_estimate_ = dt;
}

int StabilisedStepper::choose(double z) const {
  int low = 0, high = choices() - 1;
  while (low < high) {
    const int middle = (low + high) / 2;
    if (reach(middle) * (1 + kRounding) >= z) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

Trial StabilisedStepper::step(double t, const Vector& x, double dt, Vector& x_new, Vector* error) {
  refresh(t, x, dt);
  const double z = radius_ * dt;
  if (z > reach(choices() - 1) * (1 + kRounding)) return Trial::solver_failed;
  tried_ = true;
  take(choose(z), t, x, dt, x_new, error);
  return Trial::done;
}

}  // namespace neurode::integrate
