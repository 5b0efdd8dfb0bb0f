// How nodes are made: constants folded, identities applied. Every rule either returns an operand, a constant, or a
// node in a form no rule applies to, so that making a node again from its own operands gives that node.
// All are exact for finite numbers but for the sign of zero; x*0, 0/x and x-x take x as finite.
#include <cmath>
#include <optional>

#include "equations/ops.hpp"
#include "equations/scalar.hpp"
#include "neurode/equations/graph.hpp"

namespace neurode::equations {

/// -a, if `a` is a product or quotient with a negative constant in front (or behind): then it is no longer than a.
static std::optional<Node> without_sign(Graph& g, Node a) {
  const NodeData d = g[a];
  if (d.op != Op::mul && d.op != Op::div) return std::nullopt;
  const auto is_negative = [&](Node n) { return g.is_constant(n) && g[n].value < 0; };
  if (is_negative(d.a) || (d.op == Op::mul && is_negative(d.b))) return g.neg(a);
  return std::nullopt;
}

Node Graph::unary(Op op, Node a) {
  const NodeData x = nodes_[a.id];
  if (x.op == Op::constant) return constant(apply(op, x.value));
  if (op == Op::neg) {
    if (x.op == Op::neg) return x.a;
    if (x.op == Op::sub) return sub(x.b, x.a);
    if (x.op == Op::mul && is_constant(x.a)) return mul(constant(-nodes_[x.a.id].value), x.b);
    if (x.op == Op::mul && is_constant(x.b)) return mul(x.a, constant(-nodes_[x.b.id].value));
    if (x.op == Op::div && is_constant(x.a)) return div(constant(-nodes_[x.a.id].value), x.b);
  }
  if (op == Op::abs) {
    if (x.op == Op::neg) return unary(Op::abs, x.a);
    if (x.op == Op::abs) return a;
  }
  return make(op, a);
}

Node Graph::binary(Op op, Node a, Node b) {
  const NodeData x = nodes_[a.id], y = nodes_[b.id];
  const bool cx = x.op == Op::constant, cy = y.op == Op::constant;
  if (cx && cy) return constant(apply(op, x.value, y.value));
  const auto x_is = [&](double v) { return cx && x.value == v; };
  const auto y_is = [&](double v) { return cy && y.value == v; };
  switch (op) {
    case Op::add:
      if (x_is(0)) return b;
      if (y_is(0)) return a;
      if (y.op == Op::neg) return sub(a, y.a);
      if (x.op == Op::neg) return sub(b, x.a);
      if (cy && y.value < 0) return sub(a, constant(-y.value));
      if (cx && x.value < 0) return sub(b, constant(-x.value));
      if (a == b) return mul(constant(2), a);
      if (const auto positive = without_sign(*this, b)) return sub(a, *positive);
      if (const auto positive = without_sign(*this, a)) return sub(b, *positive);
      break;
    case Op::sub:
      if (y_is(0)) return a;
      if (x_is(0)) return neg(b);
      if (a == b) return constant(0);
      if (y.op == Op::neg) return add(a, y.a);
      if (cy && y.value < 0) return add(a, constant(-y.value));
      if (const auto positive = without_sign(*this, b)) return add(a, *positive);
      break;
    case Op::mul:
      if (x_is(0) || y_is(0)) return constant(0);
      if (x_is(1)) return b;
      if (y_is(1)) return a;
      if (x_is(-1)) return neg(b);
      if (y_is(-1)) return neg(a);
      if (x.op == Op::neg && y.op == Op::neg) return mul(x.a, y.a);
      if (x.op == Op::neg) return cy ? mul(x.a, constant(-y.value)) : neg(mul(x.a, b));
      if (y.op == Op::neg) return cx ? mul(constant(-x.value), y.a) : neg(mul(a, y.a));
      break;
    case Op::div:
      if (x_is(0)) return constant(0);
      if (y_is(1)) return a;
      if (y_is(-1)) return neg(a);
      if (x.op == Op::neg && y.op == Op::neg) return div(x.a, y.a);
      if (x.op == Op::neg) return cy ? div(x.a, constant(-y.value)) : neg(div(x.a, b));
      if (y.op == Op::neg) return cx ? div(constant(-x.value), y.a) : neg(div(a, y.a));
      break;
    case Op::pow:
      if (y_is(0) || x_is(1)) return constant(1);
      if (y_is(1)) return a;
      break;
    case Op::min:
    case Op::max:
      if (a == b) return a;
      break;
    case Op::less:
      if (a == b) return constant(0);
      break;
    case Op::logical_and:
      if (x_is(0) || y_is(0)) return constant(0);
      break;
    case Op::logical_or:
      if ((cx && x.value != 0) || (cy && y.value != 0)) return constant(1);
      break;
    default:
      break;
  }
  return make(op, a, b);
}

Node Graph::where(Node condition, Node then, Node otherwise) {
  if (is_constant(condition)) return nodes_[condition.id].value != 0 ? then : otherwise;
  if (then == otherwise) return then;
  return make(Op::where, condition, then, otherwise);
}

}  // namespace neurode::equations
