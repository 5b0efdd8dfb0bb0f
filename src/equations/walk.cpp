#include <algorithm>
#include <stdexcept>
#include <unordered_set>

#include "equations/ops.hpp"
#include "equations/scalar.hpp"
#include "neurode/equations/graph.hpp"

namespace neurode::equations {

std::vector<bool> reachable(const Graph& graph, std::span<const Node> roots) {
  std::uint32_t top = 0;
  for (const Node n : roots) top = std::max(top, n.id);
  std::vector<bool> marks(roots.empty() ? 0 : top + 1);
  for (const Node n : roots) marks[n.id] = true;
  for (std::size_t i = marks.size(); i-- > 0;) {
    if (!marks[i]) continue;
    for (const Node x : Operands(graph[Node{static_cast<std::uint32_t>(i)}])) marks[x.id] = true;
  }
  return marks;
}

Node substitute(Graph& graph, Node f, const Substitution& replace) {
  // Only what is met is kept a note of: the graph may be large, and f a small part of it.
  std::vector<std::uint32_t> met, stack = {f.id};
  std::unordered_set<std::uint32_t> seen;
  while (!stack.empty()) {
    const std::uint32_t i = stack.back();
    stack.pop_back();
    if (!seen.insert(i).second) continue;
    met.push_back(i);
    if (replace.contains(i)) continue;
    for (const Node x : Operands(graph[Node{i}])) stack.push_back(x.id);
  }
  std::sort(met.begin(), met.end());  // operands have smaller numbers than what is made of them
  std::unordered_map<std::uint32_t, Node> made;
  for (const std::uint32_t i : met) {
    if (const auto it = replace.find(i); it != replace.end()) {
      made[i] = it->second;
      continue;
    }
    const NodeData d = graph[Node{i}];  // a copy: making nodes moves them
    const int n = arity(d.op);
    const Node a = n > 0 ? made.at(d.a.id) : d.a, b = n > 1 ? made.at(d.b.id) : d.b, c = n > 2 ? made.at(d.c.id) : d.c;
    if (a == d.a && b == d.b && c == d.c) {
      made[i] = Node{i};
    } else if (n == 1) {
      made[i] = graph.unary(d.op, a);
    } else if (n == 2) {
      made[i] = graph.binary(d.op, a, b);
    } else {
      made[i] = graph.where(a, b, c);
    }
  }
  return made.at(f.id);
}

std::vector<Node> free_symbols(const Graph& graph, std::span<const Node> nodes) {
  std::vector<Node> found, stack;
  std::uint32_t top = 0;
  for (const Node n : nodes) top = std::max(top, n.id);
  std::vector<bool> seen(top + 1);
  for (const Node root : nodes) {
    stack.push_back(root);
    while (!stack.empty()) {
      const Node n = stack.back();
      stack.pop_back();
      if (seen[n.id]) continue;
      seen[n.id] = true;
      const NodeData& d = graph[n];
      if (d.op == Op::symbol) found.push_back(n);
      const int count = arity(d.op);
      if (count > 2) stack.push_back(d.c);
      if (count > 1) stack.push_back(d.b);
      if (count > 0) stack.push_back(d.a);
    }
  }
  return found;
}

bool depends_on(const Graph& graph, Node f, Node symbol) {
  return symbol.id <= f.id && reachable(graph, std::span(&f, 1))[symbol.id];
}

double evaluate(const Graph& graph, Node f, const std::unordered_map<std::string, double>& values) {
  const auto marks = reachable(graph, std::span(&f, 1));
  std::vector<double> v(marks.size());
  for (std::uint32_t i = 0; i < marks.size(); ++i) {
    if (!marks[i]) continue;
    const NodeData& d = graph[Node{i}];
    if (d.op == Op::constant) {
      v[i] = d.value;
    } else if (d.op == Op::symbol) {
      const auto it = values.find(graph.name(Node{i}));
      if (it == values.end()) throw std::out_of_range("no value for the symbol \"" + graph.name(Node{i}) + "\"");
      v[i] = it->second;
    } else {
      v[i] = apply(d.op, v[d.a.id], v[d.b.id], v[d.c.id]);
    }
  }
  return v[f.id];
}

}  // namespace neurode::equations
