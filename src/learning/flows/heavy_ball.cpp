#include "learning/flows/flows.hpp"

namespace neurode::learning {

FlowEntry heavy_ball() {
  FlowEntry e;
  e.name = "heavy_ball";
  e.summary = "momentum: dw/ds = v, dv/ds = -friction v - g; loss + |v|^2/2 never rises";
  e.citation = "B. T. Polyak, USSR Comput. Math. Math. Phys. 4 (1964) 1-17";
  e.parameters = {ParameterSpec::make(Kind::number, "friction", "2 sqrt(mu) is critical where the curvature is mu")
                      .at_least(0)
                      .standard(1.0)};
  e.build = [](FlowContext& c) {
    for (std::size_t k = 0; k < c.size(); ++k) {
      const ValueId v = c.state_like(k, "velocity", "velocity", 0);
      c.direction[k] = c.of(v);
      c.move(v, -c.g(k) - c.parameters.number("friction") * c.of(v));
    }
  };
  return e;
}

}  // namespace neurode::learning
