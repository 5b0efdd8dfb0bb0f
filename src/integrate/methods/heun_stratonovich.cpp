#include "integrate/stochastic/stepper.hpp"

namespace neurode::integrate {
namespace {

///     y     = x + F(t, x) dt + G(t, x) dW
///     x_new = x + dt/2 (F(t, x) + F(t + dt, y)) + 1/2 (G(t, x) + G(t + dt, y)) dW
class HeunStratonovich final : public StochasticStep {
 public:
  HeunStratonovich(System& system, Statistics& statistics, const Options& o)
      : StochasticStep(system, statistics, o, o.dt) {
    for (Vector* v : {&y_, &f_, &kick_, &kick_end_}) v->setZero(system.size());
  }

 private:
  Trial step(double t, const Vector& x, double dt, Vector& x_new, Vector*) override {
    draw(t, dt);
    kick(t, x, dw(), kick_);
    y_ = x + dt * start() + kick_;
    rhs(t + dt, y_, f_);
    kick(t + dt, y_, dw(), kick_end_);
    x_new = x + (0.5 * dt) * (start() + f_) + 0.5 * (kick_ + kick_end_);
    return Trial::done;
  }

  Vector y_, f_, kick_, kick_end_;
};

}  // namespace

MethodEntry heun_stratonovich() {
  MethodEntry e;
  e.name = "heun_stratonovich";
  e.summary = "Heun's method: white noise meant by Stratonovich, or additive; fixed step, strong order 1";
  e.citation =
      "W. Rumelin, SIAM J. Numer. Anal. 19 (1982) 604-613; P. E. Kloeden, E. Platen, Numerical Solution of Stochastic "
      "Differential Equations (1992), 11.1 and 15.1";
  e.order = 2;
  e.dense_order = 1;
  e.dense = DenseOutput::linear;
  e.smooth_dense = false;
  e.stages = 2;
  e.stochastic = true;
  e.strong_order = e.strong_order_additive = 1;
  e.takes_stratonovich = true;
  e.real_stability = 2;
  e.make = [](System& system, Statistics& statistics, const Options& o) -> std::unique_ptr<Stepper> {
    return std::make_unique<HeunStratonovich>(system, statistics, o);
  };
  return e;
}

}  // namespace neurode::integrate
