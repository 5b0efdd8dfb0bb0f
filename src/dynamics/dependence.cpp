#include "dynamics/dependence.hpp"

#include <span>

namespace neurode {

using equations::Node;
using Kind = Program::Kind;

Sets& Dependence::open(ValueId v) {
  Sets& s = sets_[static_cast<std::size_t>(v.id)];
  if (!s.any()) s = Sets(p_[v].size(), words_);
  return s;
}

void Dependence::unite_all(ValueId out, ValueId v) {
  for (Index i = 0; i < p_[v].size(); ++i) unite(out, i, v, i);
}

bool Dependence::run(const Program::Op& op) {
  bool any = false;
  for (const ValueId v : op.in) any = any || of(v).any();
  if (!any) return true;
  for (const ValueId v : op.out) {
    if (!fits(v)) return false;
  }
  const auto& shape = p_[op.out[0]];
  if (op.kind == Program::Kind::elementwise) {
    for (std::size_t k = 0; k < op.out.size(); ++k) elementwise(op, k);
    return true;
  }
  if (op.kind == Program::Kind::product) return product(op);
  if (op.kind >= Program::Kind::sparse_product) return coupling(op);
  const ValueId v = op.in[0];
  const Sets& in = of(v);
  if (!in.any()) return true;
  Sets& out = open(op.out[0]);
  const Index rows = p_[v].rows, cols = p_[v].cols;
  switch (op.kind) {
    case Program::Kind::view:
      for (Index i = 0; i < shape.size(); ++i) out.unite(i, in.at(op.offset + i));
      break;
    case Program::Kind::embed:
      for (Index i = 0; i < p_[v].size(); ++i) out.unite(op.offset + i, in.at(i));
      break;
    case Program::Kind::broadcast:
      for (Index c = 0; c < shape.cols; ++c) {
        for (Index r = 0; r < shape.rows; ++r) {
          out.unite(c * shape.rows + r, in.at((cols == 1 ? 0 : c) * rows + (rows == 1 ? 0 : r)));
        }
      }
      break;
    default:  // sum, max
      for (Index c = 0; c < cols; ++c) {
        for (Index r = 0; r < rows; ++r) {
          out.unite((shape.cols == 1 ? 0 : c) * shape.rows + (shape.rows == 1 ? 0 : r), in.at(c * rows + r));
        }
      }
  }
  return true;
}

void Dependence::elementwise(const Program::Op& op, std::size_t k) {
  const auto& shape = p_[op.out[k]];
  for (const Node symbol : free_symbols(p_.graph(), std::span(&op.expressions[k], 1))) {
    const ValueId v = p_.value_of(symbol);
    if (!v.valid() || !of(v).any()) continue;
    Sets& out = open(op.out[k]);
    const bool uniform = p_[v].size() == 1;
    for (Index i = 0; i < shape.size(); ++i) out.unite(i, of(v).at(uniform ? 0 : i));
  }
}

bool Dependence::product(const Program::Op& op) {
  const ValueId a = op.in[0], b = op.in[1];
  const bool ta = op.transpose_a, tb = op.transpose_b;
  const auto &va = p_[a], &vb = p_[b], &shape = p_[op.out[0]];
  const Index inner = ta ? va.rows : va.cols;
  const auto at_a = [&](Index i, Index k) { return ta ? i * va.rows + k : k * va.rows + i; };
  const auto at_b = [&](Index k, Index j) { return tb ? k * vb.rows + j : j * vb.rows + k; };
  const double *zeros_a = known(a), *zeros_b = known(b);
  if (!worth(shape.size() * inner)) return false;
  Sets& out = open(op.out[0]);
  if (op.has_base) unite_all(op.out[0], op.in.back());
  for (Index j = 0; j < shape.cols; ++j) {
    for (Index i = 0; i < shape.rows; ++i) {
      for (Index k = 0; k < inner; ++k) {
        const Index ea = at_a(i, k), eb = at_b(k, j);
        if ((zeros_a && zeros_a[ea] == 0) || (zeros_b && zeros_b[eb] == 0)) continue;
        if (of(a).any()) out.unite(j * shape.rows + i, of(a).at(ea));
        if (of(b).any()) out.unite(j * shape.rows + i, of(b).at(eb));
      }
    }
  }
  return true;
}

/// Sparse operations, pairs and convolutions.
bool Dependence::coupling(const Program::Op& op) {
  if (op.has_base) unite_all(op.out[0], op.in.back());
  if (op.kind == Kind::pairwise) return pairwise(op);
  if (op.kind == Kind::convolution) return convolution(op);
  if (!worth(op.pattern->nonzeros() * p_[op.in[op.kind == Kind::sparse_product ? 1 : 0]].cols)) return false;
  sparse(op);
  return true;
}

void Dependence::sparse(const Program::Op& op) {
  const SparsePattern& s = *op.pattern;
  const ValueId out = op.out[0], a = op.in[0], b = op.in.size() > 1 ? op.in[1] : a;
  const bool one = p_[a].size() == 1, outer = op.kind == Kind::sparse_outer;
  const double *zeros_a = known(a), *zeros_b = known(b);
  const Index samples = p_[op.kind == Kind::sparse_product ? b : a].cols;
  for (Index row = 0; row < s.rows; ++row) {
    for (Index e = s.start[static_cast<std::size_t>(row)]; e < s.start[static_cast<std::size_t>(row) + 1]; ++e) {
      const Index column = s.column[static_cast<std::size_t>(e)];
      for (Index k = 0; k < samples; ++k) {
        const Index at_row = k * s.rows + row, at_column = k * s.cols + column, at = k * s.nonzeros() + e;
        if (op.kind == Kind::gather) {
          unite(out, at, a, op.end == Program::End::row ? at_row : at_column);
        } else if (op.kind == Kind::scatter) {
          unite(out, op.end == Program::End::row ? at_row : at_column, a, at);
        } else {
          const Index to = outer ? e : op.transpose_a ? at_column : at_row;
          const Index from_a = outer ? at_row : one ? 0 : e;
          const Index from_b = outer || !op.transpose_a ? at_column : at_row;
          if ((zeros_a && zeros_a[from_a] == 0) || (zeros_b && zeros_b[from_b] == 0)) continue;
          unite(out, to, a, from_a);
          unite(out, to, b, from_b);
        }
      }
    }
  }
}

bool Dependence::pairwise(const Program::Op& op) {
  using Side = Program::Side;
  const ValueId out = op.out[0];
  if (!worth(op.post * op.pre * op.samples * static_cast<Index>(op.sides.size()))) return false;
  for (std::size_t n = 0; n < op.sides.size(); ++n) {
    const ValueId v = op.in[n];
    const Side side = op.sides[n];
    if (!of(v).any()) continue;
    const Index step = p_[v].cols > 1 ? p_[v].rows : 0;  // from one sample to the next
    for (Index k = 0; k < op.samples; ++k) {
      for (Index j = 0; j < op.pre; ++j) {
        for (Index i = 0; i < op.post; ++i) {
          const Index to = op.into == Side::pair   ? j * op.post + i
                           : op.into == Side::post ? k * op.post + i
                                                   : k * op.pre + j;
          const Index from = side == Side::none   ? 0
                             : side == Side::pair ? j * op.post + i
                                                  : k * step + (side == Side::post ? i : j);
          unite(out, to, v, from);
        }
      }
    }
  }
  return true;
}

bool Dependence::convolution(const Program::Op& op) {
  using Role = Program::Role;
  const ConvolutionShape& s = *op.shape;
  const ValueId out = op.out[0], a = op.in[0], b = op.in[1];
  const Index samples = p_[b].cols;
  if (!worth(s.kernel_size() * s.positions() * samples)) return false;
  const double *zeros_a = known(a), *zeros_b = known(b);
  for (Index k = 0; k < samples; ++k) {
    s.for_each_product([&](Index kernel, Index input, Index output) {
      const Index at[] = {kernel, k * s.in_size() + input, k * s.out_size() + output};  // by Role
      const Index from_a = at[op.result == Role::kernel ? 1 : 0], from_b = at[op.result == Role::output ? 1 : 2];
      if ((zeros_a && zeros_a[from_a] == 0) || (zeros_b && zeros_b[from_b] == 0)) return;
      unite(out, at[static_cast<int>(op.result)], a, from_a);
      unite(out, at[static_cast<int>(op.result)], b, from_b);
    });
  }
  return true;
}

}  // namespace neurode
