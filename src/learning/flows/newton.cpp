#include "learning/flows/flows.hpp"

namespace neurode::learning {

FlowEntry newton() {
  FlowEntry e;
  e.name = "newton";
  e.summary =
      "dw/ds = -(H + damping)^-1 g with H the Hessian: without damping g falls as exp(-s), to whatever point has g = "
      "0: "
      "where H is not positive definite that is a saddle or a maximum, and it stops where H becomes singular";
  e.citation = "S. Smale, J. Math. Econ. 3 (1976) 107-120";
  e.needs = "rule gradient_flow, mode adiabatic, a network without loops, at most 1000 weights that move";
  e.parameters = {ParameterSpec::make(Kind::number, "damping",
                                      "added to the diagonal of H; beyond -(least eigenvalue) the loss falls")
                      .at_least(0)
                      .standard(0.0)};
  e.dense_metric = true;
  e.metric = [](const MetricContext& c) {
    Program::Seeds directions;
    for (std::size_t k = 0; k < c.weights.size(); ++k) directions.emplace_back(c.weights[k], c.direction[k]);
    return c.program.tangent(directions, c.gradient);
  };
  e.build = [](FlowContext& c) {
    for (std::size_t k = 0; k < c.size(); ++k) c.direction[k] = -c.g(k);
  };
  return e;
}

}  // namespace neurode::learning
