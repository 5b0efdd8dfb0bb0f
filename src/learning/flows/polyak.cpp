#include "learning/flows/flows.hpp"

namespace neurode::learning {

FlowEntry polyak() {
  FlowEntry e;
  e.name = "polyak";
  e.summary = "dw/ds = -(loss - least) g/(|g|^2 + width^2): the loss falls to `least` as exp(-s)";
  e.citation = "B. T. Polyak, USSR Comput. Math. Math. Phys. 9 (1969) 14-29";
  e.parameters = {ParameterSpec::make(Kind::number, "least", "the least loss, to be known").standard(0.0),
                  ParameterSpec::make(Kind::number, "width", "|g| below which it slows down").above(0).standard(1e-9)};
  e.build = [](FlowContext& c) {
    const double width = c.parameters.number("width");
    const Expr step = (c.of(c.loss) - c.parameters.number("least")) / (c.squared_gradient() + width * width);
    const Expr factor = c.of(c.a.program.elementwise(1, 1, step));
    for (std::size_t k = 0; k < c.size(); ++k) c.direction[k] = -factor * c.g(k);
  };
  return e;
}

}  // namespace neurode::learning
