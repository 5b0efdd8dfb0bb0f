#include "integrate/sundials/stepper.hpp"

#include <arkode/arkode.h>
#include <cvode/cvode.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "integrate/step_control.hpp"

namespace neurode::integrate::sundials {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
// A segment shorter than this many units in the last place is one step: SUNDIALS refuses to guess a first one.
constexpr double kOneStep = 1000;
constexpr double kSmallestAtol = 1e-100;
constexpr double kHairsbreadth = 1e-6;  // as SUNDIALS compares steps with the smallest

static_assert(CV_TSTOP_RETURN == ARK_TSTOP_RETURN && CV_TOO_MUCH_ACC == ARK_TOO_MUCH_ACC &&
              CV_ERR_FAILURE == ARK_ERR_FAILURE && CV_CONV_FAILURE == ARK_CONV_FAILURE &&
              CV_RHSFUNC_FAIL == ARK_RHSFUNC_FAIL && CV_FIRST_RHSFUNC_ERR == ARK_FIRST_RHSFUNC_ERR &&
              CV_REPTD_RHSFUNC_ERR == ARK_REPTD_RHSFUNC_ERR && CV_UNREC_RHSFUNC_ERR == ARK_UNREC_RHSFUNC_ERR);

}  // namespace

SundialsStepper::SundialsStepper(System& system, Statistics& statistics, const Options& options, bool remember)
    : statistics_(statistics),
      options_(options),
      n_(system.size()),
      callbacks_(std::make_unique<Callbacks>(system, statistics, remember)),
      atol_(vector(n_, context_)),
      in_(view(n_, context_)),
      out_(view(n_, context_)),
      system_(system),
      norm_(options.rtol, options.atol, system.size()),
      between_(view(n_, context_)),
      error_(vector(n_, context_)),
      weight_(vector(n_, context_)),
      start_(Vector::Zero(n_)),
      end_(start_) {
  for (Index i = 0; i < n_; ++i) {
    data(atol_.get())[i] = std::max(options.atol[options.atol.size() == 1 ? 0 : i], kSmallestAtol);
  }
}

void SundialsStepper::keep_message(int /*code*/, const char* module, const char* /*function*/, char* text,
                                   void* stepper) {
  auto& message = static_cast<SundialsStepper*>(stepper)->message_;
  std::snprintf(message, sizeof message, "%s: %s", module, text);
}

int SundialsStepper::most_fails() const {
  constexpr std::int64_t kMost = 1000000;
  return static_cast<int>(options_.max_rejected > 0 ? std::min(options_.max_rejected, kMost) : kMost);
}

void SundialsStepper::reset() {
  started_ = start_known_ = end_known_ = false;
  callbacks_->forget();
}

const Vector& SundialsStepper::prime(double t, const Vector& x) {
  callbacks_->begin_step();
  callbacks_->forget();
  callbacks_->rhs(t, x.data(), start_.data());
  callbacks_->rethrow();
  callbacks_->hold(t, x.data(), start_);
  start_known_ = true;
  return start_;
}

void SundialsStepper::count() {
  const Counts now = counts();
  statistics_.rejected += now.error_fails - counted_.error_fails + now.solver_fails - counted_.solver_fails;
  statistics_.factorisations += now.setups - counted_.setups;
  counted_ = now;
}

Advanced SundialsStepper::advance(double t, const Vector& x, double end, Vector& x_new) {
  callbacks_->begin_step();
  t_ = t, x_ = &x, x_new_ = &x_new;
  point(in_, x);
  point(out_, x_new);
  double first = 0;
  bool cut = false;
  if (!started_) {
    const bool sliver = end - t < kOneStep * kEpsilon * std::max(std::abs(t), std::abs(end));
    first = sliver ? end - t : first_step(t, x, end - t, x_new, cut);
    restart(t, first);
    counters_restarted();
    started_ = true, first_ = false;
    stop_ = kNone, smallest_ = 0;
  }
  if (end != stop_) stop_at(end);
  const double smallest = smallest_step(t, options_.dt_min);
  if (smallest > 2 * smallest_ || smallest < 0.5 * smallest_) {
    smallest_ = smallest;
    set_smallest(smallest);
  }
  // What the library has cut short already for the end is that much shorter than the rest.
  cut = cut || (first > 0 ? first : tried()) * (1 + kHairsbreadth) >= end - t;
  const long fails_before = counted_.error_fails;
  t_new_ = t;
  const int flag = step(t, end, t_new_);
  stop_ = flag == CV_TSTOP_RETURN ? kNone : end;
  count();
  callbacks_->rethrow();
  if (flag < 0) return failed(flag, t, fails_before);
  return {.t = t_new_, .cut = cut};
}

