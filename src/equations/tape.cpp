#include "neurode/equations/tape.hpp"

#include <limits>

#include "equations/lower.hpp"

namespace neurode::equations {

namespace {

using Operand = Tape::Operand;
using Where = Operand::Where;
constexpr std::uint32_t kNever = std::numeric_limits<std::uint32_t>::max();

/// Gives scheduled values their places: outputs in the outputs' arrays, the others in registers that are free again
/// after the last use. An instruction may overwrite an operand that it is the last to use.
class Allocation {
 public:
  Allocation(const Lowered& lowered, const std::vector<std::uint32_t>& order)
      : lowered_(lowered), place_(lowered.values.size()), last_(lowered.values.size(), kNever) {
    for (std::uint32_t step = 0; step < order.size(); ++step) {
      const auto& v = lowered.values[order[step]];
      for (int k = 0; k < operand_count(v.code); ++k) last_[v.operand[k]] = step;
    }
    for (std::uint32_t i = 0; i < place_.size(); ++i) {
      const auto& v = lowered.values[i];
      if (v.kind == Lowered::Kind::input) place_[i] = {Where::input, v.operand[0]};
      if (v.kind == Lowered::Kind::constant) place_[i] = {Where::constant, v.operand[0]};
    }
    for (std::uint32_t k = 0; k < lowered.outputs.size(); ++k) {
      Operand& p = place_[lowered.outputs[k]];
      if (p.where == Where::none) p = {Where::output, k};
    }
  }

  Tape::Instruction place(std::uint32_t step, std::uint32_t value) {
    const auto& v = lowered_.values[value];
    Tape::Instruction out{v.code, {}, {}, {}, {}};
    Operand* const operands[] = {&out.a, &out.b, &out.c};
    for (int k = 0; k < operand_count(v.code); ++k) *operands[k] = place_[v.operand[k]];
    for (int k = 0; k < operand_count(v.code); ++k) {
      const std::uint32_t x = v.operand[k];
      if (last_[x] != step || place_[x].where != Where::reg) continue;
      free_.push_back(place_[x].index);
      last_[x] = kNever;  // not twice where an operand stands twice
    }
    if (place_[value].where == Where::none) place_[value] = {Where::reg, take()};
    out.target = place_[value];
    return out;
  }

  Operand where(std::uint32_t value) const { return place_[value]; }
  std::size_t registers() const { return registers_; }

 private:
  std::uint32_t take() {
    if (free_.empty()) return registers_++;
    const std::uint32_t r = free_.back();
    free_.pop_back();
    return r;
  }

  const Lowered& lowered_;
  std::vector<Operand> place_;
  std::vector<std::uint32_t> last_;
  std::vector<std::uint32_t> free_;
  std::uint32_t registers_ = 0;
};

}  // namespace

Tape::Tape(const Graph& graph, std::span<const Node> outputs, std::span<const Node> inputs)
    : inputs_(inputs.size()), outputs_(outputs.size()) {
  const Lowered lowered = lower(graph, outputs, inputs);
  const auto order = schedule(lowered);
  Allocation allocation(lowered, order);
  for (std::uint32_t step = 0; step < order.size(); ++step) code_.push_back(allocation.place(step, order[step]));
  for (std::uint32_t k = 0; k < outputs_; ++k) {
    const Operand from = allocation.where(lowered.outputs[k]);
    if (from.where == Where::output && from.index == k) continue;
    code_.push_back({Code::copy, {Where::output, k}, from, {}, {}});
  }
  constants_ = lowered.constants;
  registers_ = allocation.registers();
  pack();
}

/// Places: inputs, outputs, constants, one that stands for "no operand", and one for each instruction whose result
/// goes to a register.
void Tape::pack() {
  std::vector<std::uint32_t> holder(registers_);  // the instruction whose result a register holds
  const auto first_constant = static_cast<std::uint32_t>(inputs_ + outputs_);
  const auto none = first_constant + static_cast<std::uint32_t>(constants_.size());
  const auto find = [&](Operand o) -> std::uint32_t {
    switch (o.where) {
      case Operand::Where::input:
        return o.index;
      case Operand::Where::output:
        return static_cast<std::uint32_t>(inputs_) + o.index;
      case Operand::Where::constant:
        return first_constant + o.index;
      case Operand::Where::reg:
        return none + 1 + holder[o.index];
      case Operand::Where::none:
        break;
    }
    return none;
  };
  for (std::uint32_t i = 0; i < code_.size(); ++i) {
    const Instruction& in = code_[i];
    Cell cell{0, find(in.a), find(in.b), find(in.c)};
    if (in.target.where == Operand::Where::reg) holder[in.target.index] = i;
    cell.target = find(in.target);
    cells_.push_back(cell);
  }
}

}  // namespace neurode::equations
