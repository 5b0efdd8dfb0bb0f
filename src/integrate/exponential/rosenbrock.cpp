#include "integrate/exponential/rosenbrock.hpp"

#include <algorithm>

namespace neurode::integrate {
namespace {

// Error allowed to each Krylov space, as a share of the step's tolerance.
constexpr double kShare = 1e-3;
// The error is first looked at when a space has this share of its dimension in the last step.
constexpr double kFirst = 0.75;
// A step at the limit that leaves this share of the dimensions unused moves the limit up.
constexpr double kRoom = 0.25, kGrowth = 1.25;

}  // namespace

ExponentialRosenbrock::ExponentialRosenbrock(System& system, Statistics& statistics, const Options& options)
    : OneStep(system, statistics),
      norm_(options.rtol, options.atol, system.size()),
      krylov_(system.size(), system.symmetric_jacobian()),
      jacobian_{system, statistics},
      time_derivative_(Vector::Zero(system.size())),
      force_(time_derivative_),
      scratch_(time_derivative_) {}

void ExponentialRosenbrock::forget() {
  force_known_ = false;
  largest_step_ = std::numeric_limits<double>::infinity();
  dimensions_.fill(0);
}

void ExponentialRosenbrock::accepted() {
  force_known_ = false;
  const Index most = *std::max_element(dimensions_.begin(), dimensions_.end());
  const auto largest = static_cast<double>(krylov_.largest_dimension());
  if (dt_ >= 0.9 * largest_step_ && static_cast<double>(most) <= (1 - kRoom) * largest) largest_step_ *= kGrowth;
}

bool ExponentialRosenbrock::linearise(double t, const Vector& x, double dt) {
  jacobian_.t = t;
  jacobian_.x = x.data();
  space_ = 0;
  if (!force_known_) {
    depends_on_time_ = system_.time_derivative(t, x.data(), time_derivative_.data()) && all_finite(time_derivative_) &&
                       !time_derivative_.isZero(0);
    if (depends_on_time_) {
      jacobian_.times(start().data(), force_.data());
      force_ += time_derivative_;
    }
    force_known_ = true;
  }
  Weights sizes{};
  sizes[depends_on_time_ ? 2 : 1] = depends_on_time_ ? dt * dt : dt;
  return project(depends_on_time_ ? force_ : start(), sizes);
}

void ExponentialRosenbrock::linear(KrylovPhi::Scale c, Vector& out) {
  const double step = c == KrylovPhi::kHalf ? dt_ / 2 : dt_;
  Weights w{};
  w[depends_on_time_ ? 2 : 1] = depends_on_time_ ? step * step : step;
  out = *x_;
  if (depends_on_time_) out += step * start();
  krylov_.add(c, w, out);
}

void ExponentialRosenbrock::residual(double c, const Vector& u, Vector& d) {
  scratch_ = u - *x_;
  jacobian_.times(scratch_.data(), d.data());
  rhs(t_ + c * dt_, u, scratch_);
  d = scratch_ - start() - d;
  if (depends_on_time_) d -= (c * dt_) * time_derivative_;
}

Trial ExponentialRosenbrock::spoiled(const Vector& d, Vector& x_new) const {
  x_new = *x_ + d;
  return Trial::done;
}

bool ExponentialRosenbrock::project(const Vector& d, const Weights& sizes) {
  Index& dimension = dimensions_[space_++];
  const auto first = static_cast<Index>(kFirst * static_cast<double>(dimension));
  const bool accurate = krylov_.project(jacobian_, d, dt_, {sizes, norm_, *x_, kShare, first});
  dimension = krylov_.dimension();
  if (accurate) return true;
  largest_step_ = std::min(largest_step_, krylov_.longest());
  dimensions_.fill(0);
  return false;
}

}  // namespace neurode::integrate
