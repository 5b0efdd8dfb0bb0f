// Populations and projections from their sections.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "network/assembler.hpp"
#include "network/build.hpp"
#include "neurode/network/instantiate.hpp"

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
}

void read_initial(const scenario::PopulationSection& section, const scenario::Scenario& scenario, Population& pop,
                  Diagnostics& diagnostics) {
  std::vector<std::string> states;
  for (auto& [state, values] : pop.initial) {
    states.push_back(state);
    values = Vector::Zero(pop.size);
    const auto take = [&](const Value& v, bool own) {
      ParameterSpec spec = ParameterSpec::make(Kind::per_neuron, state, "");
      for (const auto& [name, unit] : pop.model->units) {
        if (name == state) spec.unit = unit;
      }
      const auto checked = own ? check_value(spec, v, diagnostics) : std::optional(v);  // the model's own is checked
      if (!checked) return;
      const Index n = own ? pop.size : (v.is_list() ? pop.size : 1);
      const auto got =
          per_neuron(*checked, n, "population " + pop.name + " initial " + state, scenario, nullptr, diagnostics);
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
    for (const auto& [name, v] : pop.model->initial) {
      if (name == state) take(v, false);
    }
  }
  for (const auto& [name, v] : section.initial) {
    if (std::find(states.begin(), states.end(), name) == states.end()) {
      diagnostics.add({v.key_where, v.key, fmt::format("model \"{}\" has no state \"{}\"", pop.model->name, name), "",
                       states.empty() ? "nothing (the model has no states)" : quoted_list(states),
                       nearest_name(name, states)});
    }
  }
}

void read_biases(const scenario::PopulationSection& section, const scenario::Scenario& scenario, Population& pop,
                 Diagnostics& diagnostics) {
  for (const auto& [given, weights] : section.bias) {
    Bias bias;
    bias.input = given.empty() ? pop.model->inputs.front() : given;
    if (!pop.has_input(bias.input)) {
      const Value& source = weights.init.source;
      diagnostics.add({source.where, source.key,
                       fmt::format("model \"{}\" has no input \"{}\"", pop.model->name, bias.input), "",
                       quoted_list(pop.model->inputs), nearest_name(bias.input, pop.model->inputs)});
      continue;
    }
    bias.name = pop.name + ".bias" + (bias.input == pop.model->inputs.front() ? "" : "." + bias.input);
    const auto values =
        initialise(weights.init, pop.size, 1, false, bias.name, scenario, diagnostics, unit_of(*pop.model, bias.input));
    if (!values) continue;
    bias.values = *values;
    bias.plastic = weights.plastic;
    if (bias.plastic || bias.values.cwiseAbs().maxCoeff() > 0) pop.biases.push_back(std::move(bias));
  }
}

double memory_bytes() {
  static const double all = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  return all;
}

double state_bytes(const Population& pop, const Network& network) {
  constexpr double kCopies = 4;  // at the least: before and after a step, its rate, what is recorded
  const double samples = network.data ? static_cast<double>(std::max<Index>(network.data->train.count(), 1)) : 1.0;
  const double states = static_cast<double>(std::max<std::size_t>(pop.initial.size(), 1));
  return kCopies * sizeof(double) * static_cast<double>(pop.size) * states * samples;
}

std::string gigabytes(double bytes) { return fmt::format("{:.1f} GB", bytes / 1e9); }

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

bool fits(const scenario::ProjectionSection& section, const Population& from, const Population& to,
          const Network& network, Diagnostics& diagnostics) {
  if (std::max(state_bytes(from, network), state_bytes(to, network)) > memory_bytes()) return false;  // reported
  const double needed = sizeof(double) * static_cast<double>(from.size) * static_cast<double>(to.size);
  if (needed <= memory_bytes()) return true;
  diagnostics.add({section.where, "projection.\"" + section.name + "\".weights",
                   fmt::format("{} x {} weights are more than this machine's memory holds", to.size, from.size),
                   "a need of " + gigabytes(needed), "up to " + gigabytes(memory_bytes()), ""});
  return false;
}

}  // namespace

