#include "integrate/stochastic/stepper.hpp"

namespace neurode::integrate {
namespace {

/// With W the increments and Z = integral of W over the step,
///
///     k1    = F(t, x)
///     k2    = F(t + 3/4 dt, x + 3/4 dt k1 + 3/2 G(t + dt) Z/dt)
///     x_new = x + dt (k1/3 + 2/3 k2) + G(t + dt) W + (G(t) - G(t + dt)) Z/dt
///     error = 2/3 dt (k2 - k1)       + (G(t) - G(t + dt)) Z/dt
///
/// The error is the distance to x + dt k1 + G(t + dt) W, of strong order 1: drift and noise each compared with what is
/// embedded, as Rackauckas and Nie propose; they take other weights for the drift.
class Sra1 final : public StochasticStep {
 public:
  Sra1(System& system, Statistics& statistics, const Options& o) : StochasticStep(system, statistics, o, 0) {
    for (Vector* v : {&point_, &k2_, &first_, &last_, &whole_}) v->setZero(system.size());
    if (noise()) mean_.setZero(noise()->channels());
  }

 private:
  Trial step(double t, const Vector& x, double dt, Vector& x_new, Vector* error) override {
    draw(t, dt);
    mean_ = dz() / dt;
    kick(t, x, mean_, first_);
    kick(t + dt, x, mean_, last_);
    kick(t + dt, x, dw(), whole_);
    point_ = x + (0.75 * dt) * start() + 1.5 * last_;
    rhs(t + 0.75 * dt, point_, k2_);
    x_new = x + (dt / 3) * start() + (2 * dt / 3) * k2_ + whole_ + (first_ - last_);
    if (error) *error = (2 * dt / 3) * (k2_ - start()) + (first_ - last_);
    return Trial::done;
  }

  Vector mean_, point_, k2_, first_, last_, whole_;
};

}  // namespace

MethodEntry sra1() {
  MethodEntry e;
  e.name = "sra1";
  e.summary = "Roessler's SRA1: additive white noise; adaptive, strong order 3/2";
  e.citation =
      "A. Roessler, SIAM J. Numer. Anal. 48 (2010) 922-952; error control: C. Rackauckas, Q. Nie, Discrete Contin. "
      "Dyn. "
      "Syst. B 22 (2017) 2731-2761";
  e.order = 2;
  e.embedded_order = 1;
  e.dense_order = 1;
  e.dense = DenseOutput::linear;
  e.smooth_dense = false;
  e.stages = 2;
  e.stochastic = true;
  e.strong_order_additive = 1.5;
  e.real_stability = 2;
  e.make = [](System& system, Statistics& statistics, const Options& o) -> std::unique_ptr<Stepper> {
    return std::make_unique<Sra1>(system, statistics, o);
  };
  return e;
}

}  // namespace neurode::integrate
