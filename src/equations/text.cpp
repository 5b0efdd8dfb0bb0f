#include <fmt/format.h>

#include <cmath>

#include "neurode/core/limits.hpp"
#include "neurode/equations/graph.hpp"

namespace neurode::equations {

namespace {

/// How tightly a node's text binds; the grammar of parse.hpp, loosest first.
enum Level { kOr = 1, kAnd, kNot, kComparison, kSum, kProduct, kUnary, kPower, kPrimary };

/// A reference to a quoted name: `A -> B.weights[0,1]` is written `"A -> B".weights[0,1]`.
std::string symbol_text(const std::string& name) {
  if (name.find(' ') == std::string::npos) return name;
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos) return '"' + name + '"';
  const std::size_t paren = name.find('(');
  const std::size_t start = paren != std::string::npos && name.back() == ')' ? paren + 1 : 0;
  return name.substr(0, start) + '"' + name.substr(start, dot - start) + '"' + name.substr(dot);
}

/// No literal is infinite: folding these gives the number back.
std::string constant_text(double x) {
  if (std::isnan(x)) return "0/0";
  if (std::isinf(x)) return x > 0 ? "1/0" : "-1/0";
  return fmt::format("{}", x);
}

Level level(const NodeData& d) {
  switch (d.op) {
    case Op::constant:
      if (!std::isfinite(d.value)) return kProduct;
      return std::signbit(d.value) ? kUnary : kPrimary;
    case Op::logical_or:
      return kOr;
    case Op::logical_and:
      return kAnd;
    case Op::logical_not:
      return kNot;
    case Op::less:
    case Op::less_equal:
    case Op::equal:
    case Op::not_equal:
      return kComparison;
    case Op::add:
    case Op::sub:
      return kSum;
    case Op::mul:
    case Op::div:
      return kProduct;
    case Op::neg:
      return kUnary;
    case Op::pow:
      return kPower;
    default:
      return kPrimary;
  }
}

/// What is still to be written: a node that must bind at least as tightly as `least`, or a piece of text.
struct Pending {
  Node node;
  int least = 0;
  std::string_view text;
};

}  // namespace

std::string to_text(const Graph& graph, Node f) {
  std::string out;
  std::vector<Pending> stack{{f, 0, {}}};  // last is written first
  const auto text = [&](std::string_view s) { stack.push_back({{}, -1, s}); };
  const auto node = [&](Node n, int least) { stack.push_back({n, least, {}}); };
  while (!stack.empty()) {
    if (out.size() > limits::kTextCharacters) return out + "...";
    const Pending p = stack.back();
    stack.pop_back();
    if (p.least < 0) {
      out += p.text;
      continue;
    }
    const NodeData& d = graph[p.node];
    const Level own = level(d);
    if (own < p.least) {
      out += '(';
      text(")");
    }
    if (d.op == Op::constant) {
      out += constant_text(d.value);
    } else if (d.op == Op::symbol) {
      out += symbol_text(graph.name(p.node));
    } else if (d.op == Op::neg) {
      node(d.a, kUnary);
      text("-");
    } else if (d.op == Op::logical_not) {
      node(d.a, kNot);
      text("not ");
    } else if (own == kPrimary) {
      text(")");
      if (d.op == Op::where) {
        node(d.c, 0);
        text(", ");
      }
      if (arity(d.op) > 1) {
        node(d.b, 0);
        text(", ");
      }
      node(d.a, 0);
      text("(");
      text(op_name(d.op));
    } else {
      // Left associative but for ^; a comparison is not chained. The exponent may be a unary minus.
      const bool power = d.op == Op::pow;
      const bool tight = own == kProduct || power;
      node(d.b, power ? kUnary : own + 1);
      if (!tight) text(" ");
      text(op_name(d.op));
      if (!tight) text(" ");
      node(d.a, power || own == kComparison ? own + 1 : own);
    }
  }
  return out;
}

std::string to_name(const Graph& graph, Node f) {
  std::string text = to_text(graph, f);
  return text.ends_with("...") ? text + fmt::format("#{}", f.id) : text;
}

}  // namespace neurode::equations
