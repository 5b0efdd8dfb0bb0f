#include <cmath>

#include "integrate/stochastic/stepper.hpp"

namespace neurode::integrate {
namespace {

/// Element by element, W the increment over the step, Z = integral of W, r = sqrt(dt):
///
///     k1 = F(t, x)                  g1 = g(t, x)
///     k2 = F(t + 3/4 dt, x + 3/4 dt k1 + 3/2 g1 Z/dt)
///     g2 = g(t + dt/4, x + dt/4 k1 + r/2 g1)
///     g3 = g(t + dt,   x + dt k1   - r g1)
///     g4 = g(t + dt/4, x + dt/4 k1 + r (-5 g1 + 3 g2 + g3/2))
///     E  = Z/dt (2 g1 - 4/3 g2 - 2/3 g3) + (W^3 - 3 dt W)/(6 dt) (-2 g1 + 5/3 g2 - 2/3 g3 + g4)
///     x_new = x + dt (k1/3 + 2/3 k2) + W (-g1 + 4/3 g2 + 2/3 g3) + (W^2 - dt)/(2 r) (-g1 + 4/3 g2 - g3/3) + E
///     error = 2/3 dt (k2 - k1) + E
///
/// The error is the distance to what is of strong order 1, as Rackauckas and Nie propose; they take other weights for
/// the drift.
class Sriw1 final : public StochasticStep {
 public:
  Sriw1(System& system, Statistics& statistics, const Options& o) : StochasticStep(system, statistics, o, 0) {
    for (Vector* v : {&point_, &k2_, &w_, &z_, &g1_, &g2_, &g3_, &g4_, &fine_}) v->setZero(system.size());
  }

 private:
  Trial step(double t, const Vector& x, double dt, Vector& x_new, Vector* error) override {
    draw(t, dt);
    spread(dw(), w_);
    spread(dz(), z_);
    const double root = std::sqrt(dt);
    const auto& f = start();
    amplitude(t, x, g1_);
    point_ = x + (0.25 * dt) * f + (0.5 * root) * g1_;
    amplitude(t + 0.25 * dt, point_, g2_);
    point_ = x + dt * f - root * g1_;
    amplitude(t + dt, point_, g3_);
    point_ = x + (0.25 * dt) * f + root * (-5 * g1_ + 3 * g2_ + 0.5 * g3_);
    amplitude(t + 0.25 * dt, point_, g4_);
    point_ = x + (0.75 * dt) * f + (1.5 / dt) * g1_.cwiseProduct(z_);
    rhs(t + 0.75 * dt, point_, k2_);
    const auto w = w_.array(), z = z_.array(), g1 = g1_.array(), g2 = g2_.array(), g3 = g3_.array();
    fine_ = (z / dt) * (2 * g1 - 4.0 / 3 * g2 - 2.0 / 3 * g3) +
            (w * (w.square() - 3 * dt) / (6 * dt)) * (-2 * g1 + 5.0 / 3 * g2 - 2.0 / 3 * g3 + g4_.array());
    x_new = x + (dt / 3) * f + (2 * dt / 3) * k2_ + fine_;
    x_new.array() += w * (-g1 + 4.0 / 3 * g2 + 2.0 / 3 * g3) +
                     ((w.square() - dt) / (2 * root)) * (-g1 + 4.0 / 3 * g2 - 1.0 / 3 * g3);
    if (error) *error = (2 * dt / 3) * (k2_ - f) + fine_;
    return Trial::done;
  }

  Vector point_, k2_, w_, z_, g1_, g2_, g3_, g4_, fine_;
};

}  // namespace

MethodEntry sriw1() {
  MethodEntry e;
  e.name = "sriw1";
  e.summary = "Roessler's SRIW1: each state with a white noise of its own, meant by Ito; adaptive, strong order 3/2";
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
  e.strong_order = e.strong_order_additive = 1.5;
  e.takes_ito = true;
  e.needs_diagonal = true;
  e.real_stability = 2;
  e.make = [](System& system, Statistics& statistics, const Options& o) -> std::unique_ptr<Stepper> {
    return std::make_unique<Sriw1>(system, statistics, o);
  };
  return e;
}

}  // namespace neurode::integrate
