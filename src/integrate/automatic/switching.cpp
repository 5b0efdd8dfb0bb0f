#include "integrate/automatic/switching.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "neurode/core/bytes.hpp"

namespace neurode::integrate {

namespace {

constexpr double kNearLimit = 0.9;  // of the stability interval
constexpr int kWindow = 7;          // steps between the three looks at the solution
constexpr int kForgiven = 5;        // steps that may lie inside the interval among those that do not
constexpr double kGain = 1.25;      // a change to the stiff method must promise this much
constexpr double kInside = 0.35;    // of the stability interval: the explicit method could well take this step
constexpr int kBack = 4;            // so many times in a row
constexpr int kWorthwhile = 40;     // a stay of so many steps
constexpr int kMostPatience = 64;
constexpr int kTrial = 8;  // steps after which the stiff method's cost is known
constexpr double kProductCost = 1.25;
constexpr double kKrylovProducts = 60;  // of a step that takes J v products only, before it is known
// Second differences below this, in tolerances, say nothing: the solution is smooth as far as can be seen.
constexpr double kNoise = 4;
constexpr double kSmoothWindows = 30;  // how far, in windows, is then believed

}  // namespace

Switching::Switching(System& system, const Statistics& statistics, const Options& options)
    : system_(system),
      statistics_(statistics),
      norm_(options.rtol, options.atol, system.size()),
      x0_(Vector::Zero(system.size())),
      x1_(x0_),
      direction_(x0_),
      image_(x0_) {}

void Switching::set_pair(double stability, int explicit_stages, int stiff_stages) {
  stability_ = stability;
  explicit_stages_ = explicit_stages;
  stiff_stages_ = stiff_stages;
}

void Switching::reset() {
  hits_ = misses_ = steps_ = inside_ = 0;
  direction_.setZero();
}

void Switching::save(ByteWriter& out) const {
  out.put(looked_);
  for (const double cost : {columns_, factorisation_, solve_}) out.put(cost);
  for (const int count : {patience_, stay_}) out.put(count);
}

void Switching::load(ByteReader& in) {
  in.get(looked_);
  for (double* cost : {&columns_, &factorisation_, &solve_}) in.get(*cost);
  for (int* count : {&patience_, &stay_}) in.get(*count);
}

/// The Jacobian's structure, and from it what linear algebra costs against a right-hand side that reads each element
/// once and does some twenty operations an unknown.
void Switching::look_at_structure() {
  if (looked_) return;
  looked_ = true;
  const auto n = static_cast<double>(system_.size());
  const Sparsity* pattern = system_.sparsity();
  const double elements = pattern ? static_cast<double>(pattern->nonzeros()) : n * n;
  const double rhs = 2 * elements + 20 * n;
  const bool sparse = pattern && pattern->density() < 0.1 && n > 50;
  columns_ = pattern ? static_cast<double>(pattern->groups.size()) : n;
  factorisation_ = (sparse ? 30 * elements : 2.0 / 3 * n * n * n) / rhs;
  solve_ = (sparse ? 8 * elements : 2 * n * n) / rhs;
}

double Switching::spent() const {
  const auto& s = statistics_;
  const double linear = static_cast<double>(s.factorisations) * (factorisation_ + stiff_stages_ * solve_);
  return static_cast<double>(s.rhs) + kProductCost * static_cast<double>(s.jvps) +
         kProductCost * columns_ * static_cast<double>(s.jacobians) + linear;
}

double Switching::stiff_step_cost() {
  if (stiff_stages_ == 0) return kProductCost * kKrylovProducts;
  look_at_structure();
  return stiff_stages_ * (1 + solve_) + kProductCost * columns_ + factorisation_;
}

double Switching::reachable_step(double t, const Vector& x) const {
  // Divided differences, written so that nothing but x0_, x1_ and x is read: v and a are never stored.
  const double h1 = t1_ - t0_, h2 = t - t1_, window = 0.5 * (t - t0_);
  const auto n = static_cast<double>(x.size());
  double v2 = 0, a2 = 0;
  for (Index i = 0; i < x.size(); ++i) {
    const double v1 = (x1_[i] - x0_[i]) / h1, v = (x[i] - x1_[i]) / h2, a = (v - v1) / window;
    const double w = norm_.weight(i, x[i]);
    v2 += (v * w) * (v * w);
    a2 += (a * w) * (a * w);
  }
  const double speed = std::sqrt(v2 / n), bend = std::sqrt(a2 / n) * window * window;
  if (!(bend > kNoise)) return kSmoothWindows * window;
  const double characteristic = speed * window * window / (bend - kNoise + 0.1 * bend);
  const double amplitude = std::max(speed * characteristic, 1.0);
  return characteristic * std::pow(amplitude, -0.2);  // error of a fifth-order step, constant 1: as measured
}

bool Switching::leave_explicit(double t, const Vector& x, double stiffness) {
  if (!(stiffness > kNearLimit * stability_)) {
    if (++misses_ > kForgiven) hits_ = 0;
    return false;
  }
  misses_ = 0;
  ++hits_;
  const int wait = patience_ * kWindow;
  if (hits_ == 1) {
    t0_ = t, x0_ = x, spent0_ = spent();
  } else if (hits_ == 1 + wait) {
    t1_ = t, x1_ = x;
  } else if (hits_ == 1 + 2 * wait) {
    hits_ = 0;
    const double explicit_rate = (spent() - spent0_) / (t - t0_);
    const double stiff_rate = stiff_step_cost() / reachable_step(t, x);
    if (explicit_rate > kGain * stiff_rate) {
      steps_ = inside_ = stay_ = 0;
      direction_.setZero();
      return true;
    }
  }
  return false;
}

/// A short stay was not worth the change: the next one takes longer to come.
bool Switching::give_back() {
  if (stay_ < kWorthwhile) patience_ = std::min(2 * patience_, kMostPatience);
  return true;
}

bool Switching::leave_stiff(double t, double dt, const Vector& x) {
  look_at_structure();
  if (steps_ == 0) stiff_since_ = t, spent_since_ = spent();
  ++steps_;
  double length = direction_.norm();
  if (!(length > 0) || !std::isfinite(length)) {
    // A start without symmetry: no eigenvector of a network is orthogonal to it but by accident.
    for (Index i = 0; i < direction_.size(); ++i) direction_[i] = 1 + 0.5 * std::sin(static_cast<double>(i + 1));
    length = direction_.norm();
  }
  direction_ /= length;
  system_.jvp(t, x.data(), direction_.data(), image_.data());
  radius_ = image_.norm();
  direction_.swap(image_);
  inside_ = dt * radius_ < kInside * stability_ ? inside_ + 1 : 0;
  ++stay_;
  if (inside_ >= kBack && stay_ > kBack) return give_back();
  if (steps_ < kTrial || t <= stiff_since_) return false;
  const double stiff_rate = (spent() - spent_since_) / (t - stiff_since_);
  const double explicit_rate = explicit_stages_ * radius_ / (kNearLimit * stability_);
  if (stiff_rate > explicit_rate) return give_back();
  if (steps_ >= 2 * kTrial) stiff_since_ = t, spent_since_ = spent(), steps_ = 1;
  return false;
}

}  // namespace neurode::integrate
