#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "neurode/dynamics/layout.hpp"
#include "neurode/equations/graph.hpp"

namespace neurode {

/// A matrix computed, given or constant in a Program.
struct ValueId {
  int id = -1;
  bool valid() const { return id >= 0; }
  friend bool operator==(ValueId, ValueId) = default;
};

/// A piecewise function of time, one row of values a knot: what a stimulus file holds.
struct TimeTable {
  std::vector<double> times;  ///< ascending
  Matrix values;              ///< columns: knots, rows: neurons (or one row for all)
  bool linear = false;        ///< between knots: straight line, else the value of the knot before
};

/// A right-hand side as data: matrices, each written by exactly one operation on earlier ones.
///
/// Eight kinds of operation suffice for networks and their learning: expressions over lanes (every element alike),
/// products with optional transposes, sums, maxima and broadcasts along rows or columns, views and their inverse, and
/// tables over time. The set is closed under differentiation: tangent() and adjoint() append operations of the same
/// kinds, so J v, J^T u, dF/dt, error signals, gradients and Hessian-vector products all come from one description and
/// run on one executor (Executable).
///
/// Matrices are column-major. Input 0 is time: a 2 x 1 vector, t and the midpoint of the current smooth segment.
class Program {
 public:
  enum class Along { rows, columns, all };  ///< rows: over the row index (r x c -> 1 x c); columns: r x c -> r x 1
  enum class Kind { elementwise, product, broadcast, sum, max, view, embed, table };

  struct Value {
    Index rows = 0, cols = 0;
    equations::Node symbol;  ///< stands for an element of this matrix in expressions
    enum class Source { input, constant, computed } source = Source::computed;
    int vector = 0;                ///< input: which external vector
    Index offset = 0;              ///< input: where in it
    const double* data = nullptr;  ///< constant
    int op = -1;                   ///< computed: by which operation
    Index size() const { return rows * cols; }
  };

  struct Op {
    Kind kind = Kind::elementwise;
    std::vector<ValueId> out;
    std::vector<ValueId> in;                   ///< product: a, b and possibly the base; others: one
    std::vector<equations::Node> expressions;  ///< elementwise: one an output
    bool transpose_a = false, transpose_b = false;
    Along along = Along::all;
    Index offset = 0;  ///< view, embed: first element in the larger matrix
    std::shared_ptr<const TimeTable> table;
  };

  Program();

  equations::Graph& graph() { return graph_; }
  const equations::Graph& graph() const { return graph_; }
  const Value& operator[](ValueId v) const { return values_[static_cast<std::size_t>(v.id)]; }
  const std::vector<Op>& ops() const { return ops_; }
  std::size_t value_count() const { return values_.size(); }
  /// The symbol that stands for an element of v in expressions.
  equations::Node symbol(ValueId v) const { return (*this)[v].symbol; }
  /// What stands for v in expressions: its symbol, or the number itself where all its elements are one known constant.
  equations::Node node(ValueId v) const;
  /// The value a symbol stands for; invalid if it is no value's.
  ValueId value_of(equations::Node symbol) const;

  /// What keeps the constants alive.
  const std::vector<std::shared_ptr<const void>>& owners() const { return owners_; }

  ValueId time() const { return time_; }             ///< 1 x 1
  ValueId segment_time() const { return segment_; }  ///< 1 x 1: midpoint of the smooth segment being integrated

  /// Part of external vector `vector` (1 = state, further ones by agreement).
  ValueId input(int vector, Index offset, Index rows, Index cols);
  /// A constant matrix; the program keeps `owner` alive.
  ValueId constant(const double* data, Index rows, Index cols, std::shared_ptr<const void> owner);
  ValueId constant(Matrix m);
  /// Every element from the expressions of value symbols. The inputs have the shape rows x cols, or 1 x 1.
  std::vector<ValueId> elementwise(Index rows, Index cols, std::vector<equations::Node> expressions);
  /// The same for one expression; the value that holds it already where there is one.
  ValueId elementwise(Index rows, Index cols, equations::Node expression);
  /// base + op(a) op(b); base may be invalid (none).
  ValueId product(ValueId a, bool transpose_a, ValueId b, bool transpose_b, ValueId base = {});
  ValueId broadcast(ValueId v, Index rows, Index cols);
  ValueId sum(ValueId v, Along along);
  /// Largest element along; has no derivative (use it only where the result does not depend on it, as in softmax).
  ValueId max(ValueId v, Along along);
  /// rows x cols elements of v from `offset`, as a matrix.
  ValueId view(ValueId v, Index offset, Index rows, Index cols);
  ValueId table(std::shared_ptr<const TimeTable> t);

  /// Replaces every expression by what `change` makes of it. What it makes may use further values, of a fitting shape.
  void rewrite(const std::function<equations::Node(equations::Node)>& change);

  /// Directional derivatives of `outputs` where the values in `seeds` move as their partners say. An output that does
  /// not depend on any seed gets an invalid id.
  using Seeds = std::vector<std::pair<ValueId, ValueId>>;
  std::vector<ValueId> tangent(const Seeds& seeds, std::span<const ValueId> outputs);
  /// Sum over seeds of <partner, d seed / d target>, for each target: reverse mode. Invalid where there is no
  /// dependence.
  std::vector<ValueId> adjoint(const Seeds& seeds, std::span<const ValueId> targets);

 private:
  ValueId add_value(Value v);
  std::vector<ValueId> inputs_of(const std::vector<equations::Node>& expressions, Index rows, Index cols) const;
  ValueId add_op(Op op, Index rows, Index cols);
  void embed_into(ValueId part, Index offset, Index rows, Index cols, ValueId& out);
  friend struct AdjointPass;
  friend struct TangentPass;

  equations::Graph graph_;
  std::vector<Value> values_;
  std::vector<Op> ops_;
  std::unordered_map<std::uint32_t, ValueId> by_symbol_;
  std::map<std::tuple<std::uint32_t, Index, Index>, ValueId> by_expression_;
  std::vector<std::shared_ptr<const void>> owners_;
  ValueId time_, segment_;
};

}  // namespace neurode
