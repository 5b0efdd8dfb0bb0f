// Forward and reverse mode on Programs: both append operations of the same kinds.
#include <limits>
#include <memory>
#include <stdexcept>
#include <vector>

#include "dynamics/derivative_passes.hpp"

namespace neurode {

using equations::Node;
using equations::Substitution;

namespace {

/// In derivatives, what an operation has computed already (y = logistic(z) in y (1 - y)) is read, not computed again.
Substitution computed_nodes(const Program& p, const Program::Op& op) {
  Substitution known;
  for (std::size_t k = 0; k < op.out.size(); ++k) {
    const Node e = op.expressions[k];
    if (equations::arity(p.graph()[e].op) > 0) known[e.id] = p.symbol(op.out[k]);
  }
  return known;
}

/// Which values depend on the given ones, by id.
std::vector<char> dependents(const Program& p, const std::vector<ValueId>& roots, std::size_t ops) {
  std::vector<char> active(p.value_count(), 0);
  for (const ValueId v : roots) active[static_cast<std::size_t>(v.id)] = 1;
  for (std::size_t i = 0; i < ops; ++i) {
    const auto& op = p.ops()[i];
    if (op.kind == Program::Kind::max) continue;
    bool any = false;
    for (const ValueId v : op.in) any = any || active[static_cast<std::size_t>(v.id)];
    if (any) {
      for (const ValueId v : op.out) active[static_cast<std::size_t>(v.id)] = 1;
    }
  }
  return active;
}

/// Which values the given ones depend on, by id.
std::vector<char> ancestors(const Program& p, std::span<const ValueId> leaves, std::size_t ops) {
  std::vector<char> needed(p.value_count(), 0);
  for (const ValueId v : leaves) needed[static_cast<std::size_t>(v.id)] = 1;
  for (std::size_t i = ops; i-- > 0;) {
    const auto& op = p.ops()[i];
    bool any = false;
    for (const ValueId v : op.out) any = any || needed[static_cast<std::size_t>(v.id)];
    if (any) {
      for (const ValueId v : op.in) needed[static_cast<std::size_t>(v.id)] = 1;
    }
  }
  return needed;
}

}  // namespace

void TangentPass::elementwise(const Program::Op& op) {
  auto& g = p.graph();
  const Substitution known = computed_nodes(p, op);
  std::vector<Node> expressions;
  std::vector<std::size_t> which;
  for (std::size_t k = 0; k < op.out.size(); ++k) {
    Node total = g.constant(0);
    for (const ValueId z : op.in) {
      if (!of(z).valid()) continue;
      const Node partial = differentiate(g, op.expressions[k], p.symbol(z));
      total = g.add(total, g.mul(substitute(g, partial, known), p.node(of(z))));
    }
    if (g.is_constant(total, 0)) continue;
    expressions.push_back(total);
    which.push_back(k);
  }
  if (expressions.empty()) return;
  const auto shape = p[op.out[0]];
  const auto out = p.elementwise(shape.rows, shape.cols, expressions);
  for (std::size_t i = 0; i < which.size(); ++i) d[static_cast<std::size_t>(op.out[which[i]].id)] = out[i];
}

/// A table moves with time where it is drawn in straight lines.
ValueId TangentPass::slope(const Program::Op& op) {
  const ValueId direction = of(op.in[0]);
  const auto& table = *op.table;
  const auto knots = static_cast<Index>(table.times.size());
  if (!direction.valid() || !table.linear || knots < 2) return {};
  auto slopes = std::make_shared<TimeTable>();  // before the first knot and after the last nothing moves
  slopes->times.push_back(-std::numeric_limits<double>::infinity());
  slopes->times.insert(slopes->times.end(), table.times.begin(), table.times.end());
  slopes->values.setZero(table.values.rows(), knots + 1);
  for (Index k = 0; k + 1 < knots; ++k) {
    const auto i = static_cast<std::size_t>(k);
    slopes->values.col(k + 1) = (table.values.col(k + 1) - table.values.col(k)) / (table.times[i + 1] - table.times[i]);
  }
  const ValueId v = p.table(std::move(slopes));
  return p.elementwise(p[v].rows, 1, p.graph().mul(p.node(v), p.node(direction)));
}

void TangentPass::run(const Program::Op& op) {
  ValueId r;
  switch (op.kind) {
    case Program::Kind::elementwise:
      elementwise(op);
      return;
    case Program::Kind::product: {
      const ValueId a = op.in[0], b = op.in[1];
      if (op.has_base) r = of(op.in[2]);
      if (of(a).valid()) r = p.product(of(a), op.transpose_a, b, op.transpose_b, r);
      if (of(b).valid()) r = p.product(a, op.transpose_a, of(b), op.transpose_b, r);
      break;
    }
    case Program::Kind::broadcast:
      if (of(op.in[0]).valid()) r = p.broadcast(of(op.in[0]), p[op.out[0]].rows, p[op.out[0]].cols);
      break;
    case Program::Kind::sum:
      if (of(op.in[0]).valid()) r = p.sum(of(op.in[0]), op.along);
      break;
    case Program::Kind::view:
      if (of(op.in[0]).valid()) r = p.view(of(op.in[0]), op.offset, p[op.out[0]].rows, p[op.out[0]].cols);
      break;
    case Program::Kind::embed:
      if (of(op.in[0]).valid()) p.embed_into(of(op.in[0]), op.offset, p[op.out[0]].rows, p[op.out[0]].cols, r);
      break;
    case Program::Kind::table:
      r = slope(op);
      break;
    case Program::Kind::max:
      break;
    default:
      r = coupling(op);
  }
  d[static_cast<std::size_t>(op.out[0].id)] = r;
}

std::vector<ValueId> Program::tangent(const Seeds& seeds, std::span<const ValueId> outputs) {
  for (const ValueId v : outputs) {
    if (!v.valid()) throw std::logic_error("the tangent of no value");
  }
  const std::size_t count = ops_.size();
  const std::vector<char> needed = ancestors(*this, outputs, count);
  TangentPass pass{*this, std::vector<ValueId>(values_.size())};
  for (const auto& [value, direction] : seeds) pass.d[static_cast<std::size_t>(value.id)] = direction;
  const std::vector<ValueId> given = pass.d;
  for (std::size_t i = 0; i < count; ++i) {
    const Op op = ops_[i];  // a copy: ops_ grows below
    bool wanted = false;
    for (const ValueId v : op.out) wanted = wanted || needed[static_cast<std::size_t>(v.id)];
    if (wanted) pass.run(op);
    for (const ValueId v : op.out) {  // a computed seed moves as it is told, not as what it is computed from
      const auto id = static_cast<std::size_t>(v.id);
      if (given[id].valid()) pass.d[id] = given[id];
    }
  }
  std::vector<ValueId> result;
  for (const ValueId v : outputs) result.push_back(pass.of(v));
  return result;
}

ValueId AdjointPass::total(ValueId v) {
  auto& t = terms[static_cast<std::size_t>(v.id)];
  if (t.empty()) return {};
  if (t.size() > 1) {
    auto& g = p.graph();
    Node s = p.node(t[0]);
    for (std::size_t k = 1; k < t.size(); ++k) s = g.add(s, p.node(t[k]));
    t = {p.elementwise(p[v].rows, p[v].cols, s)};
  }
  return t[0];
}

void AdjointPass::elementwise(const Program::Op& op) {
  auto& g = p.graph();
  const Substitution known = computed_nodes(p, op);
  std::vector<Node> bars(op.out.size(), g.constant(0));
  bool any = false;
  for (std::size_t k = 0; k < op.out.size(); ++k) {
    const ValueId bar = total(op.out[k]);
    if (!bar.valid()) continue;
    bars[k] = p.node(bar);
    any = true;
  }
  if (!any) return;
  std::vector<Node> expressions;
  std::vector<ValueId> targets;
  for (const ValueId z : op.in) {
    if (!wants(z)) continue;
    Node sum = g.constant(0);
    for (std::size_t k = 0; k < op.out.size(); ++k) {
      if (g.is_constant(bars[k], 0)) continue;
      const Node partial = differentiate(g, op.expressions[k], p.symbol(z));
      sum = g.add(sum, g.mul(substitute(g, partial, known), bars[k]));
    }
    if (g.is_constant(sum, 0)) continue;
    expressions.push_back(sum);
    targets.push_back(z);
  }
  if (expressions.empty()) return;
  const auto shape = p[op.out[0]];
  const auto out = p.elementwise(shape.rows, shape.cols, expressions);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const bool uniform = p[targets[i]].size() == 1 && shape.size() != 1;
    add(targets[i], uniform ? p.sum(out[i], Program::Along::all) : out[i]);
  }
}

