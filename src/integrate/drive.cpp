#include "neurode/integrate/drive.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "integrate/driver.hpp"
#include "neurode/core/errors.hpp"

namespace neurode::integrate {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
// A fixed step's remainder below this share of dt is no step of its own.
constexpr double kSliver = 1e-9;
// An adaptive step that would leave less than this share of itself before the segment's end is stretched to it.
constexpr double kStretch = 0.01;

/// Does what asks the system for values; false, with its words, where the system cannot find them.
template <class Call>
bool solved(Call&& call, std::string& words) {
  words.clear();
  try {
    call();
    return true;
  } catch (const NumericalError& e) {
    words = e.what();
    return false;
  }
}

}  // namespace

Result drive(System& system, double t0, const Vector& x0, double t1, const Options& options,
             const std::vector<OutputGrid>& grids, const std::vector<Event>& events, const Observer& observer,
             double steady_state, const Snapshot* from) {
  return Driver(system, t0, x0, t1, options, grids, events, observer, steady_state).run(from);
}

Result Driver::run(const Snapshot* from) {
  try {
    segments(from);
  } catch (const NumericalError&) {  // of an output, a jump, a segment's begin: no step is to blame, none can mend it
    if (has_mark_ && observer_.failed) observer_.failed(snapshot());
    throw;
  }
  finish();
  return std::move(result_);
}

void Driver::segments(const Snapshot* from) {
  bool inside = false;  // of a segment that was begun before the snapshot
  if (from) {
    take_up(*from);
    inside = t_ != segment_end_;
    anew_ = inside;
  }
  if (from || begin()) {
    for (const double end : ends_) {
      if (from && end <= t_) continue;
      segment_end_ = end;
      if (!inside && !begin_segment(end)) break;
      inside = false;
      if (!(method_.adaptive() ? adaptive_segment(end) : fixed_segment(end))) break;
    }
  }
}

bool Driver::begin() {
  result_.bad_element = first_non_finite(x_);
  if (result_.bad_element >= 0) {
    result_.bad_time = t0_;
    return stop(Outcome::non_finite);
  }
  spikes_.start(t_, x_);
  finder_.start(t_, x_);
  return true;
}

bool Driver::begin_segment(double end) {
  const bool first = t_ == t0_;
  segment_begin_ = t_;
  whole_steps_ = 0;
  system_.begin_segment(t_, end);
  if (first) {
    dt_ = 0;
    if (!spikes_.active()) output_here();
    if (!jump()) return false;
  }
  if (!start_anew()) return false;
  if (!method_.adaptive() || stepper_->controls_itself() || end <= t_) return true;
  control_.reset();
  if (const int order = stepper_->error_order()) control_.set_order(order);
  if (first && options_.dt > 0) {
    next_dt_ = options_.dt;
    return true;
  }
  bool cut = false;
  const bool found = solved(
      [&] {
        next_dt_ =
            initial_step(system_, t_, x_, *slope_, control_.order(), norm_, end - t_, x_new_, error_, statistics_, cut);
      },
      words_);
  if (!found) return solver_failed();
  bound_ = bound_ || (cut && end == t1_);
  return true;
}

bool Driver::start_anew() {
  jumped_ = anew_ = false;
  stepper_->reset();
  if (!solved([this] { slope_ = &stepper_->prime(t_, x_); }, words_)) return solver_failed();
  result_.bad_element = first_non_finite(*slope_);
  if (result_.bad_element < 0) return true;
  result_.bad_time = t_;
  return stop(Outcome::non_finite);
}

bool Driver::restart(double end) {
  system_.begin_segment(t_, end);
  return start_anew();
}

bool Driver::jump() {
  if (!spikes_.active()) return true;
  bool endless = false;
  const auto heard = [this](Index which, double t) {
    ++statistics_.spikes;
    if (observer_.spike) observer_.spike(which, t);
  };
  jumped_ = spikes_.settle(t_, x_, heard, endless) || jumped_;
  output_here();
  return endless ? stop(Outcome::endless_spikes) : true;
}

Trial Driver::trial(double dt, Vector* error) {
  Trial out = Trial::solver_failed;
  solved([&] { out = attempt(dt, error); }, words_);
  return out;
}

