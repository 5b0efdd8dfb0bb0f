#pragma once

#include <vector>

#include "neurode/equations/graph.hpp"

namespace neurode::equations {

inline constexpr std::size_t kOpCount = static_cast<std::size_t>(Op::where) + 1;

/// The operands of a node, 0 to 3 of them: for (Node x : Operands(data)).
class Operands {
 public:
  explicit Operands(const NodeData& d) : nodes_{d.a, d.b, d.c}, count_(arity(d.op)) {}
  const Node* begin() const { return nodes_; }
  const Node* end() const { return nodes_ + count_; }

 private:
  Node nodes_[3];
  int count_;
};

/// marks[id] is true for every node that `roots` are made of. Operands have smaller ids than what is made of them, so
/// that walking the marks upwards meets operands first: no recursion, however deep the expression.
std::vector<bool> reachable(const Graph& graph, std::span<const Node> roots);

}  // namespace neurode::equations
