#include "learning/rates/rates.hpp"

namespace neurode::learning {

RateEntry cosine_rate() {
  RateEntry e;
  e.name = "cosine";
  e.summary = "from value to last along half a period of the cosine, in `duration`; then last";
  e.citation = "I. Loshchilov, F. Hutter, ICLR (2017), arXiv:1608.03983";
  e.parameters = {ParameterSpec::make(Kind::number, "value", "rate at the start").above(0).standard(1.0),
                  ParameterSpec::make(Kind::number, "last", "rate at the end").at_least(0).standard(0.0),
                  ParameterSpec::make(Kind::number, "duration", "from the start of the run").above(0).needed()};
  e.build = [](FlowContext& c, const Parameters& p) -> equations::Node {
    const double value = p.number("value"), last = p.number("last"), duration = p.number("duration");
    const Expr falling = (0.5 * (value - last)) * (cos(M_PI / duration * (c.t() - c.start)) + 1) + last;
    return where_less(c.of(c.a.program.segment_time()), c.start + duration, falling, falling.number(last));
  };
  e.breakpoints = [](const Parameters& p, double start, double t0, double t1) {
    const double end = start + p.number("duration");
    return end > t0 && end < t1 ? std::vector<double>{end} : std::vector<double>{};
  };
  return e;
}

}  // namespace neurode::learning
