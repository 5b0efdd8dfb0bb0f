#include "learning/losses/losses.hpp"

namespace neurode::learning {

const std::vector<LossEntry>& losses() {
  static const std::vector<LossEntry> all = {binary_cross_entropy(), cross_entropy(), energy(), hinge(),
                                             squared_error()};
  return all;
}

ParameterTable loss_parameters(const char* standard_reduction) {
  return {
      ParameterSpec::make(Kind::number, "factor", "the loss is multiplied by this").above(0).standard(1.0),
      ParameterSpec::make(Kind::choice, "reduction", "over samples: their sum, or their mean")
          .one_of({"mean", "sum"})
          .standard(standard_reduction),
  };
}

ValueId reduced(const LossContext& c, ValueId terms) {
  auto& g = c.program.graph();
  const auto shape = c.program[terms];
  const Index samples = shape.cols;
  if (c.mask.valid()) {
    terms = c.program.elementwise(shape.rows, shape.cols, g.mul(c.program.node(c.mask), c.program.node(terms)));
  }
  double factor = c.parameters.number("factor");
  if (c.parameters.text("reduction") == "mean") factor /= static_cast<double>(samples);
  if (c.each_sample) {
    const ValueId each = c.program.sum(terms, Program::Along::rows);
    return c.program.elementwise(1, samples, g.mul(g.constant(factor), c.program.symbol(each)));
  }
  const ValueId total = c.program.sum(terms, Program::Along::all);
  return c.program.elementwise(1, 1, g.mul(g.constant(factor), c.program.symbol(total)));
}

}  // namespace neurode::learning
