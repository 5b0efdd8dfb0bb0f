#include "dynamics/structure.hpp"

#include <cstdint>
#include <span>

namespace neurode {

namespace {

using equations::Node;

constexpr Index kLargest = 2048;                          // states; the search costs up to n^3 / 64
constexpr std::size_t kMostWords = std::size_t{1} << 25;  // of one value's sets: 256 MB
constexpr double kFull = 0.3;  // from this density on, and if no two columns share a colour, there is nothing to gain

/// Sets of state elements, one an element of a value; none at all where a value depends on no state.
class Sets {
 public:
  Sets() = default;
  Sets(Index elements, std::size_t words)
      : words_(words), bits_(static_cast<std::size_t>(elements) * words), any_(true) {}
  bool any() const { return any_; }
  std::uint64_t* at(Index element) { return bits_.data() + static_cast<std::size_t>(element) * words_; }
  const std::uint64_t* at(Index element) const { return bits_.data() + static_cast<std::size_t>(element) * words_; }
  void insert(Index element, Index state) {
    at(element)[state / 64] |= std::uint64_t{1} << (static_cast<unsigned>(state) % 64U);
  }
  void unite(Index element, const std::uint64_t* other) {
    std::uint64_t* mine = at(element);
    for (std::size_t w = 0; w < words_; ++w) mine[w] |= other[w];
  }

 private:
  std::size_t words_ = 0;
  std::vector<std::uint64_t> bits_;
  bool any_ = false;
};

class Dependence {
 public:
  Dependence(const Program& p, Index n)
      : p_(p), words_((static_cast<std::size_t>(n) + 63) / 64), sets_(p.value_count()) {}

  const Sets& of(ValueId v) const { return sets_[static_cast<std::size_t>(v.id)]; }

  /// False if a value is too large to look at.
  bool fits(ValueId v) const { return static_cast<std::size_t>(p_[v].size()) * words_ <= kMostWords; }
  Sets& open(ValueId v) {
    Sets& s = sets_[static_cast<std::size_t>(v.id)];
    if (!s.any()) s = Sets(p_[v].size(), words_);
    return s;
  }

