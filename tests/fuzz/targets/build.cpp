#include <algorithm>
#include <cmath>

#include "fuzz/support.hpp"
#include "neurode/run/describe.hpp"
#include "neurode/run/prepare.hpp"
#include "neurode/scenario/read.hpp"

namespace neurode::fuzz {

namespace {

/// A machine may hold what a scenario asks for, and the fuzzer's time not: sizes beyond these are left out.
bool small(const neurode::scenario::Scenario& s) {
  double neurons = 0;
  for (const auto& p : s.populations) neurons += static_cast<double>(p.size);
  return neurons <= 300 && s.projections.size() <= 30;
}

}  // namespace

void build(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  refusing([&] {
    Diagnostics faults;
    const Value root = neurode::scenario::parse_toml(text, "fuzz.toml", faults);
    const auto s = neurode::scenario::read_scenario(root, "fuzz.toml", faults);
    faults.throw_if_any();
    if (!small(s)) return;
    const auto p = run::prepare(root, NEURODE_SOURCE_DIR "/scenarios/fuzz.toml");
    const auto d = run::describe(*p);
    must(d.states == p->problem.initial.size(), "the state has the size that is told");
    auto& system = *p->problem.system;
    if (system.size() > 20000 || system.delays() != nullptr) return;
    Vector rate(system.size()), product(system.size());
    system.begin_segment(p->scenario.time.start, p->scenario.time.end);
    system.rhs(p->scenario.time.start, p->problem.initial.data(), rate.data());
    system.jvp(p->scenario.time.start, p->problem.initial.data(), rate.data(), product.data());
  });
}

}  // namespace neurode::fuzz
