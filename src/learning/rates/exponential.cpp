#include "learning/rates/rates.hpp"

namespace neurode::learning {

RateEntry exponential_rate() {
  RateEntry e;
  e.name = "exponential";
  e.summary = "value exp(-(t - start of the run)/tau)";
  e.parameters = {ParameterSpec::make(Kind::number, "value", "rate at the start").above(0).standard(1.0),
                  ParameterSpec::make(Kind::number, "tau", "time in which it falls by e").above(0).needed()};
  e.build = [](FlowContext& c, const Parameters& p) -> equations::Node {
    return p.number("value") * exp((c.start - c.t()) / p.number("tau"));
  };
  return e;
}

}  // namespace neurode::learning
