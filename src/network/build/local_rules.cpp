// Local rules as projections and biases name them.
#include <fmt/format.h>

#include <algorithm>

#include "network/build/build.hpp"
#include "network/expressions/separation.hpp"
#include "neurode/core/units.hpp"

namespace neurode::network {

using Site = LocalEquations::Site;
using Reduction = LocalEquations::Reduction;

namespace {

/// Is it a sum of products over a kernel, of which there is no single pair?
bool separable(equations::Graph& graph, const LocalEquations& rule) {
  std::vector<equations::Node> all = {rule.rate};
  for (const auto& s : rule.states) all.push_back(s.rate);
  for (const auto& r : rule.reductions) all.push_back(r.argument);
  return std::all_of(all.begin(), all.end(), [&](equations::Node e) {
    Separation separation(graph);
    return separation.of(e) && separation.shifts().empty();
  });
}

}  // namespace

std::optional<LocalEquations> read_local_rule(const scenario::Choice& choice, bool of_bias, Network& network,
                                              LocalRule& rule, equations::Graph& graph, Diagnostics& diagnostics) {
  const auto* own = find_entry(network.own_rules, choice.name);
  rule.section = own ? own : find_entry(plasticity_rules(), choice.name);
  if (!rule.section) {
    auto names = entry_names(plasticity_rules());
    for (const auto& r : network.own_rules) names.push_back(r.name);
    diagnostics.add(unknown_name("plasticity rule", choice.source, choice.name, names));
    return {};
  }
  rule.parameters =
      read_parameters(rule->parameters, choice.settings, "plasticity rule \"" + rule->name + "\"", diagnostics);
  rule.source = choice.source;
  if (!of_bias && network.time_unit.empty()) network.time_unit = rule->time_unit;  // delays are read with it
  Diagnostics told_with_the_rule;
  auto equations = instantiate(graph, *rule.section, told_with_the_rule);
  if (!told_with_the_rule.empty()) return {};
  if (equations.of_bias != of_bias) {
    diagnostics.add({choice.source.where, choice.source.key,
                     fmt::format("rule \"{}\" moves {}", rule->name, equations.of_bias ? "biases" : "weights"), "",
                     of_bias ? "a rule with an equation db/dt" : "a rule with an equation dw/dt", ""});
    return {};
  }
  return equations;
}

void agree_on_time(LocalRule& rule, const std::string& time_unit, Diagnostics& diagnostics) {
  if (!rule || rule.time_agreed) return;
  rule.time_agreed = true;
  if (rule->time_unit.empty()) return;
  if (const auto factor = conversion_factor(time_unit, rule->time_unit)) {
    rule.time_factor = *factor;
    return;
  }
  diagnostics.add(
      {rule.source.where, rule.source.key,
       fmt::format("the rule \"{}\" counts time in {}, the scenario in {}", rule->name, rule->time_unit, time_unit), "",
       "a unit of time in [time] unit", ""});
}

void read_rule_initial(const scenario::Choice& choice, const LocalEquations& equations, Index post, Index pre,
                       const std::string& stream, const scenario::Scenario& scenario, LocalRule& rule,
                       Diagnostics& diagnostics) {
  std::vector<std::string> names;
  for (const auto& s : equations.states) {
    names.push_back(s.name);
    rule.initial.emplace_back(s.name, Vector::Constant(1, s.initial));
  }
  const Value* given = choice.source.is_table() ? choice.source.find("initial") : nullptr;
  if (!given || !given->is_table()) return;
  for (const auto& [name, v] : given->table()) {
    const auto at = std::find(names.begin(), names.end(), name);
    if (at == names.end()) {
      diagnostics.add({v.key_where, v.key, fmt::format("rule \"{}\" has no state \"{}\"", rule->name, name), "",
                       names.empty() ? "nothing (the rule has no states)" : quoted_list(names),
                       nearest_name(name, names)});
      continue;
    }
    const auto k = static_cast<std::size_t>(at - names.begin());
    const Site site = equations.states[k].site;
    const ParameterSpec spec = ParameterSpec::make(Kind::per_neuron, name, "");
    const auto checked = check_value(spec, v, diagnostics);
    if (!checked) continue;
    if (site == Site::connection && !checked->is_number()) {
      diagnostics.add({v.where, v.key, "a state of connections starts with the same number everywhere",
                       checked->kind_name(), "a number", ""});
      continue;
    }
    const auto values =
        per_neuron(*checked, site == Site::pre ? pre : post, stream + "." + name, scenario, &spec, diagnostics);
    if (values) rule.initial[k].second = *values;
  }
}

void check_rule_wiring(const scenario::Choice& choice, const LocalEquations& equations, const Wiring& wiring,
                       equations::Graph& graph, Diagnostics& diagnostics) {
  const auto refuse = [&](std::string problem, std::string found, std::string allowed) {
    diagnostics.add({choice.source.where, choice.source.key, fmt::format("rule \"{}\" {}", choice.name, problem),
                     std::move(found), std::move(allowed), ""});
  };
  const bool kernel = wiring.kind == Wiring::Kind::convolution;
  if (kernel && !separable(graph, equations)) {
    refuse("cannot move the kernel of a convolution",
           "a rule that is no sum of products of functions of w, of pre and of post",
           "such a sum, or sparse connections");
  }
  if (kernel && (!equations.on_pre.empty() || !equations.on_post.empty())) {
    refuse("goes by spikes, which cannot move the kernel of a convolution", "on_pre or on_post",
           "another connectivity");
  }
  const bool dense = wiring.kind == Wiring::Kind::dense && wiring.self;
  const bool sums = std::any_of(equations.reductions.begin(), equations.reductions.end(),
                                [](const Reduction& r) { return r.kind == Reduction::Kind::sum_up_to; });
  if (sums && !dense) refuse("has sum_up_to(...), which needs all to all connections", "", "no key \"connect\"");
}

void check_rule_spikes(const scenario::Choice& choice, const LocalEquations& equations, const Population* pre,
                       const Population& post, const Network& network, Diagnostics& diagnostics) {
  const auto spikes = [&](const Population& p, const char* key) {
    if (!p.model->threshold.text.empty() || p.model->name.empty()) return;
    diagnostics.add({choice.source.where, choice.source.key,
                     fmt::format("rule \"{}\" goes by spikes of population \"{}\", whose model \"{}\" has no threshold",
                                 choice.name, p.name, p.model->name),
                     key, "a model with a threshold, or a rule without that key", ""});
  };
  if (!equations.on_pre.empty() && pre) spikes(*pre, "on_pre");
  if (!equations.on_post.empty()) spikes(post, "on_post");
  if (equations.on_pre.empty() && equations.on_post.empty()) return;
  const Index samples = network.data ? network.data->train.count() : 1;
  if (samples > 1) {
    diagnostics.add(
        {choice.source.where, choice.source.key,
         fmt::format("rule \"{}\" goes by spikes, and spikes of different samples do not meet", choice.name),
         fmt::format("{} samples", samples), "one sample, or no [data]", ""});
  }
}

void check_rule_delay(const scenario::Choice& choice, const LocalEquations& equations, const Vector& delay,
                      Diagnostics& diagnostics) {
  if (delay.size() <= 1 || equations.on_pre.empty()) return;
  for (const auto& s : equations.states) {
    if (s.site != Site::pre) continue;
    diagnostics.add({choice.source.where, choice.source.key,
                     fmt::format("rule \"{}\": spikes arrive at connections of one neuron at different times, and its "
                                 "state \"{}\" belongs to the neuron",
                                 choice.name, s.name),
                     "a delay for each connection", "one delay for all, or the state at \"connection\"", ""});
  }
}

}  // namespace neurode::network
