#include "learning/rates/rates.hpp"

namespace neurode::learning {

static std::vector<double> numbers(const Parameters& p, const char* key) {
  std::vector<double> out;
  for (const Value& v : p.at(key).list()) out.push_back(v.number());
  return out;
}

RateEntry piecewise_rate() {
  RateEntry e;
  e.name = "piecewise";
  e.summary = "value until the first of `times`, then one of `values` from each of them on; switches are breakpoints";
  e.parameters = {ParameterSpec::make(Kind::number, "value", "rate at the start").above(0).standard(1.0),
                  ParameterSpec::make(Kind::numbers, "times", "ascending").needed(),
                  ParameterSpec::make(Kind::numbers, "values", "one a time, each >= 0").needed()};
  e.check = [](const Setup& setup, Diagnostics& diagnostics) {
    const Parameters& p = setup.rate_parameters;
    const auto times = numbers(p, "times"), values = numbers(p, "values");
    const auto refuse = [&](const char* key, const std::string& problem, const std::string& allowed) {
      const Value& v = p.at(key);
      diagnostics.add({v.where, v.key, problem, v.to_toml(), allowed, ""});
    };
    for (std::size_t k = 1; k < times.size(); ++k) {
      if (times[k] > times[k - 1]) continue;
      return refuse("times", "must ascend", "each time later than the one before");
    }
    if (times.size() != values.size()) refuse("values", "must be as many as times", "one rate a time");
    for (const double v : values) {
      if (v < 0) return refuse("values", "must be >= 0", "rates >= 0");
    }
  };
  e.build = [](FlowContext& c, const Parameters& p) -> equations::Node {
    const auto times = numbers(p, "times"), values = numbers(p, "values");
    const Expr t = c.of(c.a.program.segment_time());
    Expr rate = t.number(p.number("value"));
    for (std::size_t k = 0; k < times.size(); ++k) rate = where_less(t, times[k], rate, t.number(values[k]));
    return rate;
  };
  e.breakpoints = [](const Parameters& p, double, double t0, double t1) {
    std::vector<double> inside;
    for (const double t : numbers(p, "times")) {
      if (t > t0 && t < t1) inside.push_back(t);
    }
    return inside;
  };
  return e;
}

}  // namespace neurode::learning
