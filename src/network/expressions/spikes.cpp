#include "network/expressions/spikes.hpp"

#include <algorithm>

#include "neurode/core/registry.hpp"
#include "neurode/core/units.hpp"

namespace neurode::network {

using equations::Node;

namespace {

template <class Pairs>
std::vector<std::string> names_in(const Pairs& pairs) {
  std::vector<std::string> out;
  for (const auto& p : pairs) out.push_back(p.first);
  return out;
}

std::vector<std::string> parameter_names(const scenario::ModelSection& model) {
  std::vector<std::string> out;
  for (const auto& p : model.parameters) out.push_back(p.name);
  return out;
}

bool contains(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

void needs_threshold(const scenario::ModelSection& model, Diagnostics& diagnostics) {
  const auto fault = [&](const Location& where, const char* key) {
    diagnostics.add({where, "model." + model.name + "." + key, "needs a threshold", "no key \"threshold\"",
                     "threshold = \"v >= v_th\", or no " + std::string(key), ""});
  };
  if (!model.reset.text.empty()) fault(model.reset.origin, "reset");
  if (model.refractory) fault(model.refractory->where, "refractory");
  if (!model.hold.empty()) fault(model.where, "hold");
}

}  // namespace

std::optional<SpikeNodes> instantiate_spikes(equations::Graph& graph, const scenario::ModelSection& model,
                                             const Instance& instance, Diagnostics& diagnostics) {
  if (model.threshold.text.empty()) {
    needs_threshold(model, diagnostics);
    return std::nullopt;
  }
  const std::vector<std::string> states = names_in(instance.rates);
  std::vector<std::string> known = parameter_names(model);
  known.insert(known.end(), states.begin(), states.end());
  for (const auto& d : instance.definitions) known.push_back(d.first);
  known.insert(known.end(), model.inputs.begin(), model.inputs.end());
  known.emplace_back("t");
  equations::Substitution definitions;
  for (const auto& [name, value] : instance.definitions) definitions[graph.symbol(name).id] = value;

  SpikeNodes out;
  const std::size_t before = diagnostics.size();
  const auto condition = equations::parse_expression(graph, model.threshold, {}, diagnostics);
  if (condition) {
    check_uses(graph, condition->uses, known, model.threshold.key, diagnostics);
    const auto margin = equations::margin(graph, condition->value);
    if (!margin && diagnostics.size() == before) {
      diagnostics.add({model.threshold.origin, model.threshold.key, "must be a condition with < or >",
                       model.threshold.text, "such as \"v >= v_th\"; joined by and, or, not", ""});
    }
    if (margin) out.margin = equations::substitute(graph, *margin, definitions);
  }
  const auto reset = equations::parse_assignments(graph, model.reset, diagnostics);
  check_uses(graph, reset.uses, known, model.reset.key, diagnostics);
  for (const auto& a : reset.assignments) {
    if (!contains(states, a.name)) {
      diagnostics.add({a.where, model.reset.key, "\"" + a.name + "\" is no state of the model", "", quoted_list(states),
                       nearest_name(a.name, states)});
      continue;
    }
    out.reset.emplace_back(a.name, equations::substitute(graph, a.value, definitions));
  }
  refractory_time(graph, model, diagnostics);
  out.held = model.hold;
  for (const auto& state : model.hold) {
    if (contains(states, state)) continue;
    diagnostics.add({model.where, "model." + model.name + ".hold", "\"" + state + "\" is no state of the model", "",
                     quoted_list(states), nearest_name(state, states)});
  }
  if (model.refractory && out.held.empty() && !states.empty()) out.held = {states.front()};
  return diagnostics.size() == before ? std::optional(std::move(out)) : std::nullopt;
}

std::optional<Node> refractory_time(equations::Graph& graph, const scenario::ModelSection& model,
                                    Diagnostics& diagnostics) {
  if (!model.refractory) return std::nullopt;
  const Value& v = *model.refractory;
  const auto fault = [&](const std::string& problem) {
    diagnostics.add({v.where, v.key, problem, v.to_toml(40),
                     "a time >= 0: a number, a quantity such as \"2 ms\", or an expression of parameters", ""});
    return std::nullopt;
  };
  if (v.is_number()) {
    if (v.number() < 0) return fault("is below 0");
    return graph.constant(v.number());
  }
  if (!v.is_string()) return fault("is no time");
  if (const auto q = parse_quantity(v.string()); q && !q->unit.empty() && is_known_unit(q->unit)) {
    const std::string own = model.time_unit.empty() ? "s" : model.time_unit;
    const auto converted = convert(q->value, q->unit, own);
    if (!converted) return fault("is in " + q->unit + ", which is no unit of time");
    if (model.time_unit.empty()) return fault("has a unit, but the model has no time_unit");
    if (*converted < 0) return fault("is below 0");
    return graph.constant(*converted);
  }
  const equations::SourceText source{v.string(), v.where, v.key};
  const auto parsed = equations::parse_expression(graph, source, {}, diagnostics);
  if (!parsed) return std::nullopt;
  check_uses(graph, parsed->uses, parameter_names(model), v.key, diagnostics);
  return parsed->value;
}

std::vector<equations::Assignment> spike_effect(equations::Graph& graph, const equations::SourceText& source,
                                                const std::vector<std::string>& states,
                                                const std::vector<std::string>& numbers, bool weight,
                                                Diagnostics& diagnostics) {
  auto set = equations::parse_assignments(graph, source, diagnostics);
  std::vector<std::string> known = states;
  known.insert(known.end(), numbers.begin(), numbers.end());
  if (weight) known.emplace_back("w");
  check_uses(graph, set.uses, known, source.key, diagnostics);
  for (const auto& a : set.assignments) {
    if (contains(states, a.name)) continue;
    diagnostics.add({a.where, source.key, "\"" + a.name + "\" is no state that a spike can change here", "",
                     states.empty() ? "nothing (there are no states)" : quoted_list(states),
                     nearest_name(a.name, states)});
  }
  if (set.assignments.empty() && diagnostics.empty()) {
    diagnostics.add({source.origin, source.key, "says nothing", source.text, "NAME += expression", ""});
  }
  return std::move(set.assignments);
}

}  // namespace neurode::network
