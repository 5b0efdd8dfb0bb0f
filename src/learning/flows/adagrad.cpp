#include "learning/flows/flows.hpp"

namespace neurode::learning {

FlowEntry adagrad() {
  FlowEntry e;
  e.name = "adagrad";
  e.summary = "dw/ds = -g/sqrt(G), dG/ds = g^2, each weight with its G; norm: one G for all, dG/ds = |g|^2";
  e.citation =
      "J. Duchi, E. Hazan, Y. Singer, J. Mach. Learn. Res. 12 (2011) 2121-2159; R. Ward, X. Wu, L. Bottou, "
      "J. Mach. Learn. Res. 21 (2020) 219:1-30 (norm)";
  e.parameters = {ParameterSpec::make(Kind::boolean, "norm", "one G for all weights").standard(false),
                  ParameterSpec::make(Kind::number, "initial", "G at the start").above(0).standard(1e-2)};
  e.build = [](FlowContext& c) {
    const double start = c.parameters.number("initial");
    if (c.parameters.flag("norm")) {
      const ValueId sum = c.scalar("flow.squares", "integral of |g|^2", start);
      for (std::size_t k = 0; k < c.size(); ++k) c.direction[k] = -c.g(k) / sqrt(c.of(sum));
      return c.move(sum, c.squared_gradient());
    }
    for (std::size_t k = 0; k < c.size(); ++k) {
      const ValueId sum = c.state_like(k, "squares", "integral of g^2", start);
      c.direction[k] = -c.g(k) / sqrt(c.of(sum));
      c.move(sum, c.g(k) * c.g(k));
    }
  };
  return e;
}

}  // namespace neurode::learning
