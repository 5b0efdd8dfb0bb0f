#include "learning/losses/losses.hpp"

namespace neurode::learning {

/// Activity below this counts as this in the logarithm (coupled mode, where activity may start at 0).
static constexpr double kFloor = 1e-12;

LossEntry cross_entropy() {
  LossEntry e;
  e.name = "cross_entropy";
  e.summary = "factor * -(sum over outputs of target * log(activity)), averaged (or summed) over samples";
  e.parameters = loss_parameters("mean");
  e.needs = "an output population with activation = \"softmax\" and targets that sum to 1 (one_hot = true)";
  e.citation = "J. S. Bridle, in Neurocomputing: Algorithms, Architectures and Applications (Springer 1990) 227-236";
  e.wants_softmax = true;
  e.build = [](const LossContext& c) {
    auto& g = c.program.graph();
    using equations::Op;
    const auto shape = c.program[c.output];
    const equations::Node y = c.program.symbol(c.targets);
    equations::Node log_share;
    if (c.softmax) {  // log a = z - max z - log(sum exp(z - max z)): exact where a underflows
      const equations::Node z = c.program.symbol(c.softmax->argument);
      const equations::Node top = c.program.symbol(c.softmax->top);
      log_share = g.sub(g.sub(z, top), g.unary(Op::log, c.program.symbol(c.softmax->total)));
    } else {
      log_share = g.unary(Op::log, g.binary(Op::max, c.program.symbol(c.output), g.constant(kFloor)));
    }
    return reduced(c, c.program.elementwise(shape.rows, shape.cols, g.neg(g.mul(y, log_share))));
  };
  return e;
}

}  // namespace neurode::learning
