#include "integrate/driver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "integrate/stiffness.hpp"
#include "integrate/stochastic/stepper.hpp"

namespace neurode::integrate {
namespace {

template <class... Args>
void require(bool good, fmt::format_string<Args...> text, Args&&... args) {
  if (!good) throw std::invalid_argument("drive: " + fmt::format(text, std::forward<Args>(args)...));
}

/// The method `o` names, if `o` and the rest make sense for it.
const MethodEntry& checked_method(const Options& o, double t0, double t1, System& system, const Vector& x0,
                                  double steady) {
  const Index n = system.size();
  const auto* m = find_entry(methods(), o.method);
  require(missing_library(o.method).empty(), "method \"{}\" needs {}, which this build lacks", o.method,
          missing_library(o.method));
  require(m != nullptr, "unknown method \"{}\"", o.method);
  require(!system.noise() || fits(*m, *system.noise()), "method \"{}\" cannot integrate the system's noise", m->name);
  require(std::isfinite(t0) && std::isfinite(t1) && t1 >= t0, "the interval [{}, {}] is not finite or goes backwards",
          t0, t1);
  require(x0.size() == n, "x0 has {} elements, the system {}", x0.size(), n);
  require(steady >= 0, "steady_state must be >= 0, is {}", steady);
  require(std::isfinite(o.dt) && o.dt >= 0, "dt must be finite and >= 0, is {}", o.dt);
  require(o.max_steps >= 0 && o.max_rhs >= 0 && o.max_rejected >= 0 && o.max_wall_seconds >= 0, "a cap is negative");
  if (!m->adaptive()) {
    require(o.dt > 0, "method \"{}\" takes fixed steps and needs dt", m->name);
    return *m;
  }
  require(std::isfinite(o.rtol) && o.rtol > 0, "rtol must be finite and > 0, is {}", o.rtol);
  require(o.atol.size() == 1 || o.atol.size() == n, "atol has {} elements, the system {}", o.atol.size(), n);
  require(first_non_finite(o.atol) < 0 && (o.atol.array() >= 0).all(), "atol must be finite and >= 0");
  require(!m->scalar_atol || n == 0 || (o.atol.array() == o.atol[0]).all(),
          "method \"{}\" takes one absolute tolerance for all components", m->name);
  require(o.dt_min >= 0 && o.dt_max > o.dt_min, "dt_min = {} and dt_max = {} leave no step", o.dt_min, o.dt_max);
  return *m;
}

/// Ends of the segments: the breakpoints strictly inside (t0, t1), ascending, and t1.
std::vector<double> segment_ends(const System& system, double t0, double t1) {
  std::vector<double> ends = system.breakpoints(t0, t1);
  std::erase_if(ends, [&](double t) { return !(t > t0 && t < t1); });
  std::sort(ends.begin(), ends.end());
  ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
  ends.push_back(t1);
  return ends;
}

std::string value_text(double x) { return fmt::format("{:.6g}", x); }

}  // namespace

Driver::Driver(System& system, double t0, const Vector& x0, double t1, const Options& options,
               const std::vector<OutputGrid>& grids, const std::vector<Event>& events, const Observer& observer,
               double steady_state)
    : system_(system),
      options_(options),
      events_(events),
      observer_(observer),
      t0_(t0),
      t1_(t1),
      steady_state_(steady_state),
      method_(checked_method(options, t0, t1, system, x0, steady_state)),
      norm_(options.rtol, method_.adaptive() ? options.atol : Vector::Zero(1), system.size()),
      control_(error_order_of(method_), options.control),
      points_(grids, t0, t1),
      finder_(events, system.size()),
      spikes_(system.jumps(), system.size()),
      stepper_(method_.make(system, statistics_, options)),
      ends_(segment_ends(system, t0, t1)),
      t_(t0),
      x_(x0),
      x_new_(x0),
      error_(Vector::Zero(x0.size())),
      between_(x0),
      x_end_(x0) {
  follow_delays();
}

bool Driver::stop(Outcome o) {
  result_.outcome = o;
  return false;
}

bool Driver::give_up(Outcome o, double dt, double err) {
  if (!std::isfinite(err) && (first_non_finite(x_new_) >= 0 || first_non_finite(error_) >= 0)) return non_finite(dt);
  result_.bad_element = norm_.worst(error_, x_, x_new_);
  result_.bad_time = t_;
  return stop(o);
}

bool Driver::non_finite(double dt) {
  result_.bad_time = t_ + dt;
  result_.bad_element = first_non_finite(stepper_->derivative_at_start());
  if (result_.bad_element >= 0) {
    result_.bad_time = t_;
  } else {
    result_.bad_element = first_non_finite(x_new_);
    if (result_.bad_element < 0) result_.bad_element = first_non_finite(error_);
  }
  return stop(Outcome::non_finite);
}

bool Driver::solver_failed() {
  result_.bad_time = t_;
  return stop(Outcome::solver_failed);
}

void Driver::finish() {
  using O = Outcome;
  // What a method's failure leaves is good, but no restart point: who goes on from there has changed something.
  constexpr O kFailures[] = {O::non_finite, O::step_underflow, O::max_rejected, O::solver_failed};
  if (options_.restarts.any() && statistics_.steps > 0 &&
      std::find(std::begin(kFailures), std::end(kFailures), result_.outcome) != std::end(kFailures)) {
    mark();
  }
  if (succeeded(result_.outcome) && marked_bound_) {  // who goes on beyond the end wants steps that do not know of it
    result_.last = std::move(free_);
  } else if (has_mark_) {
    result_.last = snapshot();
  }
  result_.t = t_;
  result_.x = x_;
  result_.statistics = statistics_;
  if (const auto* switches = stepper_->switches()) {
    result_.switches.insert(result_.switches.end(), switches->begin(), switches->end());
  }
  result_.statistics.wall_seconds = seconds();
  result_.message = message();
  switch (result_.outcome) {
    case Outcome::step_underflow:
    case Outcome::max_rejected:
    case Outcome::max_steps:
    case Outcome::max_rhs:
    case Outcome::wall_clock:
      // Who allowed a second for what got a few right-hand sides into it does not want to wait for more of them.
      if (result_.outcome == Outcome::wall_clock && statistics_.rhs < kScaleProducts) break;
      result_.message += "; " + stiffness_text(system_, t_, x_, t1_, dt_, method_, options_);
      break;
    case Outcome::non_finite:
      if (statistics_.steps > 0) result_.message += "; the last good step had dt = " + value_text(good_dt_);
      break;
    default:
      break;
  }
}

std::string Driver::message() const {
  const std::string name(outcome_name(result_.outcome));
  const std::string blame = result_.bad_element >= 0 ? system_.layout().describe(result_.bad_element) : "";
  switch (result_.outcome) {
    case Outcome::stopped_by_condition:
      return fmt::format("{}: \"{}\" at t = {}", name, events_[static_cast<std::size_t>(result_.event)].name,
                         value_text(t_));
    case Outcome::steady_state:
      return fmt::format("{}: every |dx/dt| below {} at t = {}", name, value_text(steady_state_), value_text(t_));
    case Outcome::non_finite:
      if (result_.bad_time == t_) return fmt::format("{}: {} or its derivative at t = {}", name, blame, value_text(t_));
      return fmt::format("{}: {} in the step from t = {} with dt = {}", name, blame, value_text(t_), value_text(dt_));
    case Outcome::solver_failed:
      return fmt::format("{}: the equations of the step from t = {} with dt = {}{}{}", name, value_text(t_),
                         value_text(dt_), words_.empty() ? "" : "; ", words_);
    case Outcome::step_underflow:
      if (blame.empty()) {
        return fmt::format("{}: dt = {} is below 16 units in the last place of t", name, value_text(dt_));
      }
      return fmt::format("{}: at t = {} a step below {} is needed; the largest error is that of {}", name,
                         value_text(t_), value_text(smallest_step(t_, options_.dt_min)), blame);
    case Outcome::max_rejected:
      return fmt::format(
          "{}: {} trial steps in a row at t = {}, the last with dt = {}; the largest error is that of {}", name,
          options_.max_rejected, value_text(t_), value_text(dt_), blame);
    case Outcome::max_steps:
      return fmt::format("{}: {} steps up to t = {}", name, statistics_.steps, value_text(t_));
    case Outcome::max_rhs:
      return fmt::format("{}: {} right-hand sides up to t = {}", name, statistics_.rhs, value_text(t_));
    case Outcome::wall_clock:
      return fmt::format("{}: {} s used up to t = {}", name, value_text(options_.max_wall_seconds), value_text(t_));
    case Outcome::endless_spikes:
      return fmt::format("{}: at t = {}", name, value_text(t_));
    case Outcome::reached_end:
    case Outcome::interrupted:
      break;
  }
  return fmt::format("{}: t = {} after {} steps", name, value_text(t_), statistics_.steps);
}

}  // namespace neurode::integrate
