#include "neurode/network/instantiate.hpp"

#include <algorithm>

#include "network/expressions/instance_delays.hpp"
#include "network/expressions/noise_terms.hpp"
#include "network/expressions/spikes.hpp"
#include "neurode/equations/parse.hpp"

namespace neurode::network {

using equations::Node;

namespace {

std::vector<std::string> names_of(const ParameterTable& table) {
  std::vector<std::string> names;
  for (const auto& p : table) names.push_back(p.name);
  return names;
}

}  // namespace

void check_uses(const equations::Graph& graph, const std::vector<equations::SymbolUse>& uses,
                const std::vector<std::string>& known, const std::string& key, Diagnostics& diagnostics) {
  std::vector<std::string> told, names;
  for (const auto& name : known) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  for (const auto& use : uses) {
    const std::string& name = graph.name(use.symbol);
    if (!name.empty() && name[0] == '%') continue;
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    if (std::find(told.begin(), told.end(), name) != told.end()) continue;
    told.push_back(name);
    if (is_noise_name(name)) {
      diagnostics.add({use.where, key, "white noise has no value at a moment", "\"" + name + "\"",
                       "xi in the rates of a model, and in definitions that rates alone use", ""});
      continue;
    }
    diagnostics.add({use.where, key, "nothing is called \"" + name + "\" here", "", "the names " + quoted_list(names),
                     nearest_name(name, names)});
  }
}

namespace {

/// f(x) for a population-wide activation becomes %softmax * x, found again below.
equations::UserFunction activation_function(equations::Graph& graph, const ActivationText& a,
                                            Diagnostics& diagnostics) {
  equations::UserFunction f{"f", graph.symbol("%argument"), graph.symbol("%argument")};
  if (a.softmax) {
    f.body = graph.mul(graph.symbol("%softmax"), f.argument);
    return f;
  }
  equations::SourceText source{a.expression, a.where, a.key};
  Diagnostics own;
  const auto parsed = equations::parse_expression(graph, source, {}, own);
  for (const auto& d : own.items()) diagnostics.add(d);
  if (!parsed) return f;
  check_uses(graph, parsed->uses, {"I"}, a.key, diagnostics);
  f.body = equations::substitute(graph, parsed->value, {{graph.symbol("I").id, f.argument}});
  return f;
}

/// Finds the products with %softmax below the given expressions.
void find_softmax(equations::Graph& graph, std::vector<Node> roots, Instance& instance) {
  const Node mark = graph.symbol("%softmax");
  std::vector<char> seen(graph.size(), 0);
  while (!roots.empty()) {
    const Node n = roots.back();
    roots.pop_back();
    if (seen[n.id]) continue;
    seen[n.id] = 1;
    const auto& d = graph[n];
    const int operands = equations::arity(d.op);
    if (d.op == equations::Op::mul && (d.a == mark || d.b == mark)) {
      instance.softmax.emplace_back(d.a == mark ? d.b : d.a, n);
    }
    if (operands > 0) roots.push_back(d.a);
    if (operands > 1) roots.push_back(d.b);
    if (operands > 2) roots.push_back(d.c);
  }
}

}  // namespace

Instance instantiate(equations::Graph& graph, const scenario::ModelSection& model, const ActivationText& activation,
                     Diagnostics& diagnostics) {
  Instance instance;
  equations::ParseOptions options;
  if (model.takes_activation) options.functions.push_back(activation_function(graph, activation, diagnostics));

  const std::size_t before = diagnostics.size();
  options.delays = &instance.delays;
  const auto set = equations::parse_equations(graph, model.equations, options, diagnostics);
  const auto statements = equations::resolve_definitions(graph, set, model.equations, diagnostics);
  std::vector<std::string> known = names_of(model.parameters);
  known.insert(known.end(), model.inputs.begin(), model.inputs.end());
  known.push_back("t");
  if (!model.site.empty()) known.push_back(model.site);  // the output of the neuron it sits at
  const std::vector<std::string> given = known;
  std::vector<Location> rates_where;
  for (const auto& s : statements) {
    if (s.name != "t" && std::find(given.begin(), given.end(), s.name) != given.end()) {
      diagnostics.add({s.where, model.equations.key, "\"" + s.name + "\" is a parameter, an input or time already", "",
                       "a name of its own", ""});
    }
    known.push_back(s.name);
    if (s.is_rate) rates_where.push_back(s.where);
    (s.is_rate ? instance.rates : instance.definitions).emplace_back(s.name, s.value);
  }
  instance.noise = noise_names(graph, set.uses, known);
  std::vector<std::string> in_equations = known;
  in_equations.insert(in_equations.end(), instance.noise.begin(), instance.noise.end());
  // Names of statements that could not be read are missing: do not report their uses as well.
  if (diagnostics.size() == before) check_uses(graph, set.uses, in_equations, model.equations.key, diagnostics);
  if (diagnostics.size() == before) check_linear(graph, instance, rates_where, model.equations.key, diagnostics);

  equations::Substitution inline_definitions;
  for (const auto& [name, value] : instance.definitions) inline_definitions[graph.symbol(name).id] = value;
  const auto expression = [&](const equations::SourceText& source, const std::vector<std::string>& allowed) {
    const auto parsed = equations::parse_expression(graph, source, options, diagnostics);
    if (!parsed) return graph.constant(0);
    if (diagnostics.size() == before) check_uses(graph, parsed->uses, allowed, source.key, diagnostics);
    const Node value = equations::substitute(graph, parsed->value, inline_definitions);
    if (diagnostics.size() == before && depends_on_noise(graph, instance, value)) {
      diagnostics.add({source.origin, source.key, "white noise has no value at a moment", source.text,
                       "definitions without " + quoted_list(instance.noise), ""});
    }
    return value;
  };
  if (model.output.text.empty() && !instance.rates.empty()) {
    instance.output = graph.symbol(instance.rates[0].first);
  } else if (model.output.text.empty()) {  // neither state nor output: reported where the model was read
    instance.output = graph.constant(0);
  } else {
    instance.output = expression(model.output, known);
  }
  options.delays = nullptr;
  if (diagnostics.size() == before) settle_delays(graph, model, inline_definitions, instance, diagnostics);
  std::vector<std::string> state_names;
  for (const auto& r : instance.rates) state_names.push_back(r.first);
  for (const auto& [state, source] : model.steady_state) {
    if (std::find(state_names.begin(), state_names.end(), state) == state_names.end()) {
      diagnostics.add({source.origin, source.key, "\"" + state + "\" is no state of the model", "",
                       quoted_list(state_names), nearest_name(state, state_names)});
      continue;
    }
    instance.steady_state.emplace_back(state, expression(source, given));
  }
  for (const auto& [state, value] : model.initial) {
    if (std::find(state_names.begin(), state_names.end(), state) == state_names.end()) {
      diagnostics.add({value.key_where, value.key, "\"" + state + "\" is no state of the model", "",
                       quoted_list(state_names), nearest_name(state, state_names)});
    }
  }
  if (activation.softmax) {
    std::vector<Node> roots = {instance.output};
    for (const auto& r : instance.rates) roots.push_back(r.second);
    for (const auto& r : instance.definitions) roots.push_back(r.second);
    for (const auto& r : instance.steady_state) roots.push_back(r.second);
    for (const auto& d : instance.delays) roots.push_back(d.argument);
    find_softmax(graph, std::move(roots), instance);
  }
  return instance;
}

}  // namespace neurode::network
