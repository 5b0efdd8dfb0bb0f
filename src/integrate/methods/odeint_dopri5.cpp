#include <algorithm>
#include <boost/numeric/odeint/algebra/vector_space_algebra.hpp>
#include <boost/numeric/odeint/stepper/controlled_runge_kutta.hpp>
#include <boost/numeric/odeint/stepper/runge_kutta_dopri5.hpp>
#include <cmath>
#include <limits>

#include "integrate/method_list.hpp"
#include "integrate/one_step.hpp"
#include "integrate/step_control.hpp"
#include "neurode/core/bytes.hpp"

namespace neurode::integrate {
namespace {

namespace odeint = boost::numeric::odeint;

/// A type of our own: what is instantiated here stays here, whatever a program that uses neurode does with odeint.
struct Algebra : odeint::vector_space_algebra {};
using Dopri5 = odeint::runge_kutta_dopri5<Vector, double, Vector, double, Algebra>;

using Adjuster = odeint::default_step_adjuster<double, double>;

/// What odeint's default_error_checker computes, which would copy three states a step, and tells where the errors
/// stand. NaN is lost in the maximum, as it is there: whoever asks has to look.
class Checker {
 public:
  Checker(double atol, double rtol, const Vector** errors) : atol_(atol), rtol_(rtol), errors_(errors) {}
  double error(Algebra&, const Vector& x, const Vector& f, Vector& x_err, double dt) const {
    *errors_ = &x_err;
    x_err = x_err.array().abs() / (atol_ + rtol_ * (x.array().abs() + std::abs(dt) * f.array().abs()));
    return x_err.lpNorm<Eigen::Infinity>();
  }

 private:
  double atol_, rtol_;
  const Vector** errors_;
};

/// odeint's controlled Dormand-Prince 5(4) as its users have it (make_controlled, integrate_adaptive), for comparisons:
/// its formulas, its error norm max |error| / (atol + rtol (|x| + dt |F|)), its step control, its dense output.
///
/// Departures: a trial that is not finite is a rejected one, dt / 4 (odeint takes an error of NaN for none), and steps
/// end where drive() wants them to: no step below the smallest, no more rejections than allowed.
class OdeintDopri5 final : public OneStep {
 public:
  OdeintDopri5(System& system, Statistics& statistics, const Options& o)
      : OneStep(system, statistics),
        options_(o),
        norm_(o.rtol, o.atol, system.size()),
        controlled_(Checker(o.atol.size() > 0 ? o.atol[0] : 0, o.rtol, &errors_),
                    Adjuster(std::isfinite(o.dt_max) ? o.dt_max : 0)),
        rhs_{&system, &statistics},
        scratch_(Vector::Zero(system.size())) {
    // A step of nothing, below any dt_max: odeint's memory gets its size.
    const auto nothing = [](const Vector& x, Vector& f, double) { f.setZero(x.size()); };
    double t = 0, dt = std::numeric_limits<double>::min();
    Vector x_new = scratch_;
    controlled_.try_step(nothing, scratch_, scratch_, t, x_new, end(), dt);
  }

  bool controls_itself() const override { return true; }

  Advanced advance(double t, const Vector& x, double end, Vector& x_new) override {
    need_start(t, x);
    bool cut = false;
    if (next_dt_ == 0) next_dt_ = first_step(t, x, end - t, x_new, cut);
    const double smallest = smallest_step(t, options_.dt_min);
    for (std::int64_t rejected = 0;;) {
      double dt = std::min(std::max(next_dt_, smallest), options_.dt_max);
      const bool last = t + dt >= end;
      if (last) dt = end - t;
      cut = cut || last;
      try_step(t, x, dt, x_new, nullptr);
      if (good_) {
        started_ = true;
        return {.t = last ? end : t + dt, .cut = cut};
      }
      ++statistics_.rejected;
      if (!finite_ && first_non_finite(start()) >= 0) return {t, Outcome::non_finite};
      const bool smallest_tried = dt <= smallest;
      if (smallest_tried || (options_.max_rejected > 0 && ++rejected >= options_.max_rejected)) {
        return {t + dt,
                finite_ ? (smallest_tried ? Outcome::step_underflow : Outcome::max_rejected) : Outcome::non_finite,
                to_blame(x_new)};
      }
    }
  }

  void interpolate(double theta, Vector& x) override {
    controlled_.stepper().calc_state(theta * dt_, x, *x_, start(), 0.0, *x_new_, derivative_at_end(), dt_);
  }

  void save(ByteWriter& out) const override { out.put(started_); }
  void load(ByteReader& in) override { in.get(started_); }

 private:
  struct Rhs {
    System* system;
    Statistics* statistics;
    void operator()(const Vector& x, Vector& dxdt, double t) const {
      ++statistics->rhs;
      system->rhs(t, x.data(), dxdt.data());
    }
  };

  Trial step(double t, const Vector& x, double dt, Vector& x_new, Vector*) override {
    double t_new = t;
    next_dt_ = dt;
    good_ = controlled_.try_step(rhs_, x, start(), t_new, x_new, end(), next_dt_) == odeint::success;
    end_is_known();
    finite_ = all_finite(x_new) && all_finite(end()) && all_finite(*errors_);
    if (!finite_) {
      good_ = false;
      next_dt_ = dt / 4;
    }
    return Trial::done;
  }

  /// The first component that is not finite, or the one with the largest error.
  Index to_blame(const Vector& x_new) {
    for (const Vector* v : {&x_new, static_cast<const Vector*>(&end()), errors_}) {
      if (const Index bad = first_non_finite(*v); bad >= 0) return bad;
    }
    Index worst = -1;
    errors_->maxCoeff(&worst);
    return worst;
  }

  void forget() override { next_dt_ = 0; }

  double first_step(double t, const Vector& x, double span, Vector& scratch, bool& cut) {
    if (!started_ && options_.dt > 0) return options_.dt;
    return initial_step(system_, t, x, start(), 5, norm_, span, scratch, scratch_, statistics_, cut);
  }

  const Options options_;
  ErrorNorm norm_;                  // of the first step
  const Vector* errors_ = nullptr;  // of the last trial, each divided by what is allowed
  odeint::controlled_runge_kutta<Dopri5, Checker, Adjuster> controlled_;
  Rhs rhs_;
  Vector scratch_;
  double next_dt_ = 0;  // 0: to be chosen
  bool started_ = false, good_ = false, finite_ = true;
};

}  // namespace

Method odeint_dopri5() {
  MethodEntry e;
  e.name = "odeint_dopri5";
  e.summary = "Dormand-Prince 5(4) as Boost's odeint runs and controls it: adaptive, the baseline of comparisons";
  e.citation =
      "J. R. Dormand, P. J. Prince, J. Comput. Appl. Math. 6 (1980) 19-26; K. Ahnert, M. Mulansky, AIP Conf. Proc. "
      "1389 "
      "(2011) 1586-1589, Boost 1.74";
  e.order = 5;
  e.embedded_order = 4;
  e.dense_order = 4;
  e.dense = DenseOutput::own;
  e.stages = 6;
  e.fsal = true;
  e.real_stability = 3.3065679;
  e.own_control = true;
  e.scalar_atol = true;
  e.make = [](System& system, Statistics& statistics, const Options& o) -> std::unique_ptr<Stepper> {
    return std::make_unique<OdeintDopri5>(system, statistics, o);
  };
  return {e};
}

}  // namespace neurode::integrate
