#include "learning/flows/flows.hpp"

namespace neurode::learning {

FlowEntry nesterov() {
  FlowEntry e;
  e.name = "nesterov";
  e.summary = "dw/ds = v, dv/ds = -(r/s) v - g: friction that falls with flow time s; starts with dv/ds = -g/(r + 1)";
  e.citation = "W. Su, S. Boyd, E. J. Candes, J. Mach. Learn. Res. 17 (2016) 153:1-43";
  e.parameters = {
      ParameterSpec::make(Kind::number, "r", "3 for the limit of Nesterov's method").above(0).standard(3.0)};
  e.build = [](FlowContext& c) {
    const Expr s = c.flow_time();
    const double r = c.parameters.number("r");
    for (std::size_t k = 0; k < c.size(); ++k) {
      const ValueId v = c.state_like(k, "velocity", "velocity", 0);
      c.direction[k] = c.of(v);
      // At s = 0 v/s is 0/0; its limit is -g/(r + 1).
      const double tiny = 1e-200;
      c.move(v, where_less(s, tiny, -c.g(k) / (r + 1), -c.g(k) - r * c.of(v) / s));
    }
  };
  return e;
}

}  // namespace neurode::learning
