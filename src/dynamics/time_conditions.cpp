// Conditions on time alone in a program: where they change, and which side counts at that very moment.
#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_map>

#include "dynamics/structure.hpp"

namespace neurode {

namespace {

using equations::Node;
using equations::Op;

constexpr std::size_t kMostTimes = 100000;

/// An expression of time and constants, straight in time: its zero for each element.
class Zeros {
 public:
  Zeros(Program& p, std::vector<double>& times) : p_(p), times_(times) {}

  /// Is g a straight function of time, with constants that may differ from element to element? Then its zeros are
  /// noted.
  bool note(Node g) {
    auto& graph = p_.graph();
    const Node time = p_.symbol(p_.time());
    if (!depends_on(graph, g, time)) return false;
    Index elements = 1;
    std::vector<std::pair<std::string, ValueId>> constants;
    for (const Node s : free_symbols(graph, std::span(&g, 1))) {
      if (s == time) continue;
      const ValueId v = p_.value_of(s);
      if (!v.valid() || p_[v].source != Program::Value::Source::constant) return false;
      if (p_[v].size() > 1) elements = p_[v].size();
      constants.emplace_back(graph.name(s), v);
    }
    const Node slope = differentiate(graph, g, time);
    if (depends_on(graph, slope, time)) return false;
    std::unordered_map<std::string, double> values;
    for (Index i = 0; i < elements; ++i) {
      for (const auto& [name, v] : constants) values[name] = p_[v].data[p_[v].size() > 1 ? i : 0];
      values[graph.name(time)] = 0;
      const double zero = -evaluate(graph, g, values) / evaluate(graph, slope, values);
      if (std::isfinite(zero) && times_.size() < kMostTimes) times_.push_back(zero);
    }
    return true;
  }

 private:
  Program& p_;
  std::vector<double>& times_;
};

/// A jump of value (decided by segment) or only of slope.
enum class Edge { none, jump, kink };

Edge edge_of(Op op) {
  switch (op) {
    case Op::less:
    case Op::less_equal:
    case Op::heaviside:
    case Op::sign:
      return Edge::jump;
    case Op::abs:
    case Op::relu:
    case Op::min:
    case Op::max:
      return Edge::kink;
    default:
      return Edge::none;
  }
}

}  // namespace

std::vector<double> settle_time_conditions(Program& program) {
  std::vector<double> times;
  Zeros zeros(program, times);
  auto& graph = program.graph();
  program.rewrite([&](Node expression) {
    equations::Substitution settled;
    const equations::Substitution by_segment = {
        {program.symbol(program.time()).id, program.symbol(program.segment_time())}};
    std::vector<Node> stack{expression};
    std::unordered_map<std::uint32_t, bool> seen;
    while (!stack.empty()) {
      const Node n = stack.back();
      stack.pop_back();
      if (std::exchange(seen[n.id], true)) continue;
      const equations::NodeData d = graph[n];  // a copy: nodes are made below
      const int operands = equations::arity(d.op);
      const Edge edge = edge_of(d.op);
      if (edge != Edge::none && zeros.note(operands == 2 ? graph.sub(d.a, d.b) : d.a)) {
        if (edge == Edge::jump) settled[n.id] = substitute(graph, n, by_segment);
        continue;
      }
      if (operands > 2) stack.push_back(d.c);
      if (operands > 1) stack.push_back(d.b);
      if (operands > 0) stack.push_back(d.a);
    }
    return settled.empty() ? expression : substitute(graph, expression, settled);
  });
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  return times;
}

}  // namespace neurode
