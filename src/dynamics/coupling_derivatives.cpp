// Forward and reverse mode of sparse operations, pairs and convolutions. All but pairs are linear in each input.
#include "dynamics/derivative_passes.hpp"

namespace neurode {

using equations::Node;
using Kind = Program::Kind;
using Role = Program::Role;
using Side = Program::Side;

namespace {

/// The number itself where all elements are one known constant.
Node sided(Program& p, ValueId v, Side side) {
  const Node n = p.node(v);
  return p.graph().is_constant(n) ? n : p.symbol(v, side);
}

}  // namespace

ValueId TangentPass::coupling(const Program::Op& op) {
  if (op.kind == Kind::pairwise) return pairwise(op);
  if (op.kind == Kind::gather) return of(op.in[0]).valid() ? p.gather(op.pattern, op.end, of(op.in[0])) : ValueId{};
  ValueId r = op.has_base ? of(op.in.back()) : ValueId{};
  if (op.kind == Kind::scatter) return of(op.in[0]).valid() ? p.scatter(op.pattern, op.end, of(op.in[0]), r) : r;
  const auto moved = [&](ValueId a, ValueId b) {
    switch (op.kind) {
      case Kind::sparse_product:
        return p.sparse_product(op.pattern, a, op.transpose_a, b, r);
      case Kind::sparse_outer:
        return p.sparse_outer(op.pattern, a, b, r);
      default:
        return p.add_convolution(op.shape, op.result, a, b, r);
    }
  };
  const ValueId a = op.in[0], b = op.in[1];
  if (of(a).valid()) r = moved(of(a), b);
  if (of(b).valid()) r = moved(a, of(b));
  return r;
}

ValueId TangentPass::pairwise(const Program::Op& op) {
  auto& g = p.graph();
  Node total = g.constant(0);
  for (std::size_t k = 0; k < op.sides.size(); ++k) {
    const ValueId moved = of(op.in[k]);
    if (!moved.valid()) continue;
    const Node partial = differentiate(g, op.expressions[0], op.symbols[k]);
    total = g.add(total, g.mul(partial, sided(p, moved, op.sides[k])));
  }
  const ValueId base = op.has_base ? of(op.in.back()) : ValueId{};
  return g.is_constant(total, 0) ? base : p.pairwise_like(op, total, op.into, base);
}

void AdjointPass::coupling(const Program::Op& op, ValueId bar) {
  if (op.has_base && wants(op.in.back())) add(op.in.back(), bar);
  switch (op.kind) {
    case Kind::sparse_product:
      sparse_product(op, bar);
      break;
    case Kind::sparse_outer:
      if (wants(op.in[0])) add(op.in[0], p.sparse_product(op.pattern, bar, false, op.in[1]));
      if (wants(op.in[1])) add(op.in[1], p.sparse_product(op.pattern, bar, true, op.in[0]));
      break;
    case Kind::gather:
      if (wants(op.in[0])) add(op.in[0], p.scatter(op.pattern, op.end, bar));
      break;
    case Kind::scatter:
      if (wants(op.in[0])) add(op.in[0], p.gather(op.pattern, op.end, bar));
      break;
    case Kind::pairwise:
      pairwise(op, bar);
      break;
    default:
      convolution(op, bar);
  }
}

void AdjointPass::sparse_product(const Program::Op& op, ValueId bar) {
  const ValueId values = op.in[0], x = op.in[1];
  if (wants(values)) {
    const ValueId each = op.transpose_a ? p.sparse_outer(op.pattern, x, bar) : p.sparse_outer(op.pattern, bar, x);
    add(values, p[values].size() == 1 ? p.sum(each, Program::Along::all) : each);
  }
  if (wants(x)) add(x, p.sparse_product(op.pattern, values, !op.transpose_a, bar));
}

void AdjointPass::pairwise(const Program::Op& op, ValueId bar) {
  auto& g = p.graph();
  for (std::size_t k = 0; k < op.sides.size(); ++k) {
    const ValueId v = op.in[k];
    const Side side = op.sides[k];
    if (!wants(v)) continue;
    const Node partial = differentiate(g, op.expressions[0], op.symbols[k]);
    const Node e = g.mul(partial, sided(p, bar, op.into));
    if (g.is_constant(e, 0)) continue;
    const ValueId back = p.pairwise_like(op, e, side == Side::none ? Side::post : side, {});
    if (side == Side::none) {
      add(v, p.sum(back, Program::Along::all));
    } else {
      add(v, p[v].cols < p[back].cols ? p.sum(back, Program::Along::columns) : back);
    }
  }
}

void AdjointPass::convolution(const Program::Op& op, ValueId bar) {
  ValueId taking_part[3];  // by Role
  taking_part[static_cast<int>(op.result)] = bar;
  const Role first = op.result == Role::kernel ? Role::input : Role::kernel;
  const Role second = op.result == Role::output ? Role::input : Role::output;
  taking_part[static_cast<int>(first)] = op.in[0];
  taking_part[static_cast<int>(second)] = op.in[1];
  for (const auto& [role, v] : {std::pair{first, op.in[0]}, std::pair{second, op.in[1]}}) {
    if (!wants(v)) continue;
    const ValueId a = taking_part[role == Role::kernel ? 1 : 0], b = taking_part[role == Role::output ? 1 : 2];
    const ValueId back = p.add_convolution(op.shape, role, a, b, {});
    const bool shaped = p[back].rows == p[v].rows && p[back].cols == p[v].cols;
    add(v, shaped ? back : p.view(back, 0, p[v].rows, p[v].cols));
  }
}

}  // namespace neurode