  bool run(const Program::Op& op) {
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

 private:
  void elementwise(const Program::Op& op, std::size_t k) {
    const auto& shape = p_[op.out[k]];
    for (const Node symbol : free_symbols(p_.graph(), std::span(&op.expressions[k], 1))) {
      const ValueId v = p_.value_of(symbol);
      if (!v.valid() || !of(v).any()) continue;
      Sets& out = open(op.out[k]);
      const bool uniform = p_[v].size() == 1;
      for (Index i = 0; i < shape.size(); ++i) out.unite(i, of(v).at(uniform ? 0 : i));
    }
  }

  bool product(const Program::Op& op) {
    const ValueId a = op.in[0], b = op.in[1];
    const bool ta = op.transpose_a, tb = op.transpose_b;
    const auto &va = p_[a], &vb = p_[b], &shape = p_[op.out[0]];
    const Index inner = ta ? va.rows : va.cols;
    const auto at_a = [&](Index i, Index k) { return ta ? i * va.rows + k : k * va.rows + i; };
    const auto at_b = [&](Index k, Index j) { return tb ? k * vb.rows + j : j * vb.rows + k; };
    const double* zeros_a = va.source == Program::Value::Source::constant ? va.data : nullptr;
    const double* zeros_b = vb.source == Program::Value::Source::constant ? vb.data : nullptr;
    const auto work = static_cast<std::size_t>(shape.size() * inner) * words_;
    if (work > (std::size_t{1} << 30)) return false;
    Sets& out = open(op.out[0]);
    if (op.in.size() > 2 && of(op.in[2]).any()) {
      for (Index i = 0; i < shape.size(); ++i) out.unite(i, of(op.in[2]).at(i));
    }
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

  const Program& p_;
  std::size_t words_;
  std::vector<Sets> sets_;
};

/// Which operations the rates need: others (derivatives appended meanwhile) are not looked at.
std::vector<char> needed_ops(const Program& p, const std::vector<ProgramSystem::Part>& parts) {
  std::vector<char> value(p.value_count(), 0), op(p.ops().size(), 0);
  for (const auto& part : parts) {
    if (part.rate.valid()) value[static_cast<std::size_t>(part.rate.id)] = 1;
  }
  for (std::size_t i = op.size(); i-- > 0;) {
    for (const ValueId v : p.ops()[i].out) op[i] = op[i] || value[static_cast<std::size_t>(v.id)];
    if (!op[i]) continue;
    for (const ValueId v : p.ops()[i].in) value[static_cast<std::size_t>(v.id)] = 1;
  }
  return op;
}

}  // namespace

std::optional<Sparsity> find_sparsity(const Program& program, const StateLayout& layout,
                                      const std::vector<ProgramSystem::Part>& parts) {
  const Index n = layout.size();
  if (n > kLargest || n == 0) return std::nullopt;
  Dependence d(program, n);
  for (std::size_t k = 0; k < parts.size(); ++k) {
    const Slice& s = layout.slices()[k];
    if (!parts[k].value.valid()) continue;
    Sets& own = d.open(parts[k].value);
    for (Index i = 0; i < s.size(); ++i) own.insert(i, s.offset + i);
  }
  const std::vector<char> needed = needed_ops(program, parts);
  for (std::size_t i = 0; i < needed.size(); ++i) {
    if (needed[i] && !d.run(program.ops()[i])) return std::nullopt;
  }
  std::vector<std::vector<int>> columns(static_cast<std::size_t>(n));
  for (std::size_t k = 0; k < parts.size(); ++k) {
    const Slice& s = layout.slices()[k];
    const Sets* sets = parts[k].rate.valid() && d.of(parts[k].rate).any() ? &d.of(parts[k].rate) : nullptr;
    for (Index i = 0; i < s.size(); ++i) {
      for (Index j = 0; j < n; ++j) {
        const bool there = sets && (sets->at(i)[j / 64] >> (static_cast<unsigned>(j) % 64U) & 1U) != 0;
        if (there || j == s.offset + i) columns[static_cast<std::size_t>(j)].push_back(static_cast<int>(s.offset + i));
      }
    }
  }
  Sparsity s = make_sparsity(columns);
  if (s.density() > kFull && s.groups.size() == static_cast<std::size_t>(n)) return std::nullopt;
  return s;
}

std::vector<ValueId> time_derivatives(Program& program, const std::vector<ProgramSystem::Part>& parts,
                                      Program::Seeds moving) {
  std::vector<ValueId> rates, result(parts.size());
  std::vector<std::size_t> where;
  for (std::size_t k = 0; k < parts.size(); ++k) {
    if (!parts[k].rate.valid()) continue;
    rates.push_back(parts[k].rate);
    where.push_back(k);
  }
  moving.emplace_back(program.time(), program.constant(Matrix::Ones(1, 1)));
  const auto d = program.tangent(moving, rates);
  for (std::size_t i = 0; i < d.size(); ++i) result[where[i]] = d[i];
  return result;
}

std::vector<ValueId> own_linear_rates(Program& program, const std::vector<ProgramSystem::Part>& parts) {
  auto& g = program.graph();
  // Every value that an expression computes, as an expression of what is not: inputs, products, sums ...
  equations::Substitution inlined;
  const std::size_t count = program.ops().size();
  for (std::size_t i = 0; i < count; ++i) {
    const auto& op = program.ops()[i];
    if (op.kind != Program::Kind::elementwise) continue;
    for (std::size_t k = 0; k < op.out.size(); ++k) {
      inlined[program.symbol(op.out[k]).id] = substitute(g, op.expressions[k], inlined);
    }
  }
  std::vector<ValueId> result(parts.size());
  for (std::size_t k = 0; k < parts.size(); ++k) {
    if (!parts[k].rate.valid()) continue;
    const Node own = program.symbol(parts[k].value);
    const Node rate = differentiate(g, substitute(g, program.node(parts[k].rate), inlined), own);
    if (g.is_constant(rate, 0) || depends_on(g, rate, own)) continue;
    result[k] = program.elementwise(program[parts[k].value].rows, program[parts[k].value].cols, rate);
  }
  return result;
}

}  // namespace neurode
