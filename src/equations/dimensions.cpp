#include "neurode/equations/dimensions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace neurode::equations {

namespace {

using Kind = Measure::Kind;

Measure measure(Kind kind) { return {kind, {}}; }
Measure measure(Unit u) { return {Kind::unit, std::move(u)}; }

/// Expressions as messages quote them.
std::string quoted(const Graph& graph, Node n) {
  constexpr std::size_t kLongest = 60;
  std::string text = to_text(graph, n);
  if (text.size() > kLongest) text = text.substr(0, kLongest - 3) + "...";
  return '"' + text + '"';
}

/// "mV and V, which are 1000 of it" needs both; different dimensions are told in SI base units.
std::string both(const Unit& a, const Unit& b) {
  if (!same_dimension(a, b)) return fmt::format("{} and {}", named_unit_text(a), named_unit_text(b));
  return fmt::format("{} and {}: 1 {} is {:.12g} {}", unit_text(a), unit_text(b), unit_text(b), rescale(1, b, a),
                     unit_text(a));
}

}  // namespace

std::string named_unit_text(const Unit& u) {
  const std::string own = unit_text(u), base = dimension_text(u);
  if (own == "1") return "1 (a pure number)";
  return own == base ? own : fmt::format("{} ({})", own, base);
}

Dimensions::Dimensions(const Graph& graph, SymbolUnits declared) : graph_(graph), units_(std::move(declared)) {}

Measure Dimensions::fault(Node n, std::string problem, std::string allowed, const Place& place,
                          Diagnostics& diagnostics) {
  diagnostics.add(
      {place.where, place.key, place.what + " " + std::move(problem), quoted(graph_, n), std::move(allowed), ""});
  return {};
}

/// Of two operands that must be in one unit.
Measure Dimensions::sum(Node n, Node left, Node right, const char* verb, const Place& place, Diagnostics& diagnostics) {
  const Measure& a = known_.at(left.id);
  const Measure& b = known_.at(right.id);
  if (a.kind == Kind::any) return b;
  if (b.kind == Kind::any || (a.kind == Kind::number && b.kind == Kind::number) || same_unit(a.unit, b.unit)) {
    return a.kind == Kind::number ? b : a;
  }
  return fault(n, fmt::format("{} {}", verb, both(a.unit, b.unit)), "one unit on both sides", place, diagnostics);
}

/// Of a function that takes and gives pure numbers.
Measure Dimensions::argument(Node n, const Place& place, Diagnostics& diagnostics) {
  const NodeData d = graph_[n];
  const Measure& a = known_.at(d.a.id);
  if (a.kind != Kind::unit || same_unit(a.unit, Unit{})) return measure(Kind::number);
  const std::string scaled =
      a.unit.dimensionless() ? fmt::format(", which is {:.12g}", rescale(1, a.unit, Unit{})) : std::string();
  return fault(n, fmt::format("takes {} of {}{}", op_name(d.op), named_unit_text(a.unit), scaled),
               "a pure number, such as the quotient of two values in one unit", place, diagnostics);
}

Measure Dimensions::raised(Node n, const Place& place, Diagnostics& diagnostics) {
  const NodeData d = graph_[n];
  const bool root = d.op == Op::sqrt;
  const Measure& base = known_.at(d.a.id);
  const Measure exponent = root ? Measure{} : known_.at(d.b.id);
  if (exponent.kind == Kind::unit && !same_unit(exponent.unit, Unit{})) {
    return fault(n, fmt::format("has an exponent in {}", named_unit_text(exponent.unit)), "a pure number", place,
                 diagnostics);
  }
  if (base.kind != Kind::unit || same_unit(base.unit, Unit{})) return base;
  if (!root && !graph_.is_constant(d.b)) return {};  // c^n / (c^n + k^n) is sound whatever n is
  constexpr double kLargest = 24;
  const double half = root ? 1 : 2 * graph_[d.b].value;
  if (std::abs(half) > kLargest) return {};
  const auto u = half == std::round(half) ? power(base.unit, static_cast<int>(half)) : std::nullopt;
  if (u) return measure(*u);
  return fault(n,
               fmt::format("takes {} of {}", root ? "the root" : fmt::format("the power {}", 0.5 * half),
                           named_unit_text(base.unit)),
               "powers that leave whole or half powers of base units", place, diagnostics);
}