void build_population(const scenario::PopulationSection& section, const scenario::Scenario& scenario, Network& network,
                      Diagnostics& diagnostics) {
  Population pop;
  pop.name = section.name;
  pop.size = static_cast<Index>(section.size);
  pop.section = section;
  pop.model = find_model(network, section.model);
  if (!pop.model) {
    if (!section.model_value.is_none()) {
      diagnostics.add(unknown_name("model", section.model_value, section.model, model_names(network)));
    }
    // Keep a place, so that projections to it are not reported as well.
    static const scenario::ModelSection nothing;
    pop.model = &nothing;
    network.populations.push_back(std::move(pop));
    return;
  }
  pop.clamped = pop.model->name == "clamped";
  const std::size_t before = diagnostics.size();
  read_activation(section, pop, diagnostics);
  if (diagnostics.size() == before) check_equations(pop, diagnostics);
  const bool states_known = diagnostics.size() == before;
  if (!fits(pop, network, diagnostics)) {
    network.populations.push_back(std::move(pop));
    return;
  }
  const Parameters parameters =
      read_parameters(pop.model->parameters, section.settings, "model \"" + pop.model->name + "\"", diagnostics);
  for (const auto& spec : pop.model->parameters) {
    const Value* v = parameters.find(spec.name);
    if (!v) continue;
    const auto values =
        per_neuron(*v, pop.size, "population " + pop.name + " parameter " + spec.name, scenario, &spec, diagnostics);
    if (values) pop.parameters.push_back({spec.name, *values});
  }
  if (states_known) {
    if (diagnostics.size() == before) evaluate_delays(pop, diagnostics);
    read_initial(section, scenario, pop, diagnostics);
    read_history(section, scenario, pop, diagnostics);
  }
  read_biases(section, scenario, pop, diagnostics);
  network.populations.push_back(std::move(pop));
}

void build_projection(const scenario::ProjectionSection& section, const scenario::Scenario& scenario, Network& network,
                      Diagnostics& diagnostics) {
  const int pre = network.find(section.pre), post = network.find(section.post);
  if (pre < 0 || post < 0) return;  // reported with the scenario
  Projection pr;
  pr.name = section.name;
  pr.pre = static_cast<std::size_t>(pre);
  pr.post = static_cast<std::size_t>(post);
  const Population &from = network.populations[pr.pre], &to = network.populations[pr.post];
  if (!to.model->equations.text.empty() || !to.model->name.empty()) {
    pr.into = section.into.empty() ? to.model->inputs.front() : section.into;
    if (!to.has_input(pr.into)) {
      diagnostics.add(
          {section.where, "projection.\"" + section.name + "\".into",
           fmt::format("model \"{}\" of population \"{}\" has no input \"{}\"", to.model->name, to.name, pr.into), "",
           quoted_list(to.model->inputs), nearest_name(pr.into, to.model->inputs)});
    }
  }
  if (from.softmax) {
    diagnostics.add({section.where, "projection.\"" + section.name + "\"", "softmax is for the output population only",
                     fmt::format("a projection from \"{}\"", from.name),
                     "an activation of one neuron's input alone where other populations read it", ""});
  }
  if (section.weights.init.name.empty() || !fits(section, from, to, network, diagnostics)) return;
  auto values =
      initialise(section.weights.init, to.size, from.size, true, section.name + ".weights", scenario, diagnostics);
  if (values) pr.weights = std::make_shared<const Matrix>(std::move(*values));
  pr.plastic = section.weights.plastic;
  read_delay(section, scenario, network, pr, diagnostics);
  if (section.plasticity) {
    const auto& choice = *section.plasticity;
    const auto* own = find_entry(network.own_rules, choice.name);
    pr.rule = own ? own : find_entry(plasticity_rules(), choice.name);
    if (!pr.rule) {
      auto names = entry_names(plasticity_rules());
      for (const auto& r : network.own_rules) names.push_back(r.name);
      diagnostics.add(unknown_name("plasticity rule", choice.source, choice.name, names));
    } else {
      equations::Graph graph;
      instantiate(graph, *pr.rule, diagnostics);
      pr.rule_parameters = read_parameters(pr.rule->parameters, choice.settings,
                                           "plasticity rule \"" + pr.rule->name + "\"", diagnostics);
    }
    if (pr.plastic) {
      diagnostics.add({section.where, "projection.\"" + section.name + "\"",
                       "the weights follow either the learning rule or a local rule, not both",
                       "weights.plastic = true and plasticity", "one of the two", ""});
    }
  }
  network.projections.push_back(std::move(pr));
}

}  // namespace neurode::network
