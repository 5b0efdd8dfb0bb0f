#include <array>
#include <cmath>

#include "integrate/method_list.hpp"
#include "integrate/one_step.hpp"

namespace neurode::integrate {
namespace {

/// Adams-Bashforth predictor and Adams-Moulton corrector, both of order 4, with F anew at the corrected end (PECE):
///
///     p     = x_n + dt/24 (55 f_n - 59 f_n-1 + 37 f_n-2 - 9 f_n-3)
///     x_n+1 = x_n + dt/24 (9 F(t_n+1, p) + 19 f_n - 5 f_n-1 + f_n-2)
///
/// The classical Runge-Kutta method makes the first three steps after reset() and after every change of dt: what is
/// kept of steps of another size is of no use here.
class AdamsBashforthMoulton final : public OneStep {
 public:
  AdamsBashforthMoulton(System& system, Statistics& statistics) : OneStep(system, statistics) {
    for (Vector* v : {&f_, &sum_, &past_[0], &past_[1], &past_[2]}) v->setZero(system.size());
  }

 private:
  Trial step(double t, const Vector& x, double dt, Vector& x_new, Vector*) override {
    if (known_ < past_.size() || !same_as_before(dt)) {
      runge_kutta(t, x, dt, x_new);
      return Trial::done;
    }
    const double h = dt / 24;
    x_new = x + (55 * h) * start() - (59 * h) * past(1) + (37 * h) * past(2) - (9 * h) * past(3);
    rhs(t + dt, x_new, f_);
    x_new = x + (9 * h) * f_ + (19 * h) * start() - (5 * h) * past(1) + h * past(2);
    return Trial::done;
  }

  void runge_kutta(double t, const Vector& x, double dt, Vector& x_new) {
    x_new = x + (dt / 2) * start();
    rhs(t + dt / 2, x_new, f_);
    sum_ = start() + 2 * f_;
    x_new = x + (dt / 2) * f_;
    rhs(t + dt / 2, x_new, f_);
    sum_ += 2 * f_;
    x_new = x + dt * f_;
    rhs(t + dt, x_new, f_);
    x_new = x + (dt / 6) * (sum_ + f_);
  }

  void accepted() override {
    if (!same_as_before(dt_)) known_ = 0;
    dt_before_ = dt_;
    newest_ = (newest_ + 1) % past_.size();
    past_[newest_] = start();
    if (known_ < past_.size()) ++known_;
  }
  void forget() override { known_ = 0; }

  /// The last of equal steps is what is left up to its end, dt but for rounding.
  bool same_as_before(double dt) const { return std::abs(dt - dt_before_) <= 1e-8 * dt_before_; }
  /// F at the start of the step `back` steps ago.
  const Vector& past(std::size_t back) const { return past_[(newest_ + past_.size() + 1 - back) % past_.size()]; }

  std::array<Vector, 3> past_;
  std::size_t newest_ = 0, known_ = 0;
  double dt_before_ = 0;
  Vector f_, sum_;
};

}  // namespace

Method adams_bashforth_moulton() {
  MethodEntry e;
  e.name = "adams_bashforth_moulton";
  e.summary = "Adams-Bashforth-Moulton predictor and corrector (PECE): order 4, fixed step, 2 right-hand sides a step";
  e.citation =
      "J. C. Adams in F. Bashforth, An Attempt to Test the Theories of Capillary Action (1883); F. R. Moulton, New "
      "Methods in Exterior Ballistics (1926); E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential "
      "Equations I, 2nd ed. (1993), III.1";
  e.order = 4;
  e.dense_order = 3;
  e.stages = 2;
  e.multistep = true;
  e.real_stability = 1.2848162;
  e.make = [](System& system, Statistics& statistics, const Options&) -> std::unique_ptr<Stepper> {
    return std::make_unique<AdamsBashforthMoulton>(system, statistics);
  };
  return {e};
}

}  // namespace neurode::integrate
