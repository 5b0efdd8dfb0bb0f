#include "learning/flows/flows.hpp"

namespace neurode::learning {

FlowEntry sign() {
  FlowEntry e;
  e.name = "sign";
  e.summary = "dw/ds = -g/sqrt(g^2 + width^2): -1 or 1 for each weight where |g| is much more than width";
  e.citation =
      "M. Riedmiller, H. Braun, IEEE Int. Conf. Neural Networks (1993) 586-591; J. Bernstein et al., ICML "
      "(2018), arXiv:1802.04434";
  e.parameters = {ParameterSpec::make(Kind::number, "width", "of the step between -1 and 1, in units of g")
                      .above(0)
                      .standard(1e-3)};
  e.build = [](FlowContext& c) {
    const double width = c.parameters.number("width");
    for (std::size_t k = 0; k < c.size(); ++k) c.direction[k] = -c.g(k) / sqrt(c.g(k) * c.g(k) + width * width);
  };
  return e;
}

}  // namespace neurode::learning
