#include <numbers>
#include <stdexcept>

#include "equations/ops.hpp"
#include "neurode/equations/graph.hpp"

namespace neurode::equations {

namespace {

/// f'(a) of an op of one operand, where y is the node f(a): written with y where that saves computing f again.
Node slope(Graph& g, Op op, Node a, Node y) {
  const auto number = [&](double x) { return g.constant(x); };
  const auto square = [&](Node x) { return g.binary(Op::pow, x, number(2)); };
  switch (op) {
    case Op::neg:
      return number(-1);
    case Op::exp:
      return y;
    case Op::expm1:
      return g.unary(Op::exp, a);
    case Op::log:
      return g.div(number(1), a);
    case Op::log1p:
      return g.div(number(1), g.add(number(1), a));
    case Op::sqrt:
      return g.div(number(0.5), y);
    case Op::sin:
      return g.unary(Op::cos, a);
    case Op::cos:
      return g.neg(g.unary(Op::sin, a));
    case Op::tan:
      return g.add(number(1), square(y));
    case Op::tanh:
      return g.sub(number(1), square(y));
    case Op::atan:
      return g.div(number(1), g.add(number(1), square(a)));
    case Op::logistic:
      return g.mul(y, g.sub(number(1), y));
    case Op::relu:
      return g.unary(Op::heaviside, a);
    case Op::softplus:
      return g.unary(Op::logistic, a);
    case Op::erf:
      return g.mul(number(2 * std::numbers::inv_sqrtpi), g.unary(Op::exp, g.neg(square(a))));
    case Op::exprel:
      return g.unary(Op::exprel_derivative, a);
    case Op::exprel_derivative:
      return g.unary(Op::exprel_second_derivative, a);
    case Op::exprel_second_derivative:
      throw std::invalid_argument("the third derivative of exprel is not available; allowed: at most the second");
    case Op::abs:
      return g.unary(Op::sign, a);
    default:
      return number(0);  // sign, heaviside, floor, not: flat
  }
}

/// The derivative of a product of a slope and an inner derivative, without making nodes for a zero.
Node chain(Graph& g, Op op, Node a, Node y, Node da) {
  return g.is_constant(da, 0) ? da : g.mul(slope(g, op, a, y), da);
}

Node binary_derivative(Graph& g, const NodeData& d, Node y, Node da, Node db) {
  const bool flat_a = g.is_constant(da, 0), flat_b = g.is_constant(db, 0);
  if (flat_a && flat_b) return g.constant(0);
  switch (d.op) {
    case Op::add:
      return g.add(da, db);
    case Op::sub:
      return g.sub(da, db);
    case Op::mul:
      return g.add(g.mul(da, d.b), g.mul(d.a, db));
    case Op::div:
      if (flat_b) return g.div(da, d.b);
      return g.div(g.sub(da, g.mul(y, db)), d.b);
    case Op::pow: {
      Node sum = g.constant(0);
      if (!flat_a) {
        const Node lower = g.binary(Op::pow, d.a, g.sub(d.b, g.constant(1)));
        sum = g.mul(g.mul(d.b, lower), da);
      }
      if (!flat_b) sum = g.add(sum, g.mul(g.mul(y, g.unary(Op::log, d.a)), db));
      return sum;
    }
    case Op::min:
      return g.where(g.binary(Op::less, d.a, d.b), da, db);
    case Op::max:
      return g.where(g.binary(Op::less, d.b, d.a), da, db);
    default:
      return g.constant(0);  // comparisons and logic: flat
  }
}

}  // namespace

Node differentiate(Graph& graph, Node f, Node symbol) {
  // Forward mode: each node's derivative once, operands first.
  const auto marks = reachable(graph, std::span(&f, 1));
  const Node zero = graph.constant(0), one = graph.constant(1);
  std::vector<Node> derivative(marks.size(), zero);
  for (std::uint32_t i = 0; i < marks.size(); ++i) {
    if (!marks[i]) continue;
    const Node y{i};
    const NodeData d = graph[y];  // a copy: making nodes moves them
    const Node da = derivative[d.a.id], db = derivative[d.b.id], dc = derivative[d.c.id];
    switch (arity(d.op)) {
      case 0:
        derivative[i] = y == symbol ? one : zero;
        break;
      case 1:
        derivative[i] = chain(graph, d.op, d.a, y, da);
        break;
      case 2:
        derivative[i] = binary_derivative(graph, d, y, da, db);
        break;
      default:
        derivative[i] = graph.where(d.a, db, dc);
        break;
    }
  }
  return derivative[f.id];
}

}  // namespace neurode::equations
