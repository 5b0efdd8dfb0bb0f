#include <fmt/format.h>

#include <cmath>

#include "learning/losses/losses.hpp"

namespace neurode::learning {

using equations::Node;
using equations::Op;

/// z where the output is logistic(z) of it, else nothing.
static std::optional<Node> logit(Program& program, ValueId output) {
  const auto& value = program[output];
  if (value.source != Program::Value::Source::computed) return std::nullopt;
  const auto& op = program.ops()[static_cast<std::size_t>(value.op)];
  if (op.kind != Program::Kind::elementwise) return std::nullopt;
  for (std::size_t k = 0; k < op.out.size(); ++k) {
    if (op.out[k] != output) continue;
    const auto& node = program.graph()[op.expressions[k]];
    if (node.op == Op::logistic) return node.a;
  }
  return std::nullopt;
}

/// z as a value, else the output.
static ValueId score(Program& program, ValueId output) {
  const auto z = logit(program, output);
  if (!z) return output;
  const auto shape = program[output];
  return program.elementwise(shape.rows, shape.cols, *z);
}

/// log(a), below `floor` its tangent there: the slope stays what pushes a up.
static Node log_above(equations::Graph& g, Node a, double floor) {
  const Node safe = g.unary(Op::log, g.binary(Op::max, a, g.constant(floor)));
  const Node line = g.add(g.constant(std::log(floor) - 1), g.mul(a, g.constant(1 / floor)));
  return g.where(g.binary(Op::less, a, g.constant(floor)), line, safe);
}

static void check(const Setup& setup, Diagnostics& diagnostics) {
  const auto& pop = setup.network.populations[static_cast<std::size_t>(setup.output)];
  if (const auto range = output_range(pop); range && (range->low < 0 || range->high > 1)) {
    const bool below = range->low < 0;
    refuse_loss(setup, diagnostics,
                fmt::format("binary_cross_entropy takes activity for probabilities, and that of population \"{}\" "
                            "does not stay between 0 and 1",
                            pop.name),
                fmt::format("activation {}: {:.3g} at input {:.3g}", pop.activation, below ? range->low : range->high,
                            below ? range->at_low : range->at_high),
                "activation = \"logistic\" there, or loss = \"hinge\" or \"squared_error\"");
  }
  check_targets(
      setup, diagnostics, [](double y) { return y >= 0 && y <= 1; },
      "targets from 0 to 1; for -1 and 1: loss = \"hinge\"");
}

LossEntry binary_cross_entropy() {
  LossEntry e;
  e.name = "binary_cross_entropy";
  e.summary =
      "factor * -(sum over outputs of target * log(activity) + (1 - target) * log(1 - activity)), averaged (or summed) "
      "over samples; each output a probability of its own";
  e.parameters = loss_parameters("mean");
  e.parameters.push_back(ParameterSpec::make(Kind::number, "floor",
                                             "where activity is no logistic of an input known at once: nearer to 0 or "
                                             "1 than this the logarithm goes on as a straight line")
                             .above(0)
                             .below(0.5)
                             .standard(1e-6));
  e.needs = "outputs between 0 and 1 (activation = \"logistic\") and targets from 0 to 1";
  e.citation = "C. M. Bishop, Pattern Recognition and Machine Learning (Springer 2006), eq. 4.90";
  e.check = check;
  e.score = score;
  e.build = [](const LossContext& c) {
    auto& g = c.program.graph();
    const auto shape = c.program[c.output];
    const Node y = c.program.node(c.targets), other = g.sub(g.constant(1), y);
    Node one, zero;                                                     // -log(a), -log(1 - a)
    if (const ValueId z = score(c.program, c.output); z != c.output) {  // exact where a rounds to 0 or 1
      one = g.unary(Op::softplus, g.neg(c.program.symbol(z)));
      zero = g.unary(Op::softplus, c.program.symbol(z));
    } else {
      const Node a = c.program.node(c.output);
      const double floor = c.parameters.number("floor");
      one = g.neg(log_above(g, a, floor));
      zero = g.neg(log_above(g, g.sub(g.constant(1), a), floor));
    }
    return reduced(c, c.program.elementwise(shape.rows, shape.cols, g.add(g.mul(y, one), g.mul(other, zero))));
  };
  return e;
}

}  // namespace neurode::learning
