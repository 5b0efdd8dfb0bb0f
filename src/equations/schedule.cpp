#include <algorithm>
#include <array>

#include "equations/lower.hpp"

namespace neurode::equations {

namespace {

using Value = Lowered::Value;

/// Operands by falling need of registers; equal ones in their order.
struct Visit {
  std::array<std::uint32_t, 3> operand{};
  int count = 0;
};

Visit visit_order(const Lowered& lowered, const std::vector<std::uint32_t>& need, std::uint32_t at) {
  Visit v;
  const Value& value = lowered.values[at];
  if (value.kind != Lowered::Kind::computed) return v;
  v.count = operand_count(value.code);
  std::copy(value.operand, value.operand + v.count, v.operand.begin());
  std::stable_sort(v.operand.begin(), v.operand.begin() + v.count,
                   [&](std::uint32_t x, std::uint32_t y) { return need[x] > need[y]; });
  return v;
}

/// How many registers a value needs on its way, were nothing shared.
std::vector<std::uint32_t> register_needs(const Lowered& lowered) {
  std::vector<std::uint32_t> need(lowered.values.size());
  for (std::uint32_t i = 0; i < need.size(); ++i) {
    if (lowered.values[i].kind != Lowered::Kind::computed) continue;
    const Visit v = visit_order(lowered, need, i);
    need[i] = 1;
    for (int k = 0; k < v.count; ++k) {
      if (need[v.operand[k]] > 0) need[i] = std::max(need[i], need[v.operand[k]] + static_cast<std::uint32_t>(k));
    }
  }
  return need;
}

}  // namespace

std::vector<std::uint32_t> schedule(const Lowered& lowered) {
  const auto need = register_needs(lowered);
  std::vector<std::uint32_t> order;
  std::vector<bool> done(lowered.values.size());
  struct Frame {
    std::uint32_t at;
    Visit visit;
    int next = 0;
  };
  std::vector<Frame> stack;
  const auto enter = [&](std::uint32_t i) {
    if (done[i] || lowered.values[i].kind != Lowered::Kind::computed) return;
    done[i] = true;
    stack.push_back({i, visit_order(lowered, need, i)});
  };
  for (const std::uint32_t output : lowered.outputs) {
    enter(output);
    while (!stack.empty()) {
      Frame& f = stack.back();
      if (f.next < f.visit.count) {
        enter(f.visit.operand[static_cast<std::size_t>(f.next++)]);  // may move f
      } else {
        order.push_back(f.at);
        stack.pop_back();
      }
    }
  }
  return order;
}

}  // namespace neurode::equations
