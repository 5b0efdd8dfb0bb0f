#pragma once

#include "neurode/dynamics/program.hpp"

namespace neurode::learning {

/// A node of a graph that is written as a formula.
struct Expr {
  equations::Graph* graph = nullptr;
  equations::Node node;

  Expr() = default;
  Expr(equations::Graph& g, equations::Node n) : graph(&g), node(n) {}
  /// The element of a value.
  Expr(Program& p, ValueId v) : graph(&p.graph()), node(p.node(v)) {}
  operator equations::Node() const { return node; }  // NOLINT: it is one

  friend Expr operator+(Expr a, Expr b) { return {*a.graph, a.graph->add(a.node, b.node)}; }
  friend Expr operator-(Expr a, Expr b) { return {*a.graph, a.graph->sub(a.node, b.node)}; }
  friend Expr operator*(Expr a, Expr b) { return {*a.graph, a.graph->mul(a.node, b.node)}; }
  friend Expr operator/(Expr a, Expr b) { return {*a.graph, a.graph->div(a.node, b.node)}; }
  friend Expr operator-(Expr a) { return {*a.graph, a.graph->neg(a.node)}; }
  Expr number(double x) const { return {*graph, graph->constant(x)}; }
  friend Expr operator+(Expr a, double b) { return a + a.number(b); }
  friend Expr operator-(Expr a, double b) { return a - a.number(b); }
  friend Expr operator*(double a, Expr b) { return b.number(a) * b; }
  friend Expr operator-(double a, Expr b) { return b.number(a) - b; }
  friend Expr operator/(Expr a, double b) { return a / a.number(b); }
  friend Expr operator/(double a, Expr b) { return b.number(a) / b; }
  friend Expr sqrt(Expr a) { return {*a.graph, a.graph->unary(equations::Op::sqrt, a.node)}; }
  friend Expr exp(Expr a) { return {*a.graph, a.graph->unary(equations::Op::exp, a.node)}; }
  friend Expr expm1(Expr a) { return {*a.graph, a.graph->unary(equations::Op::expm1, a.node)}; }
  friend Expr cos(Expr a) { return {*a.graph, a.graph->unary(equations::Op::cos, a.node)}; }
  /// `then` where a < b, else `otherwise`.
  friend Expr where_less(Expr a, double b, Expr then, Expr otherwise) {
    auto& g = *a.graph;
    return {g, g.where(g.binary(equations::Op::less, a.node, g.constant(b)), then.node, otherwise.node)};
  }
};

}  // namespace neurode::learning
