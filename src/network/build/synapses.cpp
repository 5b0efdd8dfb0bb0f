// Synapses with states of their own, and what spikes do.
#include <fmt/format.h>

#include <algorithm>

#include "network/build/build.hpp"
#include "network/connectivity/wiring.hpp"
#include "network/expressions/spikes.hpp"
#include "neurode/core/registry.hpp"

namespace neurode::network {

namespace {

std::vector<std::string> synapse_models(const Network& network) {
  std::vector<std::string> names;
  for (const auto* list : {&models(), &network.own_models}) {
    for (const auto& m : *list) {
      if (!m.site.empty()) names.push_back(m.name);
    }
  }
  return names;
}

/// What goes into the target, and what the synapses hand on, must come from their states.
void check_synapse(const scenario::ProjectionSection& section, const Population& synapses, Diagnostics& diagnostics) {
  const scenario::ModelSection& model = *synapses.model;
  equations::Graph graph;
  Diagnostics told;
  const Instance i = instantiate(graph, model, {synapses.activation, false, {}, ""}, told);
  if (!told.empty()) return;
  const std::size_t before = diagnostics.size();
  const auto current = instantiate_current(graph, model, i, diagnostics);
  if (diagnostics.size() > before) return;
  const equations::Node out = model.site == "post" && current ? *current : i.output;
  std::vector<std::string> at_once = model.inputs;
  if (model.site == "pre") at_once.emplace_back("pre");
  for (const auto& name : at_once) {
    if (!depends_on(graph, out, graph.symbol(name))) continue;
    const auto& source = model.current.text.empty() ? model.output : model.current;
    diagnostics.add({source.origin.line > 0 ? source.origin : section.where, source.key,
                     fmt::format("what synapses hand on must not depend on \"{}\" at once", name), source.text,
                     "an expression of the states" + std::string(model.site == "post" ? " and post" : ""), ""});
  }
}

}  // namespace

std::optional<equations::Node> instantiate_current(equations::Graph& graph, const scenario::ModelSection& model,
                                                   const Instance& instance, Diagnostics& diagnostics) {
  if (model.current.text.empty()) return instance.output;
  const auto parsed = equations::parse_expression(graph, model.current, {}, diagnostics);
  if (!parsed) return std::nullopt;
  std::vector<std::string> known;
  for (const auto& p : model.parameters) known.push_back(p.name);
  for (const auto& r : instance.rates) known.push_back(r.first);
  equations::Substitution definitions;
  for (const auto& [name, value] : instance.definitions) {
    known.push_back(name);
    definitions[graph.symbol(name).id] = value;
  }
  known.insert(known.end(), {"post", "t"});
  check_uses(graph, parsed->uses, known, model.current.key, diagnostics);
  return equations::substitute(graph, parsed->value, definitions);
}

bool build_synapses(const scenario::ProjectionSection& section, const scenario::Scenario& scenario, Network& network,
                    Projection& projection, Diagnostics& diagnostics) {
  const scenario::Choice& choice = *section.synapse;
  const auto* model = find_model(network, choice.name, choice.source, diagnostics);
  if (!model) return false;
  if (model->site.empty()) {
    diagnostics.add({choice.source.where, choice.source.key,
                     fmt::format("model \"{}\" is no model of synapses: it has no site", model->name), "",
                     quoted_list(synapse_models(network)), ""});
    return false;
  }
  const bool post = model->site == "post";
  const std::size_t neurons = post ? projection.post : projection.pre;
  scenario::PopulationSection synapses;
  synapses.name = section.name;
  synapses.where = section.where;
  synapses.size = network.populations[neurons].size;
  synapses.size_where = section.where;
  synapses.model = model->name;
  synapses.model_value = choice.source;
  synapses.settings = choice.settings;
  if (const Value* named = choice.source.find("preset")) synapses.preset = *named;
  const std::size_t before = diagnostics.size();
  build_population(synapses, scenario, network, diagnostics, true);
  Population& made = network.populations.back();
  made.dimension = network.populations[neurons].dimension;
  made.shape = network.populations[neurons].shape;
  made.synapse = Population::Synapse{neurons, ""};
  if (diagnostics.size() == before) check_synapse(section, made, diagnostics);
  if (post) {
    const Population& to = network.populations[projection.post];
    made.synapse->into = section.into.empty() ? to.first_input() : section.into;
    if (!to.model->name.empty() && !to.has_input(made.synapse->into)) {
      diagnostics.add(
          {section.where, "projection.\"" + section.name + "\".into",
           fmt::format("model \"{}\" of population \"{}\" has no input \"{}\"", to.model->name, to.name, section.into),
           "", quoted_list(to.model->inputs), nearest_name(section.into, to.model->inputs)});
    }
  }
  (post ? projection.post : projection.pre) = network.populations.size() - 1;
  return diagnostics.size() == before;
}

void build_effect(const scenario::ProjectionSection& section, const Network& network, Projection& projection,
                  Diagnostics& diagnostics) {
  const Population& from = network.populations[projection.spiking];
  if (from.model->name.empty() || network.populations[projection.post].model->name.empty()) return;  // reported
  const bool spikes = !from.model->threshold.text.empty();
  const Population* synapses = nullptr;
  for (const std::size_t p : {projection.pre, projection.post}) {
    if (network.populations[p].synapse) synapses = &network.populations[p];
  }
  const bool pre_site = synapses && synapses->model->site == "pre";
  projection.effect = section.on_spike;
  projection.acted_on = pre_site ? projection.pre : projection.post;
  if (projection.effect.text.empty() && synapses && spikes) projection.effect = synapses->model->on_spike;
  if (projection.effect.text.empty()) {
    if (synapses && !spikes && synapses->model->inputs.empty() && !synapses->model->on_spike.text.empty()) {
      diagnostics.add({section.where, "projection.\"" + section.name + "\".synapse",
                       fmt::format("synapses of model \"{}\" hear spikes alone, and population \"{}\" has none",
                                   synapses->model->name, from.name),
                       "", "a population whose model has a threshold, or synapses with an input", ""});
    }
    return;
  }
  if (!spikes) {
    diagnostics.add(
        {projection.effect.origin, projection.effect.key,
         fmt::format("population \"{}\" does not spike: model \"{}\" has no threshold", from.name, from.model->name),
         "", "a model with a threshold, or a coupling without spikes", ""});
    return;
  }
  if (!pre_site && projection.wiring &&
      (projection.wiring->kind == Wiring::Kind::convolution || projection.wiring->kind == Wiring::Kind::low_rank)) {
    diagnostics.add({section.where, "projection.\"" + section.name + "\".connect",
                     "spikes cannot act through a convolution or weights of low rank", "",
                     "another connectivity, or synapses at the pre side", ""});
    return;
  }
  // Synapses at the pre side hand on what they hold all the time; all else acts at spikes alone, unless it says more.
  projection.continuous = pre_site || !section.coupling.text.empty();
  const Population& target = network.populations[projection.acted_on];
  std::vector<std::string> states, numbers;
  for (const auto& s : target.initial) states.push_back(s.first);
  if (synapses && section.on_spike.text.empty()) {
    for (const auto& p : synapses->parameters) {
      numbers.push_back(p.name);
      projection.effect_numbers.emplace_back(p.name, p.values[0]);
      if (p.values.size() > 1) numbers.pop_back(), projection.effect_numbers.pop_back();
    }
  } else {
    for (const auto& [name, v] : section.parameters) {
      if (!v.is_number()) continue;
      numbers.push_back(name);
      projection.effect_numbers.emplace_back(name, v.number());
    }
  }
  equations::Graph graph;
  spike_effect(graph, projection.effect, states, numbers, !pre_site, diagnostics);
}

}  // namespace neurode::network
