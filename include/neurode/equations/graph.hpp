#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace neurode::equations {

/// What a node of the expression graph computes. Comparisons give 1.0 or 0.0.
enum class Op : std::uint8_t {
  constant,
  symbol,
  add,
  sub,
  mul,
  div,
  pow,
  min,
  max,
  less,
  less_equal,
  equal,
  not_equal,
  logical_and,
  logical_or,  // two operands
  neg,
  logical_not,
  exp,
  expm1,
  log,
  log1p,
  sqrt,
  sin,
  cos,
  tan,
  tanh,
  atan,
  logistic,
  relu,
  softplus,
  erf,
  exprel,
  exprel_derivative,
  exprel_second_derivative,
  abs,
  sign,
  heaviside,
  floor,  // one operand
  where,  // condition, then, else
};

/// Index of a node in its Graph.
struct Node {
  std::uint32_t id = 0;
  friend bool operator==(Node a, Node b) = default;
  friend auto operator<=>(Node a, Node b) = default;
};

struct NodeData {
  Op op = Op::constant;
  Node a, b, c;            ///< operands, as many as the op has
  double value = 0;        ///< of a constant
  std::uint32_t name = 0;  ///< of a symbol: see Graph::name
};

/// How many operands an op takes (0 to 3), and its name as equation text has it.
int arity(Op op);
std::string_view op_name(Op op);

/// An arena of expression nodes. Equal expressions are one node (hash-consing), constants are folded and the usual
/// identities (x*1, x+0, x-x, --x, x^1, ...) applied as nodes are made. x*0 is folded to 0: expressions are taken as
/// finite. Operands must exist in this graph. Not safe for concurrent use. Whatever would make it larger than
/// limits::kExpressionNodes throws ScenarioError.
class Graph {
 public:
  Node constant(double x);
  /// The symbol of that name; the same node every time.
  Node symbol(std::string_view name);
  Node unary(Op op, Node a);
  Node binary(Op op, Node a, Node b);
  Node where(Node condition, Node then, Node otherwise);

  Node add(Node a, Node b) { return binary(Op::add, a, b); }
  Node sub(Node a, Node b) { return binary(Op::sub, a, b); }
  Node mul(Node a, Node b) { return binary(Op::mul, a, b); }
  Node div(Node a, Node b) { return binary(Op::div, a, b); }
  Node neg(Node a) { return unary(Op::neg, a); }

  const NodeData& operator[](Node n) const { return nodes_[n.id]; }
  std::size_t size() const { return nodes_.size(); }
  /// Name of a symbol node.
  const std::string& name(Node symbol) const { return names_[nodes_[symbol.id].name]; }
  bool is_constant(Node n, double x) const { return nodes_[n.id].op == Op::constant && nodes_[n.id].value == x; }
  bool is_constant(Node n) const { return nodes_[n.id].op == Op::constant; }

 private:
  Node make(Op op, Node a, Node b = {}, Node c = {});
  Node intern(NodeData d);
  std::vector<NodeData> nodes_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, Node> symbols_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> index_;
};

/// d f / d symbol. Derivatives of abs, sign, relu, heaviside, min, max, where and comparisons are those of the branch
/// taken (0 at a kink of sign, heaviside and comparisons; relu'(0) = 0; abs'(0) = 0).
/// @throws std::invalid_argument for the third derivative of exprel.
Node differentiate(Graph& graph, Node f, Node symbol);

/// `f` with nodes replaced: whenever a node equals a key (compared before its operands are visited), its value stands
/// there.
using Substitution = std::unordered_map<std::uint32_t, Node>;
Node substitute(Graph& graph, Node f, const Substitution& replace);

/// The symbols `nodes` depend on, each once, in order of first use.
std::vector<Node> free_symbols(const Graph& graph, std::span<const Node> nodes);

/// Does f depend on the symbol?
bool depends_on(const Graph& graph, Node f, Node symbol);

/// Equation text of a node, with as few parentheses as precedence allows; parsing it gives the same node. Shared parts
/// are written out each time, so that a short model may have a text that no memory holds: behind
/// limits::kTextCharacters it ends in "...".
std::string to_text(const Graph& graph, Node f);
/// The same as part of a name: no two nodes have the same.
std::string to_name(const Graph& graph, Node f);

/// The value of f where every symbol has a number (by name); for tests and single numbers, not for speed.
/// @throws std::out_of_range for a symbol without a value.
double evaluate(const Graph& graph, Node f, const std::unordered_map<std::string, double>& values);

}  // namespace neurode::equations
