// What [learning] asks for, checked, and handed to the rule.
#include <fmt/format.h>

#include "learning/build.hpp"
#include "learning/flows/flows.hpp"
#include "learning/flows/metric.hpp"

namespace neurode::learning {

/// The population the loss reads: the one named, else the only one that nothing reads and that could be one.
static int find_output(const Setup& setup, Diagnostics& diagnostics) {
  const auto& net = setup.network;
  const auto& where = setup.scenario.learning->where;
  if (const Value* named = setup.scenario.learning->output ? &*setup.scenario.learning->output : nullptr) {
    const int p = net.find(named->string());
    if (p < 0) {
      std::vector<std::string> names;
      for (const auto& q : net.populations) names.push_back(q.name);
      diagnostics.add(unknown_name("population", *named, named->string(), names));
    } else if (net.populations[static_cast<std::size_t>(p)].clamped) {
      diagnostics.add({named->where, named->key, "a clamped population has nothing to learn", named->to_toml(),
                       "a population that the weights drive", ""});
      return -1;
    }
    return p;
  }
  std::vector<char> read(net.populations.size(), 0);
  for (const auto& pr : net.projections) {
    if (pr.pre != pr.post) read[pr.pre] = 1;
  }
  int found = -1, count = 0;
  for (std::size_t p = 0; p < net.populations.size(); ++p) {
    if (read[p] || net.populations[p].clamped) continue;
    found = static_cast<int>(p);
    ++count;
  }
  if (count == 1) return found;
  diagnostics.add({where, "learning.output", "it is not clear which population the loss reads",
                   fmt::format("{} populations that no other one reads", count), "the name of a population", ""});
  return -1;
}

static void check_moving(const scenario::Scenario& scenario, const network::Network& net, Diagnostics& diagnostics) {
  const Value* plastic = nullptr;  // what the user wrote of the first weights or bias that are plastic
  for (const auto& pr : scenario.projections) {
    if (pr.weights.plastic && !plastic) plastic = &pr.weights.init.source;
  }
  for (const auto& p : scenario.populations) {
    for (const auto& [input, bias] : p.bias) {
      if (bias.plastic && !plastic) plastic = &bias.init.source;
    }
  }
  if (scenario.learning && !plastic) {
    diagnostics.add({scenario.learning->where, "learning", "there is nothing to learn",
                     "no weights or bias with plastic = true", "plastic = true on at least one of them", ""});
  }
  if (!scenario.learning && plastic) {
    diagnostics.add({plastic->where, plastic->key, "is plastic, but no rule moves it", "no [learning] section",
                     "[learning]; or, for weights, a local rule: plasticity = \"hebb\"", ""});
  }
  if (scenario.learning && !net.data && !scenario.learning->has_target()) {
    diagnostics.add({scenario.learning->where, "learning", "learning needs [data] with inputs and targets", "",
                     "[data], or target = \"an expression of t\" here", ""});
  }
}

/// The entry a section names, and its keys; null where there is none (reported).
template <class List>
static auto read_family(const List& family, const scenario::Choice& choice, const char* what, Parameters& parameters,
                        Diagnostics& diagnostics) {
  const auto* entry = find_entry(family, choice.name);
  if (!entry) {
    diagnostics.add(unknown_name(what, choice.source, choice.name, entry_names(family)));
  } else {
    parameters =
        read_parameters(entry->parameters, choice.settings, fmt::format("{} \"{}\"", what, entry->name), diagnostics);
  }
  return entry;
}

Problem build_problem(const scenario::Scenario& scenario, const network::Network& net, Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.size();
  check_moving(scenario, net, diagnostics);
  Problem problem;
  if (scenario.learning) {
    for (const auto& pop : net.populations) {
      if (pop.model->threshold.text.empty()) continue;
      diagnostics.add({pop.section.where, "population." + pop.name,
                       fmt::format("model \"{}\" spikes, and a gradient does not pass through a jump", pop.model->name),
                       "[learning]", "a model without a threshold, or a local rule: plasticity = \"hebb\"", ""});
    }
  }
  if (!scenario.learning) {
    if (diagnostics.size() > before) return problem;
    problem = plain_problem(scenario, net, diagnostics);
    if (diagnostics.size() > before) return problem;
    if (problem.initial.size() == 0) {
      diagnostics.add({{scenario.file, 0, 0},
                       "",
                       "nothing here changes with time",
                       "no population with a differential equation and no weights that move",
                       "",
                       ""});
    }
    return problem;
  }
  const auto& section = *scenario.learning;
  Setup setup{scenario, net};
  setup.rule_entry = read_family(rules(), section.rule, "learning rule", setup.rule, diagnostics);
  setup.flow = read_family(flows(), section.flow, "flow", setup.flow_parameters, diagnostics);
  setup.rate = read_family(rates(), section.rate, "rate", setup.rate_parameters, diagnostics);
  if (!section.loss.name.empty()) {
    setup.loss = read_family(losses(), section.loss, "loss", setup.loss_parameters, diagnostics);
  } else if (setup.rule_entry && setup.rule_entry->needs_loss) {
    diagnostics.add({section.where, "learning", "lacks the key \"loss\"", "", quoted_list(entry_names(losses())), ""});
  }
  network::refuse_delays(scenario, net, diagnostics);
  if (setup.rule_entry) setup.output = find_output(setup, diagnostics);
  if (diagnostics.size() > before) return problem;

  const auto& pop = net.populations[static_cast<std::size_t>(setup.output)];
  const Index width = net.data ? net.data->train.target_rows() : 0;
  if (section.has_target()) {
    setup.target_table = check_target(scenario, pop.size, diagnostics);
    if (width > 0) {
      diagnostics.add({section.target_where, "learning.target", "the data have targets already", "",
                       "one of them: target, or [data] with inputs alone", ""});
    }
  } else if (width != pop.size) {
    diagnostics.add(
        {pop.section.size_where, "population." + pop.name + ".size",
         width == 0 ? "learning needs targets in [data]" : fmt::format("the data have {} targets a sample", width),
         fmt::format("a population of {}", pop.size), width == 0 ? "" : fmt::format("size = {}", width), ""});
  }
  if (setup.loss && setup.loss->wants_softmax && !pop.softmax) {
    diagnostics.add({section.loss.source.where, "learning.loss",
                     fmt::format("{} needs a softmax on population \"{}\"", setup.loss->name, pop.name),
                     pop.activation.empty() ? "" : "activation " + pop.activation, "activation = \"softmax\" there",
                     ""});
  }
  if (net.data && net.data->masked && !setup.rule_entry->needs_loss) {
    diagnostics.add(
        {section.rule.source.where, "learning.rule",
         fmt::format("rule \"{}\" takes targets as they are, and there are steps without one", setup.rule_entry->name),
         "a target of nan", "a target at every step, or a rule that goes by the loss", ""});
  }
  if (diagnostics.size() > before) return problem;

  setup.steady = network::can_be_steady(net);
  if (setup.loss && setup.loss->check) setup.loss->check(setup, diagnostics);
  if (setup.rate->check) setup.rate->check(setup, diagnostics);
  if (setup.flow->metric) check_metric(setup, diagnostics);
  if (setup.flow->stochastic) check_noise(setup, diagnostics);
  if (setup.flow->check) setup.flow->check(setup, diagnostics);
  if (setup.rule_entry->check) setup.rule_entry->check(setup, diagnostics);
  if (diagnostics.size() > before) return problem;
  problem = setup.rule_entry->build(setup);
  problem.learns = true;
  problem.mode = setup.rule.has("mode") ? setup.rule.text("mode") : "coupled";
  problem.output_population = setup.output;
  return problem;
}

}  // namespace neurode::learning
