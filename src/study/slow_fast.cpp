#include "study/slow_fast.hpp"

#include <Eigen/LU>

#include <limits>

#include "neurode/analysis/fixed_points.hpp"
#include "neurode/analysis/spectrum.hpp"

namespace neurode::study {

namespace {

constexpr Index kLargestDense = 1000;
constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

double relative(const Vector& a, const Vector& exact) {
  const double size = exact.norm();
  return size > 0 ? (a - exact).norm() / size : kNothing;
}

}  // namespace

SlowFast::SlowFast(System& system) : system_(system) {
  for (const Slice& s : system.layout().slices()) {
    const bool fast = s.block == Block::activity || s.block == Block::errors;
    for (Index k = s.offset; k < s.offset + s.size(); ++k) {
      (fast ? fast_ : slow_).push_back(k);
      if (s.block == Block::activity) activity_.push_back(k);
      if (s.block == Block::weights) weights_.push_back(k);
    }
  }
}

SlowFast::Rates SlowFast::rates(double t, const Vector& x) {
  Rates out;
  analysis::Subsystem fast(system_, fast_, x);
  const Vector y = x(fast_);
  out.fast = -analysis::spectrum(fast, t, y, kLargestDense).values[0].real();
  out.slow = kNothing;
  const auto n = static_cast<Index>(fast_.size());
  if (n > kLargestDense) return out;
  Matrix j(n, n);
  fast.jacobian(t, y.data(), j);
  const Eigen::PartialPivLU<Matrix> lu(j);
  Vector v = Vector::Zero(x.size()), jv(x.size());
  const auto reduced = [&](const double* w, double* out_w) {
    v.setZero();
    for (std::size_t k = 0; k < slow_.size(); ++k) v[slow_[k]] = w[k];
    system_.jvp(t, x.data(), v.data(), jv.data());
    v(fast_) = -lu.solve(Vector(jv(fast_)));
    system_.jvp(t, x.data(), v.data(), jv.data());
    for (std::size_t k = 0; k < slow_.size(); ++k) out_w[k] = jv[slow_[k]];
  };
  out.slow = analysis::spectral_radius(static_cast<Index>(slow_.size()), reduced, kLargestDense);
  return out;
}

SlowFast::Distance SlowFast::distance(double t, const Vector& x) {
  Distance out{kNothing, kNothing};
  analysis::Subsystem fast(system_, fast_, x);
  Vector y = x(fast_);
  if (!analysis::Newton(fast).solve(t, y)) return out;
  const Vector limit = fast.whole(y.data());
  Vector here(x.size()), there(x.size());
  system_.rhs(t, x.data(), here.data());
  system_.rhs(t, limit.data(), there.data());
  out.motion = relative(here(weights_), there(weights_));
  out.activity = relative(x(activity_), limit(activity_));
  return out;
}

}  // namespace neurode::study
