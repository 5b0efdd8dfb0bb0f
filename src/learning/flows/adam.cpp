#include "learning/flows/flows.hpp"

namespace neurode::learning {

FlowEntry adam() {
  FlowEntry e;
  e.name = "adam";
  e.summary =
      "dw/ds = -m'/(epsilon + sqrt(v')), dm/ds = a (g - m), dv/ds = b (g^2 - v); corrected: m' = m/(1 - exp(-a s)), v' "
      "= v/(1 - exp(-b s)), else m' = m, v' = v";
  e.citation =
      "D. P. Kingma, J. Ba, ICLR (2015), arXiv:1412.6980; A. B. da Silva, M. Gazeau, J. Mach. Learn. Res. 21 "
      "(2020) 129:1-42; A. Barakat, P. Bianchi, SIAM J. Optim. 31 (2021) 244-274 (flow)";
  e.parameters = {ParameterSpec::make(Kind::number, "a", "how fast m follows g").above(0).standard(1.0),
                  ParameterSpec::make(Kind::number, "b", "how fast v follows g^2").above(0).standard(0.1),
                  ParameterSpec::make(Kind::number, "epsilon", "added to the root").above(0).standard(1e-8),
                  ParameterSpec::make(Kind::number, "initial", "v at the start").above(0).standard(1e-4),
                  ParameterSpec::make(Kind::boolean, "corrected", "without the bias of the start").standard(true)};
  e.build = [](FlowContext& c) {
    const double a = c.parameters.number("a"), b = c.parameters.number("b"), epsilon = c.parameters.number("epsilon");
    const bool corrected = c.parameters.flag("corrected");
    const Expr s = corrected ? c.flow_time() : Expr();
    for (std::size_t k = 0; k < c.size(); ++k) {
      const ValueId m = c.state_like(k, "first_moment", "mean of g", 0);
      const ValueId v = c.state_like(k, "second_moment", "mean of g^2", c.parameters.number("initial"));
      c.move(m, a * (c.g(k) - c.of(m)));
      c.move(v, b * (c.g(k) * c.g(k) - c.of(v)));
      if (!corrected) {
        c.direction[k] = -c.of(m) / (sqrt(c.of(v)) + epsilon);
        continue;
      }
      // v' is infinite at s = 0 and m' is 0/0: with q = 1 - exp(-b s) multiplied in, the limit is 0.
      const double tiny = 1e-200;
      const Expr p = -expm1(-a * s), root = sqrt(where_less(s, tiny, s.number(1), -expm1(-b * s)));
      const Expr moved = -c.of(m) * root / (where_less(s, tiny, s.number(1), p) * (sqrt(c.of(v)) + epsilon * root));
      c.direction[k] = where_less(s, tiny, s.number(0), moved);
    }
  };
  return e;
}

}  // namespace neurode::learning
