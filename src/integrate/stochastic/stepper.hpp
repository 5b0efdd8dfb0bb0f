#pragma once

#include <optional>

#include "integrate/one_step.hpp"
#include "integrate/stochastic/path.hpp"
#include "neurode/dynamics/noise.hpp"

namespace neurode::integrate {

/// What stochastic methods share: the increments of the Wiener paths over the step being tried, and straight lines
/// between the ends of steps. On a system without noise they integrate F alone.
class StochasticStep : public OneStep {
 public:
  /// dt: of fixed steps; 0: steps of any length.
  StochasticStep(System& system, Statistics& statistics, const Options& options, double dt);

  void interpolate(double theta, Vector& x) final { x = (1 - theta) * *x_ + theta * *x_new_; }
  double suited(double t, double dt) final { return path_ ? path_->suited(t, dt) : dt; }

 protected:
  /// W and its integral over the step: dw(), dz().
  void draw(double t, double dt);
  const Vector& dw() const { return dw_; }
  const Vector& dz() const { return dz_; }
  /// out = G(t, x) w, w one a channel.
  void kick(double t, const Vector& x, const Vector& w, Vector& out);
  /// Where the noise is diagonal: the amplitude of each element.
  void amplitude(double t, const Vector& x, Vector& out) { kick(t, x, ones_, out); }
  /// Where the noise is diagonal: the element of w, one a channel, for each element of the state; 0: none.
  void spread(const Vector& w, Vector& out) const;
  Noise* noise() const { return noise_; }

 private:
  Noise* noise_;
  std::optional<BrownianPath> path_;
  Vector dw_, dz_, ones_;
};

/// Can the method integrate this noise?
bool fits(const MethodEntry& method, const Noise& noise);

}  // namespace neurode::integrate
