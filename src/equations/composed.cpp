// Functions that are made of others when they are called: no operation, derivative or kernel of their own.
#include <algorithm>
#include <array>
#include <numbers>

#include "equations/functions.hpp"

namespace neurode::equations {

namespace {

Node halved(Graph& g, Node x) { return g.div(x, g.constant(2)); }
Node one_minus(Graph& g, Node x) { return g.sub(g.constant(1), x); }
Node one_plus(Graph& g, Node x) { return g.add(g.constant(1), x); }

/// 2 atan(sqrt((1 - x) / (1 + x))): no cancellation at either end.
Node acos(Graph& g, const Node* x) {
  const Node root = g.unary(Op::sqrt, g.div(one_minus(g, x[0]), one_plus(g, x[0])));
  return g.mul(g.constant(2), g.unary(Op::atan, root));
}

/// atan(x / sqrt((1 - x) (1 + x))): 1 - x^2 would cancel near 1.
Node asin(Graph& g, const Node* x) {
  const Node root = g.unary(Op::sqrt, g.mul(one_minus(g, x[0]), one_plus(g, x[0])));
  return g.unary(Op::atan, g.div(x[0], root));
}

/// The angle of (x, y) from the first axis, in -pi ... pi; 0 at the origin.
Node atan2(Graph& g, const Node* yx) {
  const Node y = yx[0], x = yx[1], zero = g.constant(0), pi = g.constant(std::numbers::pi);
  const Node angle = g.unary(Op::atan, g.div(y, x));
  const Node turn = g.where(g.binary(Op::less, y, zero), g.neg(pi), pi);
  const Node upright = g.mul(g.unary(Op::sign, y), halved(g, pi));
  const Node behind = g.where(g.binary(Op::less, x, zero), g.add(angle, turn), upright);
  return g.where(g.binary(Op::less, zero, x), angle, behind);
}

Node ceil(Graph& g, const Node* x) { return g.neg(g.unary(Op::floor, g.neg(x[0]))); }

Node cosh(Graph& g, const Node* x) { return halved(g, g.add(g.unary(Op::exp, x[0]), g.unary(Op::exp, g.neg(x[0])))); }

Node log10(Graph& g, const Node* x) { return g.div(g.unary(Op::log, x[0]), g.constant(std::numbers::ln10)); }

/// x - y floor(x / y): of y's sign, as a clock has it.
Node mod(Graph& g, const Node* xy) { return g.sub(xy[0], g.mul(xy[1], g.unary(Op::floor, g.div(xy[0], xy[1])))); }

/// Two terms of one sign: exact near 0 as well.
Node sinh(Graph& g, const Node* x) {
  return halved(g, g.sub(g.unary(Op::expm1, x[0]), g.unary(Op::expm1, g.neg(x[0]))));
}

/// Sorted by name.
constexpr std::array kComposed{
    Composed{"acos", 1, acos}, Composed{"asin", 1, asin},   Composed{"atan2", 2, atan2}, Composed{"ceil", 1, ceil},
    Composed{"cosh", 1, cosh}, Composed{"log10", 1, log10}, Composed{"mod", 2, mod},     Composed{"sinh", 1, sinh},
};
static_assert(std::is_sorted(kComposed.begin(), kComposed.end(),
                             [](const Composed& a, const Composed& b) { return a.name < b.name; }));

}  // namespace

std::span<const Composed> composed_functions() { return kComposed; }

const Composed* find_composed(std::string_view name) {
  const auto it = std::find_if(kComposed.begin(), kComposed.end(), [&](const Composed& c) { return c.name == name; });
  return it != kComposed.end() ? &*it : nullptr;
}

}  // namespace neurode::equations
