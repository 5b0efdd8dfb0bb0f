#include "learning/losses/losses.hpp"

namespace neurode::learning {

LossEntry squared_error() {
  LossEntry e;
  e.name = "squared_error";
  e.summary = "factor * sum over outputs of (target - activity)^2, summed (or averaged) over samples";
  e.parameters = loss_parameters("sum");
  e.build = [](const LossContext& c) {
    auto& g = c.program.graph();
    const equations::Node error = g.sub(c.program.symbol(c.output), c.program.symbol(c.targets));
    const auto shape = c.program[c.output];
    return reduced(c, c.program.elementwise(shape.rows, shape.cols, g.mul(error, error)));
  };
  return e;
}

}  // namespace neurode::learning
