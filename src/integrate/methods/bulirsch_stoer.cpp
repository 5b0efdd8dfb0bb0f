#include <algorithm>
#include <cmath>
#include <limits>

#include "integrate/extrapolation/midpoint_table.hpp"
#include "integrate/method_list.hpp"
#include "integrate/one_step.hpp"
#include "integrate/step_control.hpp"
#include "neurode/core/bytes.hpp"

namespace neurode::integrate {
namespace {

// Errors of the dense output up to this are let pass, but the next step is shorter.
constexpr double kDenseError = 10;

/// Extrapolated midpoint rule, order 4 to 18 and step by Hairer and Wanner's ODEX, with its dense output.
///
/// Departures from ODEX: the first step is chosen as everywhere here; the dense output, with its error control, is
/// always on, so that no result depends on who looks; no check of the substeps for stability (it takes a start at rest,
/// F = 0, for instability).
class BulirschStoer final : public OneStep {
 public:
  BulirschStoer(System& system, Statistics& statistics, const Options& o)
      : OneStep(system, statistics),
        options_(o),
        norm_(o.rtol, o.atol, system.size()),
        control_(o.rtol, o.dt_max),
        table_(system, statistics),
        error_(Vector::Zero(system.size())),
        scratch_(error_) {
    control_.reset();
  }

  bool controls_itself() const override { return true; }

  Advanced advance(double t, const Vector& x, double end, Vector& x_new) override {
    need_start(t, x);
    bool cut = false;
    if (next_dt_ == 0) next_dt_ = first_step(t, x, end - t, x_new, cut);
    const double smallest = smallest_step(t, options_.dt_min);
    const double remaining = end - t, largest = options_.dt_max;
    for (std::int64_t rejected = 0;;) {
      double dt = std::min(std::max(next_dt_, smallest), largest);
      const bool last = dt >= remaining || (dt * 1.01 >= remaining && remaining <= largest);
      if (last) dt = remaining;
      cut = cut || last;
      control_.begin(dt, last);
      try_step(t, x, dt, x_new, nullptr);
      if (capped_) return {t, Outcome::max_rhs};
      if (good_ && dense_is_good(x, x_new)) {
        next_dt_ = std::min(control_.accepted(row_), dense_dt_);
        started_ = true;
        return {.t = last ? end : t + dt, .cut = cut};
      }
      ++statistics_.rejected;
      if (!std::isfinite(err_) && first_non_finite(start()) >= 0) return {t, Outcome::non_finite};
      const bool smallest_tried = dt <= smallest;
      if (smallest_tried || (options_.max_rejected > 0 && ++rejected >= options_.max_rejected)) {
        if (!std::isfinite(err_)) {
          const Index bad = first_non_finite(all_finite(x_new) ? error_ : x_new);
          if (bad >= 0) return {t + dt, Outcome::non_finite, bad};
        }
        return {t + dt, smallest_tried ? Outcome::step_underflow : Outcome::max_rejected,
                norm_.worst(error_, x, x_new)};
      }
    }
  }

  void interpolate(double theta, Vector& x) override {
    OneStep::interpolate(theta, x);
    if (!dense_known_) table_.complete_dense(whole_step());
    dense_known_ = true;
    table_.add_bulge(theta, x);
  }

  void save(ByteWriter& out) const override { out.put(started_); }
  void load(ByteReader& in) override { in.get(started_); }

 private:
  /// Adds rows until the control has made up its mind; x_new is the last one's best value, good or not.
  Trial step(double t, const Vector& x, double dt, Vector& x_new, Vector*) override {
    dense_known_ = good_ = capped_ = false;
    for (row_ = 1;; ++row_) {
      capped_ = options_.max_rhs > 0 && statistics_.rhs + substeps(row_) > options_.max_rhs;
      if (capped_) return Trial::done;
      table_.add_row(row_, t, x, start(), dt);
      x_new = table_.best();
      if (row_ == 1) {
        error_.setZero();
      } else {
        table_.error(error_);
      }
      err_ = norm_(error_, x, x_new);
      if (!std::isfinite(err_)) {
        next_dt_ = control_.shortened(0.25);
        return Trial::done;
      }
      if (row_ == 1) continue;
      switch (control_.judge(row_, err_)) {
        case OrderControl::Verdict::go_on:
          break;
        case OrderControl::Verdict::accept:
          good_ = true;
          return Trial::done;
        case OrderControl::Verdict::reject:
          next_dt_ = control_.rejected(row_);
          return Trial::done;
        case OrderControl::Verdict::diverges:
          next_dt_ = control_.shortened(0.5);
          return Trial::done;
      }
    }
  }

  MidpointTable::Step whole_step() { return {row_, dt_, *x_, start(), *x_new_, derivative_at_end()}; }

  /// Steps get so long that x between their ends needs a control of its own. A bad one leaves the next to try.
  bool dense_is_good(const Vector& x, const Vector& x_new) {
    table_.dense_error(whole_step(), scratch_);
    const double err = norm_(scratch_, x, x_new);
    if (!std::isfinite(err)) {  // F at the end is not
      err_ = err, error_ = scratch_;
      next_dt_ = control_.shortened(0.25);
      return false;
    }
    dense_dt_ = dt_ / std::max(std::pow(err, 1.0 / (2 * row_ + 1)), 0.01);
    if (err <= kDenseError) return true;
    err_ = err, error_ = scratch_;
    next_dt_ = control_.shortened(dense_dt_ / dt_);
    return false;
  }

  void forget() override {
    control_.reset();
    next_dt_ = 0;
  }

  double first_step(double t, const Vector& x, double span, Vector& scratch, bool& cut) {
    if (!started_ && options_.dt > 0) return options_.dt;
    return initial_step(system_, t, x, start(), 2 * control_.target() - 1, norm_, span, scratch, scratch_, statistics_,
                        cut);
  }

  const Options options_;
  ErrorNorm norm_;
  OrderControl control_;
  MidpointTable table_;
  Vector error_, scratch_;
  double next_dt_ = 0;   ///< 0: to be chosen
  double dense_dt_ = 0;  ///< the step whose dense output has an error of norm 1
  bool started_ = false;
  // Of the trial.
  int row_ = 0;
  double err_ = 0;
  bool good_ = false, capped_ = false, dense_known_ = false;
};

}  // namespace

Method bulirsch_stoer() {
  MethodEntry e;
  e.name = "bulirsch_stoer";
  e.summary = "Gragg-Bulirsch-Stoer extrapolation of variable order, 4 to 18: adaptive, for very tight tolerances";
  e.citation =
      "R. Bulirsch, J. Stoer, Numer. Math. 8 (1966) 1-13; E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary "
      "Differential Equations I, 2nd ed. (1993), II.9 and the code ODEX";
  e.order = 2 * kRows;
  e.embedded_order = 2 * kRows - 2;
  e.dense_order = 2 * kRows - 1;
  e.dense = DenseOutput::own;
  e.stages = rhs_up_to(2);
  e.variable_order = true;
  e.varying_stages = true;
  e.own_control = true;
  e.vectors = 205;
  e.make = [](System& system, Statistics& statistics, const Options& o) -> std::unique_ptr<Stepper> {
    return std::make_unique<BulirschStoer>(system, statistics, o);
  };
  return {e};
}

}  // namespace neurode::integrate
