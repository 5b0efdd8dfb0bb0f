#include "learning/rates/rates.hpp"

namespace neurode::learning {

RateEntry inverse_time_rate() {
  RateEntry e;
  e.name = "inverse_time";
  e.summary = "value/(1 + (t - start of the run)/tau)";
  e.citation = "H. Robbins, S. Monro, Ann. Math. Statist. 22 (1951) 400-407";
  e.parameters = {ParameterSpec::make(Kind::number, "value", "rate at the start").above(0).standard(1.0),
                  ParameterSpec::make(Kind::number, "tau", "time in which it falls by half").above(0).needed()};
  e.build = [](FlowContext& c, const Parameters& p) -> equations::Node {
    return p.number("value") / ((c.t() - c.start) / p.number("tau") + 1);
  };
  return e;
}

}  // namespace neurode::learning