Measure Dimensions::node(Node n, const Place& place, Diagnostics& diagnostics) {
  const NodeData d = graph_[n];
  switch (d.op) {
    case Op::constant:
      return {};
    case Op::symbol: {
      const auto declared = units_.find(graph_.name(n));
      return declared == units_.end() ? Measure{} : measure(declared->second);
    }
    case Op::neg:
    case Op::abs:
    case Op::relu:
    case Op::floor:
      return known_.at(d.a.id);
    case Op::add:
      return sum(n, d.a, d.b, "adds", place, diagnostics);
    case Op::sub:
      return sum(n, d.a, d.b, "subtracts", place, diagnostics);
    case Op::min:
    case Op::max:
      return sum(n, d.a, d.b, "compares", place, diagnostics);
    case Op::less:
    case Op::less_equal:
    case Op::equal:
    case Op::not_equal:
      sum(n, d.a, d.b, "compares", place, diagnostics);
      return measure(Kind::number);
    case Op::where:
      return sum(n, d.b, d.c, "chooses between", place, diagnostics);
    case Op::mul:
    case Op::div: {
      const Measure &a = known_.at(d.a.id), &b = known_.at(d.b.id);
      if (a.kind == Kind::any || b.kind == Kind::any) return {};
      if (a.kind == Kind::number && b.kind == Kind::number) return a;
      return measure(d.op == Op::mul ? times(a.unit, b.unit) : over(a.unit, b.unit));
    }
    case Op::pow:
    case Op::sqrt:
      return raised(n, place, diagnostics);
    case Op::logical_and:
    case Op::logical_or:
    case Op::logical_not:
    case Op::sign:
    case Op::heaviside:
      return measure(Kind::number);
    default:
      return arity(d.op) == 1 ? argument(n, place, diagnostics) : Measure{};
  }
}

Measure Dimensions::of(Node f, const Place& place, Diagnostics& diagnostics) {
  // Operands are made before what is made of them, so that ascending ids visit them first, however deep it goes.
  std::vector<std::uint32_t> open = {f.id}, fresh;
  std::unordered_map<std::uint32_t, bool> seen;
  while (!open.empty()) {
    const Node n{open.back()};
    open.pop_back();
    if (known_.count(n.id) != 0 || std::exchange(seen[n.id], true)) continue;
    fresh.push_back(n.id);
    const NodeData& d = graph_[n];
    const int operands = arity(d.op);
    if (operands > 0) open.push_back(d.a.id);
    if (operands > 1) open.push_back(d.b.id);
    if (operands > 2) open.push_back(d.c.id);
  }
  std::sort(fresh.begin(), fresh.end());
  for (const std::uint32_t id : fresh) known_[id] = node({id}, place, diagnostics);
  return known_.at(f.id);
}

bool Dimensions::fits(Node f, const Unit& wanted, const std::string& allowed, const Place& place,
                      Diagnostics& diagnostics) {
  const Measure m = of(f, place, diagnostics);
  if (m.kind != Kind::unit || same_unit(m.unit, wanted)) return true;
  const std::string problem =
      same_dimension(m.unit, wanted)
          ? fmt::format("is in {} where {} is wanted: 1 {} is {:.12g} {}", unit_text(m.unit), unit_text(wanted),
                        unit_text(m.unit), rescale(1, m.unit, wanted), unit_text(wanted))
          : fmt::format("is in {} where {} is wanted", named_unit_text(m.unit), named_unit_text(wanted));
  fault(f, problem, allowed, place, diagnostics);
  return false;
}

}  // namespace neurode::equations
