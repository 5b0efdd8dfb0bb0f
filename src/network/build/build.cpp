#include "network/build/build.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "network/build/check_units.hpp"
#include "network/expressions/noise_terms.hpp"
#include "network/expressions/spikes.hpp"
#include "neurode/core/unit.hpp"
#include "neurode/core/units.hpp"
#include "neurode/network/assemble.hpp"
#include "neurode/network/instantiate.hpp"
#include "neurode/scenario/read.hpp"

namespace neurode::network {

bool Population::has_input(const std::string& input) const {
  return std::find(model->inputs.begin(), model->inputs.end(), input) != model->inputs.end();
}

std::string Population::first_input() const { return model->inputs.empty() ? "" : model->inputs.front(); }

int Network::find(const std::string& population) const {
  for (std::size_t p = 0; p < populations.size(); ++p) {
    if (populations[p].name == population) return static_cast<int>(p);
  }
  return -1;
}

std::vector<double> Network::breakpoints(double t0, double t1) const {
  std::vector<double> all;
  for (const auto& s : stimuli) {
    if (s.table) {
      for (const double t : s.table->times) {
        if (t > t0 && t < t1) all.push_back(t);
      }
    } else if (s.entry->breakpoints) {
      const auto own = s.entry->breakpoints(s.parameters, t0, t1);
      all.insert(all.end(), own.begin(), own.end());
    }
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::optional<Matrix> initialise(const scenario::Choice& choice, Index rows, Index cols, bool weights,
                                 const std::string& stream, const scenario::Scenario& scenario,
                                 Diagnostics& diagnostics, const std::string& unit) {
  return initialise(choice, {rows, cols, weights, stream, unit}, scenario, diagnostics);
}

std::optional<Matrix> initialise(const scenario::Choice& choice, const Drawn& drawn, const scenario::Scenario& scenario,
                                 Diagnostics& diagnostics) {
  const auto* entry = find_entry(initialisers(), choice.name);
  if (!entry) {
    diagnostics.add(unknown_name("initialiser", choice.source, choice.name, entry_names(initialisers())));
    return {};
  }
  if (entry->needs_fan && !drawn.weights) {
    diagnostics.add({choice.source.where, choice.source.key,
                     "\"" + entry->name + "\" scales with the number of inputs, which only weights have", "",
                     "\"constant\", \"uniform\", \"normal\" or a list", ""});
    return {};
  }
  const std::size_t before = diagnostics.size();
  ParameterTable specs = entry->parameters;
  for (auto& spec : specs) {
    const bool scale = spec.name == "gain" || spec.name == "radius";  // of what is drawn: no unit
    if (spec.kind == Kind::number && spec.unit.empty() && !scale) spec.unit = drawn.unit;
  }
  const Parameters parameters =
      read_parameters(specs, choice.settings, "initialiser \"" + entry->name + "\"", diagnostics);
  if (diagnostics.size() > before) return {};
  Matrix out(drawn.rows, drawn.cols);
  entry->fill({drawn.rows, drawn.cols, parameters, choice.source, scenario.seed, drawn.stream, scenario.folder,
               drawn.unit, drawn.fan_in, drawn.fan_out, drawn.places},
              out, diagnostics);
  if (diagnostics.size() > before) return {};
  return out;
}

std::optional<Vector> per_neuron(const Value& value, Index n, const std::string& stream,
                                 const scenario::Scenario& scenario, const ParameterSpec* range,
                                 Diagnostics& diagnostics) {
  if (value.is_number()) return Vector::Constant(1, value.number());
  if (value.is_list()) {
    if (static_cast<Index>(value.list().size()) != n) {
      diagnostics.add({value.where, value.key, "the list has another length than the population", value.kind_name(),
                       fmt::format("a list of {}, or one number for all", n), ""});
      return {};
    }
    Vector out(n);
    for (Index i = 0; i < n; ++i) {
      const Value& x = value.list()[static_cast<std::size_t>(i)];
      if (!x.is_number()) {
        diagnostics.add({x.where, value.key, "must be a number", x.kind_name(), "a list of numbers", ""});
        return {};
      }
      out[i] = x.number();
    }
    return out;
  }
  if (!value.is_table()) {
    diagnostics.add({value.where, value.key, "must be numbers", value.kind_name(),
                     fmt::format("a number, a list of {}, or a distribution {{ init = \"normal\", ... }}", n), ""});
    return {};
  }
  scenario::Choice choice;
  choice.source = value;
  choice.settings = value;
  choice.settings.data = Value::Table{};
  for (const auto& [k, v] : value.table()) {
    if (k == "init" && v.is_string()) {
      choice.name = v.string();
    } else {
      choice.settings.table().emplace_back(k, v);
    }
  }
  if (choice.name.empty()) {
    diagnostics.add({value.where, value.key, "a distribution needs its name", "no key \"init\"",
                     "{ init = \"normal\", mean = 0, std = 1 } and the like", ""});
    return {};
  }
  const auto drawn = initialise(choice, n, 1, false, stream, scenario, diagnostics, range ? range->unit : "");
  if (!drawn) return {};
  for (Index i = 0; range && i < n; ++i) {
    const double x = (*drawn)(i, 0);
    const bool low = range->min && (range->min_open ? x <= *range->min : x < *range->min);
    const bool high = range->max && (range->max_open ? x >= *range->max : x > *range->max);
    if (low || high) {
      diagnostics.add({value.where, value.key,
                       fmt::format("the distribution drew a value out of range for neuron {}", i), number_text(x),
                       range->allowed(), ""});
      return {};
    }
  }
  return Vector(drawn->col(0));
}

/// A model without a unit of time takes the scenario's: its parameters must not count in another one.
static void check_times(const Population& p, const std::string& time_unit, Diagnostics& diagnostics) {
  if (time_unit.empty()) return;
  for (const auto& spec : p.model->parameters) {
    const auto unit = parse_unit(spec.unit);
    if (!unit) continue;
    for (const auto& [name, half] : unit->factors) {
      auto factor = conversion_factor(name, time_unit);
      if (!factor) factor = conversion_factor(name, "1/" + time_unit);
      if (!factor || *factor == 1) continue;
      diagnostics.add(
          {p.section.model_value.where, p.section.model_value.key,
           fmt::format("\"{}\" of model \"{}\" is in {}, but the model does not say what its unit of time is, "
                       "and the scenario counts in {}",
                       spec.name, p.model->name, spec.unit, time_unit),
           "", fmt::format("time_unit = \"{}\" in the model, or its times in {}", half > 0 ? name : "s", time_unit),
           ""});
      return;
    }
  }
}

void agree_on_time(const scenario::Scenario& scenario, Network& network, Diagnostics& diagnostics) {
  network.time_unit = scenario.time.unit;
  for (const auto& p : network.populations) {
    if (network.time_unit.empty()) network.time_unit = p.model->time_unit;
  }
  std::vector<LocalRule*> rules;
  for (auto& p : network.populations) {
    for (auto& b : p.biases) rules.push_back(&b.rule);
  }
  for (auto& pr : network.projections) rules.push_back(&pr.rule);
  for (const LocalRule* rule : rules) {
    if (network.time_unit.empty() && *rule) network.time_unit = rule->section->time_unit;
  }
  for (LocalRule* rule : rules) agree_on_time(*rule, network.time_unit, diagnostics);
  for (auto& p : network.populations) {
    if (p.time_agreed) continue;
    p.time_agreed = true;
    const std::string& own = p.model->time_unit;
    if (own.empty()) check_times(p, network.time_unit, diagnostics);
    if (own.empty() || own == network.time_unit) continue;
    const auto factor = conversion_factor(network.time_unit, own);
    if (!factor) {
      diagnostics.add(
          {p.section.model_value.where, p.section.model_value.key,
           fmt::format("model \"{}\" counts time in {}, the scenario in {}", p.model->name, own, network.time_unit), "",
           "a unit of time in [time] unit", ""});
      continue;
    }
    p.time_factor = *factor;
    p.refractory /= *factor;
  }
}

/// The populations of one loop among the algebraic ones, in order; empty where there is none.
static std::vector<std::size_t> algebraic_loop(const Network& network, const std::vector<char>& algebraic) {
  const auto free = evaluation_order(network, algebraic);
  std::vector<char> stuck(network.populations.size(), 1);
  for (const std::size_t p : free) stuck[p] = 0;
  // Every stuck population waits for another stuck one: walk back along such projections until one comes again.
  std::vector<std::size_t> walk;
  for (std::size_t p = 0; p < stuck.size() && walk.empty(); ++p) {
    if (stuck[p]) walk.push_back(p);
  }
  while (!walk.empty()) {
    for (const auto& pr : network.projections) {
      if (pr.post != walk.back() || !stuck[pr.pre]) continue;
      const auto seen = std::find(walk.begin(), walk.end(), pr.pre);
      if (seen != walk.end()) {
        std::vector<std::size_t> loop(seen, walk.end());
        std::reverse(loop.begin(), loop.end());
        std::rotate(loop.begin(), std::min_element(loop.begin(), loop.end()), loop.end());
        return loop;
      }
      walk.push_back(pr.pre);
      break;
    }
  }
  return {};
}

/// Equations nobody uses are read all the same: their faults belong to those of the file.
static void check_unused(const Network& network, Diagnostics& diagnostics) {
  for (const auto& m : network.own_models) {
    const bool used = std::any_of(network.populations.begin(), network.populations.end(),
                                  [&m](const Population& p) { return p.model == &m; });
    const auto& told = diagnostics.items();
    const bool faulty = std::any_of(told.begin(), told.end(),
                                    [&m](const Diagnostic& d) { return d.key.starts_with("model." + m.name + "."); });
    // A name whose declaration is wrong would be told as unknown; a model without any equation is reported elsewhere.
    if (used || faulty || (m.equations.text.empty() && m.output.text.empty())) continue;
    equations::Graph graph;
    const Instance i = instantiate(graph, m, {"I", false, {}, ""}, diagnostics);
    instantiate_spikes(graph, m, i, diagnostics);
  }
}

std::unique_ptr<Network> build_network(const scenario::Scenario& scenario, Diagnostics& diagnostics) {
  auto network = std::make_unique<Network>();
  network->own_models = scenario::extended(scenario.models, models(), diagnostics);
  network->own_rules = scenario.plasticity;
  if (scenario.data) network->data = load_data(*scenario.data, scenario.folder, scenario.seed, diagnostics);
  for (const auto& m : network->own_models) check_units(m, diagnostics);
  for (const auto& r : network->own_rules) {
    check_units(r, diagnostics);
    equations::Graph graph;
    instantiate(graph, r, diagnostics);
  }
  for (const auto& p : scenario.populations) build_population(p, scenario, *network, diagnostics);
  agree_on_time(scenario, *network, diagnostics);
  for (const auto& p : scenario.projections) build_projection(p, scenario, *network, diagnostics);
  agree_on_time(scenario, *network, diagnostics);
  check_unused(*network, diagnostics);
  if (scenario.data && network->data) read_presentation(*scenario.data, scenario, *network, diagnostics);
  for (const auto& s : scenario.stimuli) build_stimulus(s, scenario, *network, diagnostics);

  std::vector<const Population*> clamped;
  for (const auto& p : network->populations) {
    if (p.clamped) clamped.push_back(&p);
  }
  bool known = true;  // what an unknown model would have been, nobody can say
  for (const auto& p : network->populations) known = known && !p.model->name.empty();
  if (network->data && scenario.data && known) {
    const Index width = network->data->train.input_rows();
    if (clamped.size() != 1) {
      diagnostics.add({scenario.data->where, "data", "exactly one population must hold the data's inputs",
                       fmt::format("{} populations with model \"clamped\"", clamped.size()),
                       "one population with model = \"clamped\"", ""});
    } else if (width > 0 && clamped[0]->size != width) {
      diagnostics.add({clamped[0]->section.size_where, "population." + clamped[0]->name + ".size",
                       fmt::format("the data have {} inputs a sample", width),
                       fmt::format("a population of {}", clamped[0]->size), fmt::format("size = {}", width), ""});
    }
  }
  check_noise(*network, diagnostics);
  if (!diagnostics.empty()) return network;

  // Populations that answer at once must not drive themselves in a circle.
  std::vector<char> algebraic;
  for (const auto& p : network->populations) {
    equations::Graph graph;
    const Instance i = instantiate(graph, *p.model, {p.activation, p.softmax, p.activation_where, ""}, diagnostics);
    bool depends = false;
    for (const auto& input : p.model->inputs) depends = depends || depends_on(graph, i.output, graph.symbol(input));
    algebraic.push_back(depends);
  }
  const auto loop = algebraic_loop(*network, algebraic);
  if (!loop.empty()) {
    std::string path;
    for (const std::size_t p : loop) path += '"' + network->populations[p].name + "\" -> ";
    path += '"' + network->populations[loop[0]].name + '"';
    diagnostics.add({network->populations[loop[0]].section.where, "population." + network->populations[loop[0]].name,
                     "populations without own dynamics drive each other in a circle", path,
                     "at least one population with a differential equation in every loop", ""});
  }
  return network;
}

}  // namespace neurode::network
