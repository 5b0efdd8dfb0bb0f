// White noise in equations: its names, and what rates may do with it.
#include "network/expressions/noise_terms.hpp"

#include <algorithm>

namespace neurode::network {

using equations::Node;
using equations::Op;

bool is_noise_name(const std::string& name) {
  return name == "xi" || (name.size() > 3 && name.compare(0, 3, "xi_") == 0);
}

bool is_shared_noise(const std::string& name) {
  constexpr std::string_view kShared = "xi_shared";
  return name == kShared || (name.size() > kShared.size() + 1 && name.compare(0, 10, "xi_shared_") == 0);
}

std::vector<std::string> noise_names(const equations::Graph& graph, const std::vector<equations::SymbolUse>& uses,
                                     const std::vector<std::string>& known) {
  std::vector<std::string> names;
  for (const auto& use : uses) {
    const std::string& name = graph.name(use.symbol);
    if (is_noise_name(name) && std::find(known.begin(), known.end(), name) == known.end()) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

bool depends_on_noise(equations::Graph& graph, const Instance& instance, Node f) {
  return std::any_of(instance.noise.begin(), instance.noise.end(),
                     [&](const std::string& name) { return equations::depends_on(graph, f, graph.symbol(name)); });
}

namespace {

/// Is f a + b xi, a and b without noise, by the way it is written?
bool is_linear(equations::Graph& graph, const Instance& instance, Node f) {
  if (!depends_on_noise(graph, instance, f)) return true;
  const auto d = graph[f];
  const auto free = [&](Node n) { return !depends_on_noise(graph, instance, n); };
  const auto linear = [&](Node n) { return is_linear(graph, instance, n); };
  switch (d.op) {
    case Op::symbol:
      return true;
    case Op::neg:
      return linear(d.a);
    case Op::add:
    case Op::sub:
      return linear(d.a) && linear(d.b);
    case Op::mul:
      return (free(d.a) && linear(d.b)) || (free(d.b) && linear(d.a));
    case Op::div:
      return free(d.b) && linear(d.a);
    case Op::where:
      return free(d.a) && linear(d.b) && linear(d.c);
    default:
      return false;
  }
}

}  // namespace

void check_linear(equations::Graph& graph, const Instance& instance, const std::vector<Location>& where,
                  const std::string& key, Diagnostics& diagnostics) {
  for (std::size_t k = 0; k < instance.rates.size(); ++k) {
    const auto& [state, rate] = instance.rates[k];
    if (is_linear(graph, instance, rate)) continue;
    diagnostics.add({where[k], key, "the rate of \"" + state + "\" is not linear in white noise",
                     "d" + state + "/dt = " + equations::to_text(graph, rate),
                     "sums in which each " + quoted_list(instance.noise) +
                         " is multiplied or divided by what has none; not within functions, powers or conditions",
                     ""});
  }
}

Amplitudes amplitudes(equations::Graph& graph, const Network& network, std::size_t population,
                      const Instance& instance) {
  const Population& pop = network.populations[population];
  Amplitudes out;
  out.noise_of_state.assign(instance.rates.size(), -1);
  std::vector<std::string> moving;  // names that change with the state of the network
  for (const auto& [state, rate] : instance.rates) moving.push_back(state);
  for (const auto& pr : network.projections) {
    if (pr.post == population) moving.push_back(pr.into);
  }
  for (std::size_t i = 0; i < instance.noise.size(); ++i) {
    int used = 0;
    for (std::size_t k = 0; k < instance.rates.size(); ++k) {
      const auto& [state, rate] = instance.rates[k];
      const Node g = equations::differentiate(graph, rate, graph.symbol(instance.noise[i]));
      if (graph.is_constant(g, 0)) continue;
      ++used;
      if (out.noise_of_state[k] >= 0) out.diagonal = false;
      out.noise_of_state[k] = static_cast<int>(i);
      for (const Node s : equations::free_symbols(graph, std::span(&g, 1))) {
        const std::string& name = graph.name(s);
        if (name.compare(0, 8, "%softmax") == 0) out.diagonal = false;
        if (std::find(moving.begin(), moving.end(), name) == moving.end()) continue;
        if (name != state) out.diagonal = false;
        if (std::find(out.states.begin(), out.states.end(), name) == out.states.end()) out.states.push_back(name);
      }
    }
    if (used > 1 || (is_shared_noise(instance.noise[i]) && pop.size > 1)) out.diagonal = false;
  }
  return out;
}

void check_noise(const Network& network, Diagnostics& diagnostics) {
  std::string calculus;
  const Population* first = nullptr;  // that says so
  for (std::size_t p = 0; p < network.populations.size(); ++p) {
    const Population& pop = network.populations[p];
    if (!pop.model) continue;  // reported
    const auto& model = *pop.model;
    const std::string key = "model." + model.name + ".noise";
    if (pop.noise.empty()) {
      if (!model.calculus.empty()) {
        diagnostics.add({model.where, key, "says how white noise is meant, but the equations have none",
                         "\"" + model.calculus + "\"", "xi in the equations, or no noise = ...", ""});
      }
      continue;
    }
    equations::Graph graph;
    Diagnostics none;
    const Instance instance = instantiate(graph, model, {pop.activation, pop.softmax, pop.activation_where, ""}, none);
    const Amplitudes a = amplitudes(graph, network, p, instance);
    if (a.states.empty()) continue;
    if (model.calculus.empty()) {
      diagnostics.add(
          {model.equations.origin, key,
           "the amplitude of " + quoted_list(instance.noise) + " depends on " + quoted_list(a.states) +
               ", so that it matters how the noise is meant",
           "no noise = ...",
           "noise = \"ito\" (the amplitude before the kick; no extra drift), or noise = \"stratonovich\" (the "
           "limit of smooth noise, by the ordinary rules of calculus)",
           ""});
    } else if (calculus.empty()) {
      calculus = model.calculus;
      first = &pop;
    } else if (calculus != model.calculus) {
      diagnostics.add({model.where, key,
                       "all noise of a network whose amplitude depends on the state must be meant in one way",
                       "\"" + model.calculus + "\" in model \"" + model.name + "\", \"" + calculus + "\" in model \"" +
                           first->model->name + "\"",
                       "the same in both", ""});
    }
  }
}

}  // namespace neurode::network
