#include "neurode/equations/graph.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <string>

#include "equations/ops.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/core/limits.hpp"

namespace neurode::equations {

namespace {

struct OpEntry {
  Op op;
  std::string_view name;
  int arity;
  bool commutative = false;
};

/// In the order of Op.
constexpr std::array kOps{
    OpEntry{Op::constant, "constant", 0},
    OpEntry{Op::symbol, "symbol", 0},
    OpEntry{Op::add, "+", 2, true},
    OpEntry{Op::sub, "-", 2},
    OpEntry{Op::mul, "*", 2, true},
    OpEntry{Op::div, "/", 2},
    OpEntry{Op::pow, "^", 2},
    OpEntry{Op::min, "min", 2, true},
    OpEntry{Op::max, "max", 2, true},
    OpEntry{Op::less, "<", 2},
    OpEntry{Op::less_equal, "<=", 2},
    OpEntry{Op::equal, "==", 2, true},
    OpEntry{Op::not_equal, "!=", 2, true},
    OpEntry{Op::logical_and, "and", 2, true},
    OpEntry{Op::logical_or, "or", 2, true},
    OpEntry{Op::neg, "-", 1},
    OpEntry{Op::logical_not, "not", 1},
    OpEntry{Op::exp, "exp", 1},
    OpEntry{Op::expm1, "expm1", 1},
    OpEntry{Op::log, "log", 1},
    OpEntry{Op::log1p, "log1p", 1},
    OpEntry{Op::sqrt, "sqrt", 1},
    OpEntry{Op::sin, "sin", 1},
    OpEntry{Op::cos, "cos", 1},
    OpEntry{Op::tan, "tan", 1},
    OpEntry{Op::tanh, "tanh", 1},
    OpEntry{Op::atan, "atan", 1},
    OpEntry{Op::logistic, "logistic", 1},
    OpEntry{Op::relu, "relu", 1},
    OpEntry{Op::softplus, "softplus", 1},
    OpEntry{Op::erf, "erf", 1},
    OpEntry{Op::exprel, "exprel", 1},
    OpEntry{Op::exprel_derivative, "exprel_derivative", 1},
    OpEntry{Op::exprel_second_derivative, "exprel_second_derivative", 1},
    OpEntry{Op::abs, "abs", 1},
    OpEntry{Op::sign, "sign", 1},
    OpEntry{Op::heaviside, "heaviside", 1},
    OpEntry{Op::floor, "floor", 1},
    OpEntry{Op::where, "where", 3},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kOps.size(); ++i) {
    if (static_cast<std::size_t>(kOps[i].op) != i) return false;
  }
  return kOps.size() == kOpCount;
}
static_assert(in_order());

const OpEntry& entry(Op op) { return kOps[static_cast<std::size_t>(op)]; }

std::uint64_t mix(std::uint64_t h, std::uint64_t x) {
  h ^= x + 0x9e3779b97f4a7c15ULL + (h << 6) + (h >> 2);
  h *= 0xff51afd7ed558ccdULL;
  return h ^ (h >> 32);
}

std::uint64_t hash(const NodeData& d) {
  std::uint64_t h = mix(0, static_cast<std::uint64_t>(d.op));
  const bool swap = entry(d.op).commutative && d.b < d.a;  // a+b and b+a must meet
  h = mix(h, (swap ? d.b : d.a).id);
  h = mix(h, (swap ? d.a : d.b).id);
  h = mix(h, d.c.id);
  return mix(mix(h, std::bit_cast<std::uint64_t>(d.value)), d.name);
}

bool same(const NodeData& x, const NodeData& y) {
  if (x.op != y.op || x.name != y.name || x.c != y.c) return false;
  if (std::bit_cast<std::uint64_t>(x.value) != std::bit_cast<std::uint64_t>(y.value)) return false;
  return (x.a == y.a && x.b == y.b) || (entry(x.op).commutative && x.a == y.b && x.b == y.a);
}

}  // namespace

int arity(Op op) { return entry(op).arity; }
std::string_view op_name(Op op) { return entry(op).name; }

Node Graph::intern(NodeData d) {
  const std::uint64_t h = hash(d);
  const auto [first, last] = index_.equal_range(h);
  for (auto it = first; it != last; ++it) {
    if (same(nodes_[it->second], d)) return Node{it->second};
  }
  if (nodes_.size() >= limits::kExpressionNodes) {
    throw ScenarioError({{{},
                          "",
                          "the equations are too large once they are written out",
                          "",
                          std::to_string(limits::kExpressionNodes) + " operations",
                          ""}});
  }
  const Node n{static_cast<std::uint32_t>(nodes_.size())};
  nodes_.push_back(d);
  index_.emplace(h, n.id);
  return n;
}

Node Graph::make(Op op, Node a, Node b, Node c) {
  NodeData d;
  d.op = op;
  d.a = a;
  d.b = b;
  d.c = c;
  return intern(d);
}

Node Graph::constant(double x) {
  NodeData d;
  d.value = std::isnan(x) ? std::numeric_limits<double>::quiet_NaN() : x;  // one NaN, whatever its bits
  return intern(d);
}

Node Graph::symbol(std::string_view name) {
  const std::string key(name);
  if (const auto it = symbols_.find(key); it != symbols_.end()) return it->second;
  NodeData d;
  d.op = Op::symbol;
  d.name = static_cast<std::uint32_t>(names_.size());
  names_.push_back(key);
  const Node n = intern(d);
  symbols_.emplace(key, n);
  return n;
}

}  // namespace neurode::equations
