// Dimensional analysis of whole sets of equations.
#include <fmt/format.h>

#include <array>
#include <string_view>

#include "neurode/equations/dimensions.hpp"

namespace neurode::equations {

namespace {

using Kind = Measure::Kind;

Place place_of(const Statement& s, const SourceText& source) {
  return {s.where, source.key, s.is_rate ? "d" + s.name + "/dt" : s.name};
}

/// A unit of time as people write it, for the time that is missing: "ms"; "" where it is none of the usual ones.
std::string usual_time(const Unit& u) {
  static constexpr std::array<std::string_view, 7> kUsual = {"s", "ms", "us", "ns", "min", "h", "d"};
  for (const auto name : kUsual) {
    if (same_unit(u, *parse_unit(name))) return std::string(name);
  }
  return "";
}

void check_rate(Dimensions& dimensions, const Statement& s, const Unit& state, const SourceText& source,
                const std::string& time_unit, Diagnostics& diagnostics) {
  const Place place = place_of(s, source);
  if (const auto time = parse_unit(time_unit); time && !time_unit.empty()) {
    dimensions.fits(s.value, over(state, *time),
                    fmt::format("unit of {} / time_unit = {} / {}", s.name, unit_text(state), time_unit), place,
                    diagnostics);
    return;
  }
  const Measure m = dimensions.of(s.value, place, diagnostics);
  if (m.kind != Kind::unit || same_unit(m.unit, state)) return;
  const Unit time = over(state, m.unit);
  if (!same_dimension(time, *parse_unit("s"))) {
    dimensions.fits(s.value, state, fmt::format("unit of {} / time_unit, or no unit of time anywhere", s.name), place,
                    diagnostics);
    return;
  }
  const std::string usual = usual_time(time);
  diagnostics.add(
      {place.where, place.key,
       fmt::format("{} is in {}, but the model does not say what its unit of time is", place.what, unit_text(m.unit)),
       "", fmt::format("time_unit = \"{}\"", usual.empty() ? unit_text(time) : usual), ""});
}

}  // namespace

void Dimensions::define(const EquationSet& set, const SourceText& source, Diagnostics& diagnostics) {
  std::unordered_map<std::string, const Statement*> waiting;
  for (const auto& s : set.statements) {
    if (!s.is_rate && units_.count(s.name) == 0) waiting.emplace(s.name, &s);
  }
  // Depth first, each after those it uses; what goes in a circle is reported elsewhere and fits any unit.
  std::vector<const Statement*> stack;
  for (const auto& s : set.statements) {
    if (waiting.count(s.name) != 0) stack.push_back(&s);
    while (!stack.empty()) {
      const Statement& now = *stack.back();
      const std::size_t before = stack.size();
      waiting.erase(now.name);
      for (const Node n : free_symbols(graph_, std::span(&now.value, 1))) {
        const auto needed = waiting.find(graph_.name(n));
        if (needed != waiting.end()) stack.push_back(needed->second);
      }
      if (stack.size() > before) continue;
      stack.pop_back();
      const Measure m = of(now.value, place_of(now, source), diagnostics);
      if (m.kind == Kind::unit) units_.emplace(now.name, m.unit);
    }
  }
}

void check_dimensions(Dimensions& dimensions, const EquationSet& set, const SourceText& source,
                      const std::string& time_unit, Diagnostics& diagnostics) {
  const SymbolUnits declared = dimensions.units();
  dimensions.define(set, source, diagnostics);
  for (const auto& s : set.statements) {
    const auto unit = declared.find(s.name);
    if (unit == declared.end()) {
      dimensions.of(s.value, place_of(s, source), diagnostics);
    } else if (s.is_rate) {
      check_rate(dimensions, s, unit->second, source, time_unit, diagnostics);
    } else {
      dimensions.fits(s.value, unit->second, fmt::format("the unit declared for {}", s.name), place_of(s, source),
                      diagnostics);
    }
  }
}

}  // namespace neurode::equations