bool Driver::fixed_segment(double end) {
  const double from = segment_begin_, dt = options_.dt, quotient = (end - from) / dt;
  if (end <= from) return true;
  if (dt < end - from && dt < 16 * kEpsilon * std::max(std::abs(from), std::abs(end))) {
    dt_ = dt;
    return stop(Outcome::step_underflow);
  }
  const auto whole = static_cast<std::int64_t>(std::floor(quotient + kSliver));
  const bool rest = quotient - static_cast<double>(whole) > kSliver;
  const std::int64_t steps = std::max<std::int64_t>(1, whole + (rest ? 1 : 0));
  for (std::int64_t k = whole_steps_ + 1; k <= steps; ++k) {
    if ((jumped_ || anew_) && !restart(end)) return false;
    if (!within_caps()) return false;
    const double t_new = k == steps ? end : from + static_cast<double>(k) * dt;
    dt_ = k == steps ? end - t_ : dt;
    if (trial(dt_, nullptr) == Trial::solver_failed) return solver_failed();
    if (!all_finite(x_new_)) return non_finite(dt_);
    whole_steps_ = k;
    if (!accepted(t_new, dt_)) return false;
  }
  return true;
}

bool Driver::own_step(double end) {
  const double stop_at = limit(end);
  Advanced step;
  if (!solved([&] { step = stepper_->advance(t_, x_, stop_at, x_new_); }, words_)) return solver_failed();
  bound_ = bound_ || (step.cut && stop_at == t1_);
  dt_ = step.t - t_;
  if (step.outcome == Outcome::reached_end && all_finite(x_new_)) return accepted(step.t, dt_);
  if (step.outcome == Outcome::reached_end || (step.outcome == Outcome::non_finite && step.element < 0)) {
    return non_finite(dt_);
  }
  result_.bad_time = step.outcome == Outcome::non_finite ? step.t : t_;
  result_.bad_element = step.element;
  words_ = step.words;
  return stop(step.outcome);
}

bool Driver::adaptive_segment(double end) {
  std::int64_t rejected_in_a_row = 0;
  while (t_ < end) {
    if (!within_caps()) return false;
    if ((jumped_ || anew_) && !restart(end)) return false;
    if (stepper_->controls_itself()) {
      if (!own_step(end)) return false;
      continue;
    }
    const double stop_at = limit(end), remaining = stop_at - t_;
    const double smallest = smallest_step(t_, options_.dt_min);
    const double largest = std::min(options_.dt_max, stepper_->largest_step());
    double dt = stepper_->suited(t_, std::min(std::max(next_dt_, smallest), largest));
    if (history_) dt = std::max(history_->suitable(dt), smallest);
    const bool last = dt >= remaining || (dt * (1 + kStretch) >= remaining && remaining <= largest);
    const double proposed = dt;
    if (last) dt = remaining;
    bound_ = bound_ || (last && stop_at == t1_);
    dt_ = dt;
    const bool solved = trial(dt, &error_) == Trial::done;
    const double err = solved ? norm_(error_, x_, x_new_) : std::numeric_limits<double>::infinity();
    if (const int order = stepper_->error_order()) control_.set_order(order);
    if (err <= 1) {
      rejected_in_a_row = 0;
      next_dt_ = dt * control_.accepted(err);
      if (stop_at < end) next_dt_ = std::max(next_dt_, proposed);  // cut short for a delivery, not for its error
      if (!accepted(last ? stop_at : t_ + dt, dt)) return false;
    } else {
      ++statistics_.rejected;
      ++rejected_in_a_row;
      next_dt_ = dt * control_.rejected(err);
      // No step helps where F itself is not finite.
      if (!std::isfinite(err) && first_non_finite(stepper_->derivative_at_start()) >= 0) return non_finite(0);
      const bool smallest_tried = dt <= smallest;
      if (smallest_tried || (options_.max_rejected > 0 && rejected_in_a_row >= options_.max_rejected)) {
        if (!solved) return solver_failed();
        return give_up(smallest_tried ? Outcome::step_underflow : Outcome::max_rejected, dt, err);
      }
    }
  }
  return true;
}

