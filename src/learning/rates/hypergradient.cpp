#include "learning/rates/rates.hpp"

namespace neurode::learning {

RateEntry hypergradient_rate() {
  RateEntry e;
  e.name = "hypergradient";
  e.summary =
      "the rate alpha is a state: dalpha/dt = beta sum of g G, lag dG/dt = g - G over all weights: it grows while "
      "gradients keep their direction and falls where they turn";
  e.citation = "A. G. Baydin, R. Cornish, D. M. Rubio, M. Schmidt, F. Wood, ICLR (2018), arXiv:1703.04782";
  e.parameters = {ParameterSpec::make(Kind::number, "value", "rate at the start").above(0).standard(1.0),
                  ParameterSpec::make(Kind::number, "beta", "how fast the rate learns").above(0).needed(),
                  ParameterSpec::make(Kind::number, "lag", "time by which G is behind g").above(0).standard(1.0)};
  e.build = [](FlowContext& c, const Parameters& p) -> equations::Node {
    const ValueId rate = c.scalar("flow.rate", "learning rate", p.number("value"));
    std::vector<equations::Node> products;
    for (std::size_t k = 0; k < c.size(); ++k) {
      const ValueId lagged = c.state_like(k, "lagged_gradient", "gradient some time ago", 0);
      c.move(lagged, (c.g(k) - c.of(lagged)) / p.number("lag"));
      products.push_back(c.g(k) * c.of(lagged));
    }
    c.move(rate, p.number("beta") * c.total(products));
    return c.of(rate);
  };
  return e;
}

}  // namespace neurode::learning
