#include <cmath>

#include "learning/flows/flows.hpp"

namespace neurode::learning {

FlowEntry langevin() {
  FlowEntry e;
  e.name = "langevin";
  e.summary =
      "dw = -g ds + sqrt(2 temperature) dB, each weight with its Brownian motion by s: weights end up distributed as "
      "exp(-loss/temperature)";
  e.citation = "G. O. Roberts, R. L. Tweedie, Bernoulli 2 (1996) 341-363; M. Welling, Y. W. Teh, ICML (2011) 681-688";
  e.needs = "a method for noise, e.g. \"sra1\" or \"euler_maruyama\"";
  e.symmetric = true;
  e.stochastic = true;
  e.parameters = {
      ParameterSpec::make(Kind::number, "temperature", "on a quadratic the variance is temperature/curvature")
          .above(0)
          .standard(1e-3)};
  e.build = [](FlowContext& c) {
    const double temperature = c.parameters.number("temperature");
    for (std::size_t k = 0; k < c.size(); ++k) {
      c.direction[k] = -c.g(k);
      // A factor of the rate is a mobility: noise by its root keeps the distribution.
      const ValueId dw =
          c.increments("flow " + c.names[k], c.a.program[c.weights[k]].rows, c.a.program[c.weights[k]].cols);
      c.shake[k] = std::sqrt(2 * temperature / c.factors[k]) * c.of(dw);
    }
    c.own_channels = true;
  };
  return e;
}

}  // namespace neurode::learning
