#include "learning/flows/flows.hpp"

namespace neurode::learning {

namespace {

/// Weights of other signs cannot move by factors.
void check(const Setup& setup, Diagnostics& diagnostics) {
  const auto refuse = [&](const std::string& name, double found) {
    const Value& at = setup.scenario.learning->flow.source;
    diagnostics.add({at.where, "learning.flow", "flow \"mirror\" moves positive weights alone",
                     number_text(found) + " in \"" + name + "\"", "initial weights > 0, or another flow", ""});
  };
  for (const auto& pr : setup.network.projections) {
    if (pr.plastic && !(pr.weights->minCoeff() > 0)) refuse(pr.name, pr.weights->minCoeff());
  }
  for (const auto& pop : setup.network.populations) {
    for (const auto& bias : pop.biases) {
      if (bias.plastic && !(bias.values.minCoeff() > 0)) refuse(bias.name, bias.values.minCoeff());
    }
  }
}

}  // namespace

FlowEntry mirror() {
  FlowEntry e;
  e.name = "mirror";
  e.summary =
      "exponentiated gradient: dw/ds = -w (g - mean of g weighted by w); positive weights, whose sum over `over` stays";
  e.citation =
      "A. S. Nemirovsky, D. B. Yudin, Problem Complexity and Method Efficiency in Optimization (1983); J. "
      "Kivinen, M. K. Warmuth, Inform. Comput. 132 (1997) 1-63";
  e.needs = "initial weights > 0";
  e.parameters = {ParameterSpec::make(Kind::choice, "over",
                                      "what keeps its sum: all weights into a neuron, all out of one, all of a "
                                      "projection or bias; none: dw/ds = -w g")
                      .one_of({"post", "pre", "all", "none"})
                      .standard("post")};
  e.check = check;
  e.build = [](FlowContext& c) {
    Program& p = c.a.program;
    const std::string over = c.parameters.text("over");
    const auto along = over == "post"  ? Program::Along::columns
                       : over == "pre" ? Program::Along::rows
                                       : Program::Along::all;
    for (std::size_t k = 0; k < c.size(); ++k) {
      if (over == "none") {
        c.direction[k] = -c.w(k) * c.g(k);
        continue;
      }
      const auto shape = p[c.weights[k]];
      const ValueId weighted = p.sum(p.elementwise(shape.rows, shape.cols, c.w(k) * c.g(k)), along);
      const ValueId whole = p.sum(c.weights[k], along);
      const ValueId mean = p.elementwise(p[whole].rows, p[whole].cols, c.of(weighted) / c.of(whole));
      c.direction[k] = -c.w(k) * (c.g(k) - c.of(p.broadcast(mean, shape.rows, shape.cols)));
    }
  };
  return e;
}

}  // namespace neurode::learning
