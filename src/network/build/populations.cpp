// Populations from their sections.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <unordered_map>

#include "network/assemble/assembler.hpp"
#include "network/build/build.hpp"
#include "network/build/check_units.hpp"
#include "network/build/memory.hpp"
#include "network/build/presets.hpp"
#include "network/expressions/spikes.hpp"
#include "neurode/core/units.hpp"
#include "neurode/network/instantiate.hpp"
#include "neurode/scenario/read.hpp"

namespace neurode::network {

namespace {

const scenario::ModelSection* find_model(const Network& network, const std::string& name) {
  if (const auto* own = find_entry(network.own_models, name)) return own;
  return find_entry(models(), name);
}

std::vector<std::string> model_names(const Network& network) {
  auto names = entry_names(models());
  for (const auto& m : network.own_models) names.push_back(m.name);
  std::sort(names.begin(), names.end());
  return names;
}

void read_activation(const scenario::PopulationSection& section, Population& pop, Diagnostics& diagnostics) {
  const auto& model = *pop.model;
  const std::string key = "population." + section.name + ".activation";
  if (!section.activation) {
    if (model.takes_activation) {
      diagnostics.add({section.where, key, fmt::format("model \"{}\" needs an activation function", model.name), "",
                       quoted_list(entry_names(activations())) + ", or an expression of I", ""});
    }
    return;
  }
  const Value& value = *section.activation;
  if (!model.takes_activation) {
    diagnostics.add({value.key_where, key, fmt::format("model \"{}\" has no activation function", model.name), "",
                     "nothing here (its equations do not call f)", ""});
    return;
  }
  pop.activation_where = value.where;
  if (const auto* entry = find_entry(activations(), value.string())) {
    pop.activation = entry->expression;
    pop.softmax = entry->population_wide;
    return;
  }
  const std::string& text = value.string();
  const bool word =
      !text.empty() &&
      text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == std::string::npos;
  if (word && text != "I") {
    diagnostics.add(unknown_name("activation", value, text, entry_names(activations())));
    return;
  }
  pop.activation = text;
  if (value.text_line > 0) {
    pop.activation_where.line = value.text_line;
    pop.activation_where.column = value.text_column;
  }
}

/// The model's equations with this population's activation, checked once here.
void check_equations(Population& pop, Diagnostics& diagnostics) {
  equations::Graph graph;
  const std::string key = "population." + pop.name + ".activation";
  const Instance i =
      instantiate(graph, *pop.model, {pop.activation, pop.softmax, pop.activation_where, key}, diagnostics);
  for (const auto& [state, value] : i.rates) pop.initial.emplace_back(state, Vector());
  instantiate_spikes(graph, *pop.model, i, diagnostics);
  pop.noise = i.noise;
}

void read_initial(const scenario::PopulationSection& section, const scenario::PresetSection* preset,
                  const scenario::Scenario& scenario, Population& pop, Diagnostics& diagnostics) {
  std::vector<std::string> states;
  for (auto& [state, values] : pop.initial) {
    states.push_back(state);
    values = Vector::Zero(pop.size);
    const auto take = [&, &state = state, &values = values](const Value& v, bool own) {
      ParameterSpec spec = ParameterSpec::make(Kind::per_neuron, state, "");
      for (const auto& [name, unit] : pop.model->units) {
        if (name == state) spec.unit = unit;
      }
      const auto checked = own ? check_value(spec, v, diagnostics) : std::optional(v);  // the model's own is checked
      if (!checked) return;
      const Index n = own ? pop.size : (v.is_list() ? pop.size : 1);
      const auto got =
          per_neuron(*checked, n, "population " + pop.name + " initial " + state, scenario, &spec, diagnostics);
      if (got) values = got->size() == 1 ? Vector::Constant(pop.size, (*got)[0]) : *got;
    };
    const Value* chosen = nullptr;
    for (const auto& [name, v] : section.initial) {
      if (name == state) chosen = &v;
    }
    if (chosen) {
      take(*chosen, true);
      continue;
    }
    if (const Value* v = initial_of(state, *pop.model, preset)) take(*v, false);
  }
  for (const auto& [name, v] : section.initial) {
    if (std::find(states.begin(), states.end(), name) == states.end()) {
      diagnostics.add({v.key_where, v.key, fmt::format("model \"{}\" has no state \"{}\"", pop.model->name, name), "",
                       states.empty() ? "nothing (the model has no states)" : quoted_list(states),
                       nearest_name(name, states)});
    }
  }
}

/// The local rule that moves a bias.
void read_bias_rule(const scenario::Choice& choice, const scenario::Scenario& scenario, const Population& pop,
                    Network& network, Bias& bias, Diagnostics& diagnostics) {
  equations::Graph graph;
  const auto equations = read_local_rule(choice, true, network, bias.rule, graph, diagnostics);
  if (!equations) return;
  check_rule_spikes(choice, *equations, nullptr, pop, network, diagnostics);
  read_rule_initial(choice, *equations, pop.size, 0, bias.name, scenario, bias.rule, diagnostics);
  for (const auto& s : equations->states) {
    if (!pop.has_input(s.name)) continue;
    diagnostics.add({choice.source.where, choice.source.key,
                     fmt::format("the model has an input \"{}\", and the rule a state of that name", s.name),
                     "rule " + choice.name, "states of other names", ""});
  }
}

void read_biases(const scenario::PopulationSection& section, const scenario::Scenario& scenario, Population& pop,
                 Network& network, Diagnostics& diagnostics) {
  for (const auto& [given, weights] : section.bias) {
    Bias bias;
    bias.input = given.empty() ? pop.first_input() : given;
    if (!pop.has_input(bias.input)) {
      const Value& source = weights.init.source;
      diagnostics.add({source.where, source.key,
                       fmt::format("model \"{}\" has no input \"{}\"", pop.model->name, bias.input), "",
                       quoted_list(pop.model->inputs), nearest_name(bias.input, pop.model->inputs)});
      continue;
    }
    bias.name = pop.name + ".bias" + (bias.input == pop.first_input() ? "" : "." + bias.input);
    const auto values =
        initialise(weights.init, pop.size, 1, false, bias.name, scenario, diagnostics, unit_of(*pop.model, bias.input));
    if (!values) continue;
    bias.values = *values;
    bias.plastic = weights.plastic;
    if (weights.plasticity) read_bias_rule(*weights.plasticity, scenario, pop, network, bias, diagnostics);
    if (weights.plasticity && weights.plastic) {
      diagnostics.add({weights.init.source.where, weights.init.source.key,
                       "a bias follows either the learning rule or a local rule, not both",
                       "plastic = true and plasticity", "one of the two", ""});
    }
    bias.motion = read_motion(weights, bias.values, bias.moves(), nullptr, pop.name, diagnostics);
    if (bias.moves() || bias.values.cwiseAbs().maxCoeff() > 0) pop.biases.push_back(std::move(bias));
  }
}

/// Refuses what this machine's memory cannot hold, before anything of that size is allocated: the system would grant
/// the memory first and end the program when it is used.
bool fits(const Population& pop, const Network& network, Diagnostics& diagnostics) {
  double needed = state_bytes(pop, network);
  for (const auto& other : network.populations) {
    const double its = state_bytes(other, network);
    needed += its <= memory_bytes() ? its : 0;  // else reported already
  }
  if (needed <= memory_bytes()) return true;
  diagnostics.add({pop.section.size_where, "population." + pop.name + ".size",
                   fmt::format("{} neurons are more than this machine's memory holds", pop.size),
                   "a need of " + gigabytes(needed), "up to " + gigabytes(memory_bytes()), ""});
  return false;
}

/// The refractory time of each neuron in scenario time.
void read_refractory(Population& pop, Diagnostics& diagnostics) {
  equations::Graph graph;
  Diagnostics told;  // faults of the text have been reported with the equations
  const auto time = refractory_time(graph, *pop.model, told);
  if (!time) return;
  pop.refractory.resize(1);
  for (const auto& p : pop.parameters) {
    if (p.values.size() > 1 && depends_on(graph, *time, graph.symbol(p.name))) pop.refractory.resize(pop.size);
  }
  for (Index i = 0; i < pop.refractory.size(); ++i) {
    std::unordered_map<std::string, double> numbers;
    for (const auto& p : pop.parameters) numbers[p.name] = p.values[p.values.size() == 1 ? 0 : i];
    pop.refractory[i] = equations::evaluate(graph, *time, numbers);
    if (pop.refractory[i] >= 0 && std::isfinite(pop.refractory[i])) continue;
    diagnostics.add({pop.section.where, "population." + pop.name, "the refractory time is no time",
                     fmt::format("{} for neuron {}", pop.refractory[i], i), "a number >= 0", ""});
    return;
  }
}

}  // namespace

const scenario::ModelSection* find_model(const Network& network, const std::string& name, const Value& at,
                                         Diagnostics& diagnostics) {
  const auto* found = find_model(network, name);
  if (!found) diagnostics.add(unknown_name("model", at, name, model_names(network)));
  return found;
}

void build_population(const scenario::PopulationSection& section, const scenario::Scenario& scenario, Network& network,
                      Diagnostics& diagnostics, bool synapses) {
  Population pop;
  pop.name = pop.dimension = section.name;
  pop.size = static_cast<Index>(section.size);
  pop.section = section;
  pop.shape.assign(section.shape.begin(), section.shape.end());
  if (pop.shape.empty()) pop.shape = {pop.size};
  pop.model = find_model(network, section.model);
  const bool misplaced = pop.model && !pop.model->site.empty() && !synapses;
  if (!pop.model || pop.model->extends || misplaced) {  // unknown, or not to be made whole, which is reported
    if (!pop.model && !section.model_value.is_none()) {
      diagnostics.add(unknown_name("model", section.model_value, section.model, model_names(network)));
    }
    if (misplaced) {
      diagnostics.add({section.model_value.where, section.model_value.key,
                       fmt::format("\"{}\" is a model of synapses, not of neurons", section.model), "",
                       "synapse = \"" + section.model + "\" of a projection, or a model of neurons", ""});
    }
    // Keep a place, so that projections to it are not reported as well.
    static const scenario::ModelSection nothing;
    pop.model = &nothing;
    network.populations.push_back(std::move(pop));
    return;
  }
  pop.clamped = pop.model->name == "clamped";
  pop.output_unit = output_unit(*pop.model);
  const std::size_t before = diagnostics.size();
  read_activation(section, pop, diagnostics);
  if (diagnostics.size() == before) check_equations(pop, diagnostics);
  const bool states_known = diagnostics.size() == before;
  if (!fits(pop, network, diagnostics)) {
    network.populations.push_back(std::move(pop));
    return;
  }
  const auto* preset = chosen_preset(section, *pop.model, diagnostics);
  const Parameters parameters =
      read_parameters(scenario::with_section_keys(parameters_with(*pop.model, preset), "population.*"),
                      section.settings, "model \"" + pop.model->name + "\"", diagnostics);
  for (const auto& spec : pop.model->parameters) {
    const Value* v = parameters.find(spec.name);
    if (!v) continue;
    const auto values =
        per_neuron(*v, pop.size, "population " + pop.name + " parameter " + spec.name, scenario, &spec, diagnostics);
    if (values) pop.parameters.push_back({spec.name, *values});
  }
  if (states_known) {
    read_refractory(pop, diagnostics);
    if (diagnostics.size() == before) evaluate_delays(pop, diagnostics);
    read_initial(section, preset, scenario, pop, diagnostics);
    read_history(section, scenario, pop, diagnostics);
  }
  read_biases(section, scenario, pop, network, diagnostics);
  network.populations.push_back(std::move(pop));
}

}  // namespace neurode::network
