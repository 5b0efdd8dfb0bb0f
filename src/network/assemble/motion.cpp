#include "neurode/network/motion.hpp"

namespace neurode::network {

using equations::Node;
using equations::Op;

namespace {

/// sqrt(w^2 + width^2)
Node smooth_size(equations::Graph& g, const Motion& m, Node w) {
  return g.unary(Op::sqrt, g.add(g.mul(w, w), g.constant(m.l1_width * m.l1_width)));
}

/// One number for all as such, so that it needs no matrix.
Node bound(Program& p, const Matrix& values) {
  if ((values.array() == values(0, 0)).all()) return p.graph().constant(values(0, 0));
  return p.node(p.constant(values));
}

}  // namespace

Node penalty_slope(Program& p, const Motion& m, ValueId weights) {
  auto& g = p.graph();
  const Node w = p.node(weights);
  Node sum = g.constant(0);
  if (m.decay > 0) sum = g.mul(g.constant(m.decay), w);
  if (m.l1 > 0) sum = g.add(sum, g.mul(g.constant(m.l1), g.div(w, smooth_size(g, m, w))));
  return sum;
}

Node penalty(Program& p, const Motion& m, ValueId weights) {
  auto& g = p.graph();
  const Node w = p.node(weights);
  Node sum = g.constant(0);
  if (m.decay > 0) sum = g.mul(g.constant(m.decay / 2), g.mul(w, w));
  if (m.l1 > 0) {
    sum = g.add(sum, g.mul(g.constant(m.l1), g.sub(smooth_size(g, m, w), g.constant(m.l1_width))));
  }
  return sum;
}

Node within_bounds(Program& p, const Motion& m, ValueId weights, Node rate) {
  if (!m.bounded()) return rate;
  auto& g = p.graph();
  const auto shape = p[weights];
  if (g[rate].op != Op::symbol) rate = p.node(p.elementwise(shape.rows, shape.cols, rate));  // it is read twice
  const Node w = p.node(weights), zero = g.constant(0), low = bound(p, m.low), high = bound(p, m.high);
  const Node up = g.binary(Op::less, zero, rate);
  if (m.soft) {
    const Node room = g.where(up, g.sub(high, w), g.sub(w, low));
    return g.mul(rate, g.div(room, g.sub(high, low)));
  }
  const Node at_high = g.binary(Op::less_equal, high, w), at_low = g.binary(Op::less_equal, w, low);
  return g.where(up, g.where(at_high, zero, rate), g.where(at_low, zero, rate));
}

ValueId moved(Program& p, const Motion& m, ValueId weights, ValueId rate) {
  if (m.rate == 1 && !m.penalised() && !m.bounded()) return rate;
  auto& g = p.graph();
  Node sum = g.neg(penalty_slope(p, m, weights));
  if (rate.valid()) sum = g.add(p.node(rate), sum);
  sum = within_bounds(p, m, weights, g.mul(g.constant(m.rate), sum));
  if (g.is_constant(sum, 0)) return {};
  const auto shape = p[weights];
  return p.elementwise(shape.rows, shape.cols, sum);
}

}  // namespace neurode::network
