#include "integrate/stochastic/stepper.hpp"

namespace neurode::integrate {
namespace {

///     x_new = x + F(t, x) dt + G(t, x) dW
class EulerMaruyama final : public StochasticStep {
 public:
  EulerMaruyama(System& system, Statistics& statistics, const Options& o)
      : StochasticStep(system, statistics, o, o.dt), kick_(Vector::Zero(system.size())) {}

 private:
  Trial step(double t, const Vector& x, double dt, Vector& x_new, Vector*) override {
    draw(t, dt);
    kick(t, x, dw(), kick_);
    x_new = x + dt * start() + kick_;
    return Trial::done;
  }

  Vector kick_;
};

}  // namespace

MethodEntry euler_maruyama() {
  MethodEntry e;
  e.name = "euler_maruyama";
  e.summary = "Euler-Maruyama: white noise meant by Ito, or additive; fixed step, strong order 1/2, additive 1";
  e.citation =
      "G. Maruyama, Rend. Circ. Mat. Palermo 4 (1955) 48-90; P. E. Kloeden, E. Platen, Numerical Solution of "
      "Stochastic Differential Equations (1992), 10.2";
  e.order = e.dense_order = 1;
  e.dense = DenseOutput::linear;
  e.smooth_dense = false;
  e.stochastic = true;
  e.strong_order = 0.5;
  e.strong_order_additive = 1;
  e.takes_ito = true;
  e.real_stability = 2;
  e.make = [](System& system, Statistics& statistics, const Options& o) -> std::unique_ptr<Stepper> {
    return std::make_unique<EulerMaruyama>(system, statistics, o);
  };
  return e;
}

}  // namespace neurode::integrate
