#include "learning/flows/flows.hpp"

namespace neurode::learning {

FlowEntry rmsprop() {
  FlowEntry e;
  e.name = "rmsprop";
  e.summary = "dw/ds = -g/(epsilon + sqrt(v)), dv/ds = b (g^2 - v)";
  e.citation =
      "T. Tieleman, G. Hinton, Neural Networks for Machine Learning, lecture 6.5 (2012); A. B. da Silva, M. "
      "Gazeau, J. Mach. Learn. Res. 21 (2020) 129:1-42 (flow)";
  e.parameters = {ParameterSpec::make(Kind::number, "b", "how fast v follows g^2").above(0).standard(1.0),
                  ParameterSpec::make(Kind::number, "epsilon", "added to the root").above(0).standard(1e-8),
                  ParameterSpec::make(Kind::number, "initial", "v at the start").above(0).standard(1e-2)};
  e.build = [](FlowContext& c) {
    for (std::size_t k = 0; k < c.size(); ++k) {
      const ValueId v = c.state_like(k, "second_moment", "mean of g^2", c.parameters.number("initial"));
      c.direction[k] = -c.g(k) / (sqrt(c.of(v)) + c.parameters.number("epsilon"));
      c.move(v, c.parameters.number("b") * (c.g(k) * c.g(k) - c.of(v)));
    }
  };
  return e;
}

}  // namespace neurode::learning
