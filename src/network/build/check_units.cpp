#include "network/build/check_units.hpp"

#include <algorithm>
#include <optional>

#include "network/expressions/local_equations.hpp"
#include "neurode/core/unit.hpp"
#include "neurode/equations/dimensions.hpp"

namespace neurode::network {

namespace {

using equations::Measure;
using equations::SymbolUnits;

/// Declared units of the names in a model's equations. An empty unit of a parameter is none: it fits.
SymbolUnits declared_units(const ParameterTable& parameters,
                           const std::vector<std::pair<std::string, std::string>>& units) {
  SymbolUnits out;
  const auto add = [&out](const std::string& name, const std::string& text) {
    if (text.empty()) return;
    if (auto u = parse_unit(text)) out.emplace(name, std::move(*u));
  };
  for (const auto& spec : parameters) add(spec.name, spec.unit);
  for (const auto& [name, unit] : units) add(name, unit);
  return out;
}

/// Time, and white noise, whose integral over a time t has the variance t.
void add_time(const equations::Graph& graph, const equations::EquationSet& set, const std::string& time_unit,
              SymbolUnits& units) {
  const auto time = parse_unit(time_unit);
  if (time_unit.empty() || !time) return;
  units.emplace("t", *time);
  const auto noise = power(*time, -1);
  for (const auto& use : set.uses) {
    const std::string& name = graph.name(use.symbol);
    if (noise && (name == "xi" || name.starts_with("xi_"))) units.emplace(name, *noise);
  }
}

/// A model as parsed for this alone: what f(...) gives fits any unit.
struct Analysis {
  equations::Graph graph;
  equations::ParseOptions options;
  equations::EquationSet set;
  std::vector<equations::DelayCall> delays;
  std::optional<equations::Dimensions> dimensions;

  /// False where the equations cannot be read, which is reported elsewhere.
  bool read(const scenario::ModelSection& model) {
    const auto argument = graph.symbol("%argument");
    options.delays = &delays;
    options.functions.push_back({"f", argument, graph.mul(graph.symbol("%activation"), argument)});
    Diagnostics faults;
    set = equations::parse_equations(graph, model.equations, options, faults);
    if (!faults.empty()) return false;
    SymbolUnits units = declared_units(model.parameters, model.units);
    add_time(graph, set, model.time_unit, units);
    dimensions.emplace(graph, std::move(units));
    for (const auto& call : delays) dimensions->same_as(call.symbol, call.argument);
    return true;
  }

  std::optional<equations::Node> expression(const equations::SourceText& source) {
    if (source.text.empty()) return std::nullopt;
    Diagnostics faults;
    const auto parsed = equations::parse_expression(graph, source, options, faults);
    return parsed ? std::optional(parsed->value) : std::nullopt;
  }
};

bool declares_units(const ParameterTable& parameters) {
  return std::any_of(parameters.begin(), parameters.end(), [](const auto& spec) { return !spec.unit.empty(); });
}

/// A unit for a name that is nowhere would silently do nothing.
void check_names(const scenario::ModelSection& model, const equations::EquationSet& set, Diagnostics& diagnostics) {
  std::vector<std::string> names = model.inputs;
  for (const auto& s : set.statements) names.push_back(s.name);
  for (const auto& [name, unit] : model.units) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    const bool parameter = std::any_of(model.parameters.begin(), model.parameters.end(),
                                       [&name = name](const auto& spec) { return spec.name == name; });
    diagnostics.add({model.where, "model." + model.name + ".units." + name,
                     parameter ? "is a parameter, whose unit stands with it" : "is no state or definition of the model",
                     "", parameter ? "{ default = ..., unit = \"" + unit + "\" } in parameters" : quoted_list(names),
                     parameter ? "" : nearest_name(name, names)});
  }
}

/// A time among the parameters means nothing while the rule's own unit of time may be any.
void check_rule_time(const scenario::PlasticitySection& rule, Diagnostics& diagnostics) {
  const Unit second = *parse_unit("s"), hertz = *parse_unit("Hz");
  for (const auto& spec : rule.parameters) {
    const auto unit = parse_unit(spec.unit);
    if (!unit) continue;
    for (const auto& [name, half] : unit->factors) {
      const auto factor = parse_unit(name);
      if (!factor || (!same_dimension(*factor, second) && !same_dimension(*factor, hertz))) continue;
      diagnostics.add(
          {rule.where, "plasticity." + rule.name,
           "\"" + spec.name + "\" is in " + spec.unit + ", but the rule does not say what its unit of time is", "",
           same_dimension(*factor, second) ? "time_unit = \"" + name + "\"" : "time_unit = \"s\"", ""});
      return;
    }
  }
}

}  // namespace

void check_units(const scenario::ModelSection& model, Diagnostics& diagnostics) {
  if (model.units.empty() && !declares_units(model.parameters)) return;
  Analysis a;
  if (!a.read(model)) return;
  check_names(model, a.set, diagnostics);
  equations::check_dimensions(*a.dimensions, a.set, model.equations, model.time_unit, diagnostics);
  if (const auto time = parse_unit(model.time_unit); time && !model.time_unit.empty()) {
    for (const auto& call : a.delays) {
      a.dimensions->fits(call.delay, *time, "the model's unit of time",
                         {call.delay_where, model.equations.key, "the delay"}, diagnostics);
    }
  }
  if (const auto output = a.expression(model.output)) {
    a.dimensions->of(*output, {model.output.origin, model.output.key, "the output"}, diagnostics);
  }
  for (const auto& [state, source] : model.steady_state) {
    const auto value = a.expression(source);
    const auto unit = a.dimensions->units().find(state);
    if (!value || unit == a.dimensions->units().end()) continue;
    a.dimensions->fits(*value, unit->second, "the unit of " + state,
                       {source.origin, source.key, "the steady state of " + state}, diagnostics);
  }
  if (const auto threshold = a.expression(model.threshold)) {
    a.dimensions->of(*threshold, {model.threshold.origin, model.threshold.key, "the threshold"}, diagnostics);
  }
}

void check_units(const scenario::PlasticitySection& rule, Diagnostics& diagnostics) {
  if (!declares_units(rule.parameters)) return;
  equations::Graph graph;
  Diagnostics faults;
  const auto set = equations::parse_equations(graph, rule.equations, local_rule_options(graph), faults);
  if (!faults.empty()) return;
  if (rule.time_unit.empty()) check_rule_time(rule, diagnostics);
  SymbolUnits units = declared_units(rule.parameters, {});
  add_time(graph, set, rule.time_unit, units);
  equations::Dimensions dimensions(graph, std::move(units));
  equations::check_dimensions(dimensions, set, rule.equations, rule.time_unit, diagnostics);
}

std::string output_unit(const scenario::ModelSection& model) {
  for (const auto& [name, unit] : model.units) {
    if (name == model.output.text) return unit;  // as it was written
  }
  Analysis a;
  if (!a.read(model)) return "";
  const auto output = a.expression(model.output);
  if (!output) return "";
  Diagnostics faults;
  a.dimensions->define(a.set, model.equations, faults);
  const Measure m = a.dimensions->of(*output, {}, faults);
  return m.kind == Measure::Kind::any ? "" : unit_text(m.unit);
}

std::string quotient_unit(const std::string& above, const std::string& below) {
  if (above.empty() || below.empty()) return "";
  const auto a = parse_unit(above), b = parse_unit(below);
  if (!a || !b) return "";
  return b->dimensionless() && same_unit(*b, Unit{}) ? above : unit_text(over(*a, *b));
}

}  // namespace neurode::network
