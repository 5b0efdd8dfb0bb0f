#include "integrate/step_control.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace neurode::integrate {

ErrorNorm::ErrorNorm(double rtol, const Vector& atol, Index n)
    : rtol_(rtol), per_component_(1.0 / static_cast<double>(std::max<Index>(1, n))) {
  // Never 0/0, whatever atol and x: an error of exactly 0 weighs nothing.
  const double floor = std::numeric_limits<double>::min();
  atol_ = atol.size() == 1 ? Vector::Constant(n, atol[0]) : atol;
  for (double& a : atol_) a = std::max(a, floor);
}

double ErrorNorm::operator()(const Vector& error, const Vector& x0, const Vector& x1) const {
  const auto scale = atol_.array() + rtol_ * x0.array().abs().max(x1.array().abs());
  // x1 * 0 is NaN where x1 is not finite; without it an infinite x1 would make its scale infinite and its error 0.
  return std::sqrt(((error.array() + x1.array() * 0) / scale).square().sum() * per_component_);
}

double ErrorNorm::at(const Vector& v, const Vector& x) const {
  return std::sqrt((v.array() / (atol_.array() + rtol_ * x.array().abs())).square().sum() * per_component_);
}

Index ErrorNorm::worst(const Vector& error, const Vector& x0, const Vector& x1) const {
  Index at = error.size() > 0 ? 0 : -1;
  double most = -1;
  for (Index i = 0; i < error.size(); ++i) {
    const double e = std::abs(error[i]) / (atol_[i] + rtol_ * std::max(std::abs(x0[i]), std::abs(x1[i])));
    if (e > most) most = e, at = i;
  }
  return at;
}

StepControl::StepControl(int error_order, Control control) : order_(error_order) {
  switch (control) {
    case Control::i:
      now_ = 1;
      break;
    case Control::pi:
      now_ = 0.85, before_ = -0.2;
      break;
    case Control::pid:
      now_ = 0.58, before_ = -0.21, long_before_ = 0.1;
      break;
  }
}

void StepControl::reset() {
  log_before_ = log_long_before_ = kLogFloor;
  after_rejection_ = false;
}

double StepControl::accepted(double err) {
  const double log_err = std::log(err);  // -inf for 0: the clamp takes care of it
  const double sum = now_ * log_err + before_ * log_before_ + long_before_ * log_long_before_;
  double factor = std::clamp(0.9 * std::exp(-sum / order_), 0.2, 10.0);
  if (after_rejection_) factor = std::min(factor, 1.0);
  log_long_before_ = log_before_;
  log_before_ = std::max(log_err, kLogFloor);
  after_rejection_ = false;
  return factor;
}

double StepControl::rejected(double err) {
  after_rejection_ = true;
  if (!std::isfinite(err)) return 0.25;
  return std::max(0.2, 0.9 * std::pow(err, -1.0 / order_));
}

double initial_step(System& system, double t, const Vector& x, const Vector& f, int error_order, const ErrorNorm& norm,
                    double span, Vector& scratch_x, Vector& scratch_f, Statistics& statistics, bool& cut) {
  const auto within_span = [&](double h) {
    cut = cut || h > span;
    return std::min(h, span);
  };
  const double d0 = norm.at(x, x), d1 = norm.at(f, x);
  const double h0 = within_span(d0 < 1e-5 || d1 < 1e-5 ? 1e-6 : 0.01 * d0 / d1);
  scratch_x = x + h0 * f;
  system.rhs(t + h0, scratch_x.data(), scratch_f.data());
  ++statistics.rhs;
  scratch_f -= f;
  const double d2 = norm.at(scratch_f, x) / h0;
  if (!std::isfinite(d2)) return h0;
  const double d = std::max(d1, d2);
  const double h1 = d <= 1e-15 ? std::max(1e-6, h0 * 1e-3) : std::pow(0.01 / d, 1.0 / error_order);
  return within_span(std::min(100 * h0, h1));
}

double smallest_step(double t, double dt_min) {
  const double ulps = 16 * std::numeric_limits<double>::epsilon() * std::abs(t);
  return std::max({dt_min, ulps, 16 * std::numeric_limits<double>::min()});
}

int error_order_of(const MethodEntry& m) {
  return m.error_order > 0 ? m.error_order : std::min(m.order, m.embedded_order) + 1;
}

Index first_non_finite(const Vector& v) {
  for (Index i = 0; i < v.size(); ++i) {
    if (!std::isfinite(v[i])) return i;
  }
  return -1;
}

}  // namespace neurode::integrate