void AdjointPass::product(const Program::Op& op, ValueId bar) {
  const ValueId a = op.in[0], b = op.in[1];
  const bool ta = op.transpose_a, tb = op.transpose_b;
  if (op.has_base && wants(op.in[2])) add(op.in[2], bar);
  if (wants(a)) add(a, ta ? p.product(b, tb, bar, true) : p.product(bar, false, b, !tb));
  if (wants(b)) add(b, tb ? p.product(bar, true, a, ta) : p.product(a, !ta, bar, false));
}

void AdjointPass::run(const Program::Op& op) {
  if (op.kind == Program::Kind::elementwise) return elementwise(op);
  const ValueId bar = total(op.out[0]);
  if (!bar.valid()) return;
  if (op.kind == Program::Kind::product) return product(op, bar);
  if (op.kind >= Program::Kind::sparse_product) return coupling(op, bar);
  const ValueId in = op.in[0];
  if (!wants(in)) return;
  switch (op.kind) {
    case Program::Kind::broadcast:
      add(in, p.sum(bar, op.along));
      break;
    case Program::Kind::sum:
      add(in, p.broadcast(bar, p[in].rows, p[in].cols));
      break;
    case Program::Kind::view: {
      ValueId out;
      p.embed_into(bar, op.offset, p[in].rows, p[in].cols, out);
      add(in, out);
      break;
    }
    case Program::Kind::embed:
      add(in, p.view(bar, op.offset, p[in].rows, p[in].cols));
      break;
    default:
      break;
  }
}

std::vector<ValueId> Program::adjoint(const Seeds& seeds, std::span<const ValueId> targets) {
  const std::size_t count = ops_.size();
  AdjointPass pass{*this, dependents(*this, {targets.begin(), targets.end()}, count), {}};
  pass.terms.resize(values_.size());
  for (const auto& [value, bar] : seeds) pass.add(value, bar);
  for (std::size_t i = count; i-- > 0;) {
    const Op op = ops_[i];
    bool wanted = false;
    for (const ValueId v : op.out) wanted = wanted || pass.wants(v);
    if (wanted) pass.run(op);
  }
  std::vector<ValueId> result;
  for (const ValueId v : targets) result.push_back(pass.total(v));
  return result;
}

void Program::embed_into(ValueId part, Index offset, Index rows, Index cols, ValueId& out) {
  Op op;
  op.kind = Kind::embed;
  op.in = {part};
  op.offset = offset;
  out = add_op(std::move(op), rows, cols);
}

}  // namespace neurode
