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

#include "neurode/dynamics/convolution.hpp"
#include "neurode/dynamics/layout.hpp"
#include "neurode/dynamics/sparse.hpp"
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
/// A few kinds of operation suffice for networks and their learning: expressions over lanes (every element alike),
/// products with optional transposes, sums, maxima and broadcasts along rows or columns, views and their inverse, and
/// tables over time; for coupling that is no dense product: sparse matrices, expressions over the elements of a pattern
/// or over all pairs, and convolutions. The set is closed under differentiation: tangent() and adjoint() append
/// operations of the same kinds, so J v, J^T u, dF/dt, error signals, gradients and Hessian-vector products all come
/// from one description and run on one executor (Executable).
///
/// Matrices are column-major. Input 0 is time: a 2 x 1 vector, t and the midpoint of the current smooth segment.
class Program {
 public:
  enum class Along { rows, columns, all };  ///< rows: over the row index (r x c -> 1 x c); columns: r x c -> r x 1
  enum class Kind {
    elementwise,
    product,
    broadcast,
    sum,
    max,
    view,
    embed,
    table,
    sparse_product,
    sparse_outer,
    gather,
    scatter,
    pairwise,
    convolution
  };
  enum class End { row, column };             ///< which end of a sparse pattern's elements
  enum class Side { post, pre, pair, none };  ///< of pairwise: what a value has an element for (none: 1 x 1)
  enum class Role { kernel, input, output };  ///< what takes part in a convolution

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
    std::vector<ValueId> in;                   ///< with has_base, the last one is the base
    std::vector<equations::Node> expressions;  ///< elementwise: one an output; pairwise: one
    bool transpose_a = false, transpose_b = false, has_base = false;
    Along along = Along::all;
    Index offset = 0;  ///< view, embed: first element in the larger matrix
    std::shared_ptr<const TimeTable> table;
    std::shared_ptr<const SparsePattern> pattern;
    End end = End::row;
    Index post = 0, pre = 0, samples = 0;           ///< pairwise: what is summed over
    Side into = Side::post;                         ///< pairwise: what the result has an element for
    std::vector<Side> sides;                        ///< pairwise: of the inputs but the base
    std::vector<equations::Node> symbols;           ///< pairwise: what stands for these inputs in the expression
    std::shared_ptr<const ConvolutionShape> shape;  ///< convolution
    Role result = Role::output;                     ///< convolution; the inputs are the other two, in Role's order
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

  /// base + S x, or base + S^T x. S has the pattern; its elements are `values`: nnz x 1, or 1 x 1 where all are alike
  /// (a third of the memory traffic). x: cols x samples (rows x samples if transposed).
  ValueId sparse_product(std::shared_ptr<const SparsePattern> s, ValueId values, bool transpose, ValueId x,
                         ValueId base = {});
  /// nnz x 1: base + the elements of a b^T in the pattern, summed over samples. a: rows x samples, b: cols x samples.
  ValueId sparse_outer(std::shared_ptr<const SparsePattern> s, ValueId a, ValueId b, ValueId base = {});
  /// nnz x samples: element e is v(row(e), s) or v(column(e), s).
  ValueId gather(std::shared_ptr<const SparsePattern> s, End end, ValueId v);
  /// rows x samples or cols x samples: base + the sums of the nnz x samples values of v over each row or column.
  ValueId scatter(std::shared_ptr<const SparsePattern> s, End end, ValueId v, ValueId base = {});

  /// Sums an expression over all pairs (i of n, j of m) without storing them. `post_side` values are n x samples or
  /// n x 1 and stand for (i, sample), `pre_side` ones m x samples or m x 1 for (j, sample), `pair_side` ones n x m for
  /// (i, j), and 1 x 1 values for themselves. Along::columns: base + the sum over j, n x samples; Along::rows: base +
  /// the sum over i, m x samples. n and m are those of the values given, used in e or not.
  /// @throws std::invalid_argument if a shape does not fit, n or m cannot be told, or e uses the plain symbol of a
  /// value that stands on two sides: a population that projects onto itself. There use symbol(value, side).
  ValueId pairwise(equations::Node e, std::span<const ValueId> post_side, std::span<const ValueId> pre_side,
                   std::span<const ValueId> pair_side, Along over, ValueId base = {});
  /// The same without a sum over pairs: n x m, base + the sum over samples.
  ValueId all_pairs(equations::Node e, std::span<const ValueId> post_side, std::span<const ValueId> pre_side,
                    std::span<const ValueId> pair_side, ValueId base = {});
  /// The symbol that stands for an element of v on that side in the expression of a pairwise operation.
  equations::Node symbol(ValueId v, Side side);

  /// base + the convolution of x (in_size() x samples) with the kernel (out_channels x taps(), or any value of that
  /// size): out_size() x samples. See ConvolutionShape for what is where.
  ValueId convolution(const ConvolutionShape& shape, ValueId kernel, ValueId x, ValueId base = {});
  /// Its adjoint to x: base + what the outputs y (out_size() x samples) give back, in_size() x samples.
  ValueId convolution_to_input(const ConvolutionShape& shape, ValueId kernel, ValueId y, ValueId base = {});
  /// Its adjoint to the kernel, summed over samples: out_channels x taps().
  ValueId convolution_to_kernel(const ConvolutionShape& shape, ValueId x, ValueId y, ValueId base = {});

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
  void add_base(Op& op, ValueId base, Index rows, Index cols);
  ValueId pairs(equations::Node e, std::span<const ValueId> post_side, std::span<const ValueId> pre_side,
                std::span<const ValueId> pair_side, Side into, ValueId base);
  ValueId pairwise_like(const Op& like, equations::Node e, Side into, ValueId base);
  void bind_pairwise(Op& op) const;
  ValueId add_convolution(std::shared_ptr<const ConvolutionShape> shape, Role result, ValueId a, ValueId b,
                          ValueId base);
  friend struct AdjointPass;
  friend struct TangentPass;

  equations::Graph graph_;
  std::vector<Value> values_;
  std::vector<Op> ops_;
  std::unordered_map<std::uint32_t, ValueId> by_symbol_;
  std::unordered_map<std::uint32_t, std::pair<ValueId, Side>> by_sided_symbol_;
  std::map<std::tuple<std::uint32_t, Index, Index>, ValueId> by_expression_;
  std::vector<std::shared_ptr<const void>> owners_;
  ValueId time_, segment_;
};

}  // namespace neurode
