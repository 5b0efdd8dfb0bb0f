#include "dynamics/structure.hpp"

#include "dynamics/dependence.hpp"

namespace neurode {

namespace {

using equations::Node;

constexpr Index kLargest = 2048;  // states; the search costs up to n^3 / 64
constexpr double kFull = 0.3;  // from this density on, and if no two columns share a colour, there is nothing to gain

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

std::vector<ValueId> time_derivatives(Program& program, const std::vector<ProgramSystem::Part>& parts) {
  std::vector<ValueId> rates, result(parts.size());
  std::vector<std::size_t> where;
  for (std::size_t k = 0; k < parts.size(); ++k) {
    if (!parts[k].rate.valid()) continue;
    rates.push_back(parts[k].rate);
    where.push_back(k);
  }
  const auto d = program.tangent({{program.time(), program.constant(Matrix::Ones(1, 1))}}, rates);
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
