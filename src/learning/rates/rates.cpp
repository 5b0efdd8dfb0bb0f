#include "learning/rates/rates.hpp"

namespace neurode::learning {

const std::vector<RateEntry>& rates() {
  static const std::vector<RateEntry> all = {constant_rate(),      cosine_rate(),       exponential_rate(),
                                             hypergradient_rate(), inverse_time_rate(), piecewise_rate(),
                                             stability_rate()};
  return all;
}

RateEntry constant_rate() {
  RateEntry e;
  e.name = "constant";
  e.summary = "the same all the time; `rate = NUMBER` says the same";
  e.constant = true;
  e.parameters = {ParameterSpec::make(Kind::number, "value", "learning rate eta").above(0).standard(1.0)};
  e.build = [](FlowContext& c, const Parameters& p) -> equations::Node {
    return c.graph().constant(p.number("value"));
  };
  return e;
}

}  // namespace neurode::learning