/// 0: the library's own. That depends on where the run ends, which a run that may be gone on with must not.
double SundialsStepper::first_step(double t, const Vector& x, double span, Vector& scratch, bool& cut) {
  if (first_ && options_.dt > 0) return options_.dt;
  if (!options_.restarts.any()) return 0;
  constexpr int kFirstOrder = 2;  // of the error estimate with which the library begins
  return initial_step(system_, t, x, derivative_at_start(), kFirstOrder, norm_, span, scratch, end_, statistics_, cut);
}

Advanced SundialsStepper::failed(int flag, double t, long fails_before) {
  const double at = t + tried();
  switch (flag) {
    case CV_ERR_FAILURE: {
      const bool many = counted_.error_fails - fails_before >= most_fails();
      return {at, many ? Outcome::max_rejected : Outcome::step_underflow, worst(), message_};
    }
    case CV_TOO_MUCH_ACC:
      return {t, Outcome::step_underflow, -1, message_};
    case CV_RHSFUNC_FAIL:
    case CV_FIRST_RHSFUNC_ERR:
    case CV_REPTD_RHSFUNC_ERR:
    case CV_UNREC_RHSFUNC_ERR:
      return {callbacks_->bad_time(), Outcome::non_finite, callbacks_->bad_element(), message_};
    default:
      break;
  }
  // The fixed-point iteration calls F that is not finite a failure to converge.
  if (callbacks_->last_bad()) return {callbacks_->bad_time(), Outcome::non_finite, callbacks_->bad_element(), message_};
  // Equations of the smallest step are all but explicit: that they have no solution is a matter of F.
  if (tried() <= smallest_ * (1 + kHairsbreadth)) return {at, Outcome::step_underflow, fastest(), message_};
  return {at, Outcome::solver_failed, -1, message_};
}

Index SundialsStepper::worst() {
  errors(error_.get(), weight_.get());
  return largest_weighted();
}

Index SundialsStepper::fastest() {
  errors(error_.get(), weight_.get());
  Eigen::Map<Vector>(data(error_.get()), n_) = derivative_at_start();
  return largest_weighted();
}

Index SundialsStepper::largest_weighted() const {
  Index i = 0;
  (Eigen::Map<const Vector>(data(error_.get()), n_).array() * Eigen::Map<const Vector>(data(weight_.get()), n_).array())
      .abs()
      .maxCoeff(&i);
  return i;
}

void SundialsStepper::accept() {
  start_.swap(end_);
  start_known_ = end_known_;
  end_known_ = false;
}

void SundialsStepper::interpolate(double theta, Vector& x) {
  if (theta == 0) {
    x = *x_;
  } else if (theta == 1) {
    x = *x_new_;
  } else {
    point(between_, x);
    dense(t_ + theta * (t_new_ - t_), between_.get());
  }
}

const Vector& SundialsStepper::derivative_at_end() {
  if (!end_known_) {
    callbacks_->rhs(t_new_, x_new_->data(), end_.data());
    callbacks_->rethrow();
  }
  end_known_ = true;
  return end_;
}

const Vector& SundialsStepper::derivative_at_start() const {
  if (!start_known_ && x_ != nullptr) {
    callbacks_->rhs(t_, x_->data(), start_.data());
    callbacks_->rethrow();
    start_known_ = true;
  }
  return start_;
}

}  // namespace neurode::integrate::sundials