bool Driver::accepted(double t_new, double dt) {
  ++statistics_.steps;
  good_dt_ = dt;
  statistics_.dt_min = statistics_.steps == 1 ? dt : std::min(statistics_.dt_min, dt);
  statistics_.dt_max = std::max(statistics_.dt_max, dt);
  between_theta_ = -1;

  // A spike ends the step where it happens.
  double theta_end = 1, t_end = t_new;
  bool jumps = false;
  if (spikes_.active()) {
    const double crossing = spikes_.first_crossing(t_, dt, t_new, x_new_, *stepper_, method_.adaptive());
    jumps = crossing <= 1 || spikes_.next() <= t_new;
    if (crossing < 1) {
      theta_end = crossing;
      t_end = t_ + crossing * dt;
      x_end_ = state_at(crossing);
    }
  }
  const Vector& x_end = theta_end < 1 ? x_end_ : x_new_;

  if (!finder_.empty()) {
    for (const auto& hit : finder_.search(t_, dt, theta_end, t_end, x_end, *stepper_)) {
      const bool at_end = hit.theta == theta_end;
      const double t = at_end ? t_end : t_ + hit.theta * dt;
      output_up_to(t, at_end, t_end, dt);
      const Vector& x = at_end ? x_end : state_at(hit.theta);
      if (observer_.event) observer_.event(hit.which, t, x);
      if (!events_[hit.which].stop) continue;
      result_.event = static_cast<int>(hit.which);
      output_step(t, x);
      if (observer_.step) observer_.step(t, t - t_, x, statistics_);
      x_end_ = x;
      x_.swap(x_end_);
      t_ = t;
      return stop(Outcome::stopped_by_condition);
    }
  }
  if (jumps) {  // what is recorded at the very moment of a jump is the state after it
    output_up_to(std::nextafter(t_end, t0_), false, t_new, dt);
  } else {
    output_up_to(t_end, true, t_new, dt);
    output_step(t_end, x_end);
  }
  bool steady = steady_state_ > 0 && (stepper_->derivative_at_end().array().abs() < steady_state_).all();
  if (history_ && steady_state_ > 0) steady = history_->rested(steady, t_end);
  remember(t_end, dt, x_end);
  const double dt_done = t_end - t_;
  if (theta_end < 1) {
    x_.swap(x_end_);
  } else {
    stepper_->step_ended(x_new_);
    x_.swap(x_new_);
  }
  t_ = t_end;
  stepper_->accept();
  if (jumps && !jump()) return false;
  if (observer_.step) observer_.step(t_, dt_done, x_, statistics_);
  if (restart_is_due()) mark();
  if (steady && !jumped_) return stop(Outcome::steady_state);
  if (observer_.interrupt && observer_.interrupt()) return stop(Outcome::interrupted);
  return true;
}

const Vector& Driver::state_at(double theta) {
  if (theta == 1) return x_new_;
  if (theta != between_theta_) stepper_->interpolate(theta, between_);
  between_theta_ = theta;
  return between_;
}

void Driver::output_up_to(double limit, bool at_step_end, double t_new, double dt) {
  OutputPoints::Point point;
  while (points_.next(limit, at_step_end, point)) {
    if (!observer_.output) continue;
    // dt is 0 at the start, where the state is x_ itself.
    const Vector& x = dt == 0 ? x_ : state_at(same_time(point.t, t_new, t0_) ? 1.0 : (point.t - t_) / dt);
    observer_.output(point.grid, point.index, point.t, x);
  }
}

void Driver::output_here() {
  output_up_to(t_, true, t_, 0);
  output_step(t_, x_);
}

void Driver::output_step(double t, const Vector& x) {
  if (points_.each_step().empty() || !observer_.output) return;
  const std::int64_t index = points_.take_step_index();
  for (const std::size_t grid : points_.each_step()) observer_.output(grid, index, t, x);
}

bool Driver::within_caps() {
  if (options_.max_steps > 0 && statistics_.steps >= options_.max_steps) return stop(Outcome::max_steps);
  if (options_.max_rhs > 0 && statistics_.rhs + method_.stages > options_.max_rhs) return stop(Outcome::max_rhs);
  if (options_.max_wall_seconds > 0 &&
      std::chrono::duration<double>(Clock::now() - started_).count() >= options_.max_wall_seconds) {
    return stop(Outcome::wall_clock);
  }
  return true;
}

}  // namespace neurode::integrate
