// Delays from scenarios: of equations and of projections.
#include <fmt/format.h>

#include <cmath>

#include "network/build/build.hpp"
#include "network/connectivity/wiring.hpp"
#include "neurode/core/units.hpp"
#include "neurode/network/instantiate.hpp"

namespace neurode::network {

namespace {

/// `element`: "neuron 3", "the connection 1 -> 0"; empty where there is only one delay.
std::string too_short(double delay, const std::string& element) {
  return number_text(delay) + (element.empty() ? "" : " for " + element);
}

std::string longer(double delay) {
  return delay == 0 ? "a time > 0; without a delay leave it out: the present value is read" : "a time > 0";
}

bool is_delay(double x) { return std::isfinite(x) && x > 0; }

/// A table with `init` as a string, or a number or list standing alone, as initialisers want it.
scenario::Choice choice_of(const Value& v) {
  scenario::Choice choice;
  choice.source = v;
  choice.settings = v;
  choice.settings.data = Value::Table{};
  if (!v.is_table()) {
    choice.name = v.is_list() ? "values" : "constant";
    choice.settings.table().emplace_back(v.is_list() ? "values" : "value", v);
    return choice;
  }
  for (const auto& [key, x] : v.table()) {
    if (key != "init") {
      choice.settings.table().emplace_back(key, x);
    } else if (x.is_string() && !parse_quantity(x.string())) {
      choice.name = x.string();
    } else {
      choice.name = x.is_list() ? "values" : "constant";
      choice.settings.table().emplace_back(x.is_list() ? "values" : "value", x);
    }
  }
  return choice;
}

}  // namespace

void evaluate_delays(Population& pop, Diagnostics& diagnostics) {
  equations::Graph graph;
  Diagnostics none;
  const Instance i = instantiate(graph, *pop.model, {pop.activation, pop.softmax, pop.activation_where, ""}, none);
  for (const auto& call : i.delays) {
    std::unordered_map<std::string, double> numbers;
    Index count = 1;
    for (const auto& p : pop.parameters) {
      if (p.values.size() > 1 && depends_on(graph, call.delay, graph.symbol(p.name))) count = pop.size;
    }
    Vector delay(count);
    for (Index n = 0; n < count; ++n) {
      for (const auto& p : pop.parameters) numbers[p.name] = p.values[p.values.size() > 1 ? n : 0];
      delay[n] = evaluate(graph, call.delay, numbers);
      if (is_delay(delay[n])) continue;
      const std::string who =
          fmt::format("population \"{}\"{}", pop.name, count > 1 ? fmt::format(", neuron {}", n) : "");
      diagnostics.add({call.delay_where, pop.model->equations.key, "a delay must be finite and > 0",
                       too_short(delay[n], who), longer(delay[n]), ""});
      break;
    }
    pop.delays.push_back(std::move(delay));
  }
}

void read_delay(const scenario::ProjectionSection& section, const scenario::Scenario& scenario, const Network& network,
                Projection& pr, bool wired, Diagnostics& diagnostics) {
  if (!section.delay) return;
  const Value& given = *section.delay;
  if (pr.plastic) {
    diagnostics.add({given.where, given.key, "learning goes by the Jacobian, which knows nothing of the past",
                     "a delay of weights that are plastic", "no delay; or a local rule, which takes delays", ""});
    return;
  }
  if (!given.is_list() && !given.is_table()) {
    ParameterSpec spec = ParameterSpec::make(Kind::number, "delay", "").in(network.time_unit);
    const auto checked = check_value(spec, given, diagnostics);
    if (!checked) return;
    pr.delay = Vector::Constant(1, checked->number());
    if (!is_delay(pr.delay[0])) {
      diagnostics.add({given.where, given.key, "must be > 0", too_short(pr.delay[0], ""), longer(pr.delay[0]), ""});
    }
    return;
  }
  const scenario::Choice choice = choice_of(given);
  if (choice.name.empty()) {
    diagnostics.add({given.where, given.key, "a distribution of delays needs its name", "no key \"init\"",
                     "{ init = \"uniform\", low = 1, high = 2 } and the like", ""});
    return;
  }
  if (!wired) return;  // how many delays there are cannot be known
  const Index from = network.populations[pr.pre].size, to = network.populations[pr.post].size;
  const Wiring* wiring = pr.wiring.get();
  if (wiring && (wiring->kind == Wiring::Kind::convolution || wiring->kind == Wiring::Kind::low_rank)) {
    diagnostics.add({given.where, given.key, "a convolution and weights of low rank take one delay for all", "",
                     "a time, or another connectivity", ""});
    return;
  }
  // One to one and sparse: one a connection, in the order of the wiring.
  const bool listed = wiring && (wiring->pattern || wiring->kind == Wiring::Kind::one_to_one);
  const Index rows = !listed ? to : wiring->pattern ? wiring->pattern->nonzeros() : to;
  const auto drawn = initialise(choice, rows, listed ? 1 : from, false, section.name + ".delay", scenario, diagnostics,
                                network.time_unit);
  if (!drawn) return;
  for (Index e = 0; e < drawn->size(); ++e) {
    const double delay = drawn->data()[e];
    if (is_delay(delay)) continue;
    const std::string which = listed ? fmt::format("connection {}", e)
                                     : fmt::format("the connection from neuron {} to neuron {}", e / to, e % to);
    diagnostics.add({given.where, given.key, "every delay must be > 0", too_short(delay, which), longer(delay), ""});
    return;
  }
  pr.delay = Eigen::Map<const Vector>(drawn->data(), drawn->size());
  if (pr.delay.size() > 0 && (pr.delay.array() == pr.delay[0]).all()) pr.delay = Vector(pr.delay.head(1));
}

}  // namespace neurode::network
