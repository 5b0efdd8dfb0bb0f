#include "neurode/dynamics/program.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace neurode {

using equations::Node;

Program::Program() {
  time_ = input(0, 0, 1, 1);
  segment_ = input(0, 1, 1, 1);
}

ValueId Program::add_value(Value v) {
  const ValueId id{static_cast<int>(values_.size())};
  v.symbol = graph_.symbol(fmt::format("%{}", id.id));
  by_symbol_[v.symbol.id] = id;
  values_.push_back(v);
  return id;
}

ValueId Program::value_of(Node symbol) const {
  const auto it = by_symbol_.find(symbol.id);
  return it == by_symbol_.end() ? ValueId{} : it->second;
}

Node Program::node(ValueId v) const {
  const Value& info = (*this)[v];
  if (info.source == Value::Source::computed) {
    const Op& op = ops_[static_cast<std::size_t>(info.op)];
    if (op.kind == Kind::elementwise && op.out.size() == 1 && graph_.is_constant(op.expressions[0])) {
      return op.expressions[0];
    }
  }
  return info.symbol;
}

ValueId Program::input(int vector, Index offset, Index rows, Index cols) {
  Value v;
  v.rows = rows;
  v.cols = cols;
  v.source = Value::Source::input;
  v.vector = vector;
  v.offset = offset;
  return add_value(v);
}

ValueId Program::constant(const double* data, Index rows, Index cols, std::shared_ptr<const void> owner) {
  Value v;
  v.rows = rows;
  v.cols = cols;
  v.source = Value::Source::constant;
  v.data = data;
  owners_.push_back(std::move(owner));
  return add_value(v);
}

ValueId Program::constant(Matrix m) {
  const auto kept = std::make_shared<const Matrix>(std::move(m));
  return constant(kept->data(), kept->rows(), kept->cols(), kept);
}

ValueId Program::add_op(Op op, Index rows, Index cols) {
  Value v;
  v.rows = rows;
  v.cols = cols;
  v.op = static_cast<int>(ops_.size());
  const ValueId id = add_value(v);
  op.out.push_back(id);
  ops_.push_back(std::move(op));
  return id;
}

/// The values that expressions of this shape read.
std::vector<ValueId> Program::inputs_of(const std::vector<Node>& expressions, Index rows, Index cols) const {
  std::vector<ValueId> inputs;
  for (const Node s : equations::free_symbols(graph_, expressions)) {
    const ValueId v = value_of(s);
    if (!v.valid()) throw std::invalid_argument("expression uses \"" + graph_.name(s) + "\", which is no value");
    const Value& info = (*this)[v];
    if (info.size() != 1 && (info.rows != rows || info.cols != cols)) {
      throw std::invalid_argument(
          fmt::format("a {} x {} value in a {} x {} expression", info.rows, info.cols, rows, cols));
    }
    inputs.push_back(v);
  }
  return inputs;
}

void Program::rewrite(const std::function<Node(Node)>& change) {
  for (Op& op : ops_) {
    if (op.expressions.empty()) continue;
    bool changed = false;
    for (Node& e : op.expressions) {
      const Node made = change(e);
      changed = changed || !(made == e);
      e = made;
    }
    const Value& shape = (*this)[op.out[0]];
    if (changed && op.kind == Kind::pairwise) {
      bind_pairwise(op);
    } else if (changed) {
      op.in = inputs_of(op.expressions, shape.rows, shape.cols);
    }
  }
  by_expression_.clear();  // it speaks of expressions as they were
}

std::vector<ValueId> Program::elementwise(Index rows, Index cols, std::vector<Node> expressions) {
  Op op;
  op.in = inputs_of(expressions, rows, cols);
  for (std::size_t k = 0; k < expressions.size(); ++k) {
    Value v;
    v.rows = rows;
    v.cols = cols;
    v.op = static_cast<int>(ops_.size());
    op.out.push_back(add_value(v));
  }
  op.expressions = std::move(expressions);
  ops_.push_back(std::move(op));
  return ops_.back().out;
}

ValueId Program::elementwise(Index rows, Index cols, Node expression) {
  const ValueId same = value_of(expression);
  if (same.valid() && (*this)[same].rows == rows && (*this)[same].cols == cols) return same;
  const auto [at, added] = by_expression_.try_emplace({expression.id, rows, cols});
  if (added) at->second = elementwise(rows, cols, std::vector<Node>{expression})[0];
  return at->second;
}

ValueId Program::product(ValueId a, bool transpose_a, ValueId b, bool transpose_b, ValueId base) {
  const Value &va = (*this)[a], &vb = (*this)[b];
  const Index m = transpose_a ? va.cols : va.rows, ka = transpose_a ? va.rows : va.cols;
  const Index kb = transpose_b ? vb.cols : vb.rows, n = transpose_b ? vb.rows : vb.cols;
  if (ka != kb) throw std::invalid_argument(fmt::format("product of inner sizes {} and {}", ka, kb));
  Op op;
  op.kind = Kind::product;
  op.in = {a, b};
  add_base(op, base, m, n);
  op.transpose_a = transpose_a;
  op.transpose_b = transpose_b;
  return add_op(std::move(op), m, n);
}

ValueId Program::broadcast(ValueId v, Index rows, Index cols) {
  const Value& info = (*this)[v];
  if (info.rows == rows && info.cols == cols) return v;
  if (const Node n = node(v); graph_.is_constant(n)) return elementwise(rows, cols, n);
  Op op;
  op.kind = Kind::broadcast;
  op.in = {v};
  if (info.size() == 1) {
    op.along = Along::all;
  } else if (info.rows == rows && info.cols == 1) {
    op.along = Along::columns;
  } else if (info.cols == cols && info.rows == 1) {
    op.along = Along::rows;
  } else {
    throw std::invalid_argument(fmt::format("broadcast of {} x {} to {} x {}", info.rows, info.cols, rows, cols));
  }
  return add_op(std::move(op), rows, cols);
}

static std::pair<Index, Index> reduced(const Program::Value& v, Program::Along along) {
  return {along == Program::Along::columns ? v.rows : 1, along == Program::Along::rows ? v.cols : 1};
}

ValueId Program::sum(ValueId v, Along along) {
  const auto [rows, cols] = reduced((*this)[v], along);
  if ((*this)[v].rows == rows && (*this)[v].cols == cols) return v;
  Op op;
  op.kind = Kind::sum;
  op.in = {v};
  op.along = along;
  return add_op(std::move(op), rows, cols);
}

ValueId Program::max(ValueId v, Along along) {
  const auto [rows, cols] = reduced((*this)[v], along);
  Op op;
  op.kind = Kind::max;
  op.in = {v};
  op.along = along;
  return add_op(std::move(op), rows, cols);
}

ValueId Program::view(ValueId v, Index offset, Index rows, Index cols) {
  if (offset < 0 || offset + rows * cols > (*this)[v].size()) throw std::invalid_argument("view beyond its matrix");
  Op op;
  op.kind = Kind::view;
  op.in = {v};
  op.offset = offset;
  return add_op(std::move(op), rows, cols);
}

ValueId Program::table(std::shared_ptr<const TimeTable> t) {
  Op op;
  op.kind = Kind::table;
  op.in = {time_, segment_};
  const Index rows = t->values.rows();
  op.table = std::move(t);
  return add_op(std::move(op), rows, 1);
}

}  // namespace neurode
