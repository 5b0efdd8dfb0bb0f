#include "integrate/stochastic/stepper.hpp"

namespace neurode::integrate {
namespace {

///     x_new = x + F dt + g dW + 1/2 g g' (dW^2 - dt)    Ito
///     x_new = x + F dt + g dW + 1/2 g g' dW^2           Stratonovich
///
/// element by element, g' = dg_i/dx_i from the equations.
class Milstein final : public StochasticStep {
 public:
  Milstein(System& system, Statistics& statistics, const Options& o)
      : StochasticStep(system, statistics, o, o.dt), corrects_(noise() && !noise()->additive()) {
    for (Vector* v : {&kick_, &factor_, &w_}) v->setZero(system.size());
    if (corrects_ && noise()->calculus() == Noise::Calculus::ito) compensator_ = 1;
  }

 private:
  Trial step(double t, const Vector& x, double dt, Vector& x_new, Vector*) override {
    draw(t, dt);
    kick(t, x, dw(), kick_);
    x_new = x + dt * start() + kick_;
    if (corrects_) {
      noise()->milstein(t, x.data(), factor_.data());
      spread(dw(), w_);
      x_new.array() += 0.5 * factor_.array() * (w_.array().square() - compensator_ * dt);
    }
    return Trial::done;
  }

  const bool corrects_;
  double compensator_ = 0;
  Vector kick_, factor_, w_;
};

}  // namespace

MethodEntry milstein() {
  MethodEntry e;
  e.name = "milstein";
  e.summary =
      "Milstein's method: each state with a white noise of its own, Ito or Stratonovich; fixed step, strong order 1";
  e.citation =
      "G. N. Milstein, Theory Probab. Appl. 19 (1974) 557-562; P. E. Kloeden, E. Platen, Numerical Solution of "
      "Stochastic Differential Equations (1992), 10.3";
  e.order = e.dense_order = 1;
  e.dense = DenseOutput::linear;
  e.smooth_dense = false;
  e.stochastic = true;
  e.strong_order = e.strong_order_additive = 1;
  e.takes_ito = e.takes_stratonovich = true;
  e.needs_diagonal = true;
  e.real_stability = 2;
  e.make = [](System& system, Statistics& statistics, const Options& o) -> std::unique_ptr<Stepper> {
    return std::make_unique<Milstein>(system, statistics, o);
  };
  return e;
}

}  // namespace neurode::integrate
