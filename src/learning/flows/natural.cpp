#include "learning/flows/flows.hpp"

namespace neurode::learning {

FlowEntry natural() {
  FlowEntry e;
  e.name = "natural";
  e.summary =
      "natural gradient: dw/ds = -(F + damping)^-1 g with F = J^T H J, J the slope of the outputs (of a softmax: of "
      "its "
      "argument) by the weights and H the loss's curvature in them: Gauss-Newton, for cross_entropy the Fisher matrix";
  e.citation =
      "S. Amari, Neural Comput. 10 (1998) 251-276; N. N. Schraudolph, Neural Comput. 14 (2002) 1723-1738 (products); "
      "J. "
      "Martens, J. Mach. Learn. Res. 21 (2020) 146:1-76";
  e.needs = "rule gradient_flow, mode adiabatic, a network without loops";
  e.parameters = {
      ParameterSpec::make(Kind::number, "damping", "added to F; 0 takes the smallest step where F is singular")
          .at_least(0)
          .standard(1e-6),
      ParameterSpec::make(Kind::number, "tolerance", "relative residual at which conjugate gradients end")
          .above(0)
          .below(1)
          .standard(1e-10),
      ParameterSpec::make(Kind::integer, "iterations", "the most of them").at_least(1).standard(10000)};
  e.metric = [](const MetricContext& c) {
    Program& p = c.program;
    Program::Seeds directions;
    for (std::size_t k = 0; k < c.weights.size(); ++k) directions.emplace_back(c.weights[k], c.direction[k]);
    const ValueId scores[] = {c.score};
    const ValueId moved = p.tangent(directions, scores)[0];
    const ValueId slope = p.adjoint({{c.loss, p.elementwise(1, 1, p.graph().constant(1))}}, scores)[0];
    const ValueId slopes[] = {slope};
    const ValueId curved = p.tangent({{c.score, moved}}, slopes)[0];
    return p.adjoint({{c.score, curved}}, c.weights);
  };
  e.build = [](FlowContext& c) {
    for (std::size_t k = 0; k < c.size(); ++k) c.direction[k] = -c.g(k);
  };
  return e;
}

}  // namespace neurode::learning
