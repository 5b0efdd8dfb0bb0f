#include "neurode/dynamics/reads.hpp"

#include <vector>

namespace neurode {

bool reads(const Program& program, std::span<const ValueId> values, int vector) {
  std::vector<char> needed(program.value_count(), 0);
  for (const ValueId v : values) needed[static_cast<std::size_t>(v.id)] = 1;
  const auto& ops = program.ops();
  for (std::size_t i = ops.size(); i-- > 0;) {
    bool any = false;
    for (const ValueId v : ops[i].out) any = any || needed[static_cast<std::size_t>(v.id)];
    if (!any) continue;
    for (const ValueId v : ops[i].in) needed[static_cast<std::size_t>(v.id)] = 1;
  }
  for (std::size_t k = 0; k < needed.size(); ++k) {
    const auto& v = program[ValueId{static_cast<int>(k)}];
    if (needed[k] && v.source == Program::Value::Source::input && v.vector == vector) return true;
  }
  return false;
}

}  // namespace neurode
