#include "learning/parts/local_derivatives.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "learning/parts/expr.hpp"
#include "neurode/network/instantiate.hpp"

namespace neurode::learning {

using equations::Node;
using network::Assembly;

namespace {

network::Instance instance_of(equations::Graph& graph, const network::Population& pop) {
  Diagnostics none;
  const auto i = network::instantiate(graph, *pop.model, {pop.activation, pop.softmax, pop.activation_where, ""}, none);
  none.throw_if_any();
  return i;
}

/// The derivative as a value; invalid where it is 0.
ValueId derivative(Program& p, const Program::Value& shape, Node f, Node symbol) {
  const Node d = equations::differentiate(p.graph(), f, symbol);
  if (p.graph().is_constant(d, 0)) return {};
  return p.elementwise(shape.rows, shape.cols, d);
}

}  // namespace

LocalDerivatives local_derivatives(const network::Network& net, Assembly& a, std::size_t at) {
  const auto& pop = net.populations[at];
  Program& p = a.program;
  auto& g = p.graph();
  const network::Instance i = instance_of(g, pop);
  LocalDerivatives out;
  equations::Substitution names;
  for (const auto& [state, rate] : i.rates) {
    const network::Named* named = a.find(pop.name + "." + state);
    if (!named || !named->state) throw std::logic_error("a state that the assembly does not have");
    out.states.push_back(named->value);
    out.names.push_back(state);
    names[g.symbol(state).id] = p.symbol(named->value);
  }
  if (const std::string input = pop.first_input(); !input.empty()) {
    out.input = a.find(pop.name + "." + input)->value;
    names[g.symbol(input).id] = p.symbol(out.input);
  }
  for (const auto& q : pop.parameters) {
    names[g.symbol(q.name).id] =
        q.values.size() == 1 ? g.constant(q.values[0]) : p.symbol(p.constant(q.values.replicate(1, a.samples)));
  }
  for (const auto& xi : i.noise) names[g.symbol(xi).id] = g.constant(0);
  names[g.symbol("t").id] = g.mul(p.symbol(p.time()), g.constant(pop.time_factor));

  const Program::Value shape = p[a.outputs[at]];
  for (const auto& [state, rate] : i.rates) {
    const Node f = g.mul(equations::substitute(g, rate, names), g.constant(pop.time_factor));
    auto& row = out.rate_by_state.emplace_back();
    for (const ValueId x : out.states) row.push_back(derivative(p, shape, f, p.symbol(x)));
    out.rate_by_input.push_back(out.input.valid() ? derivative(p, shape, f, p.symbol(out.input)) : ValueId{});
  }
  const Node r = equations::substitute(g, i.output, names);
  for (const ValueId x : out.states) out.output_by_state.push_back(derivative(p, shape, r, p.symbol(x)));
  if (out.input.valid()) out.output_by_input = derivative(p, shape, r, p.symbol(out.input));
  return out;
}

void refuse_rule(const Setup& setup, Diagnostics& diagnostics, const std::string& problem, const std::string& allowed) {
  diagnostics.add({setup.scenario.learning->rule.source.where, "learning.rule", problem,
                   fmt::format("rule \"{}\"", setup.rule_entry->name), allowed, ""});
}

void check_local(const Setup& setup, const std::vector<char>& which, Diagnostics& diagnostics) {
  for (std::size_t p = 0; p < setup.network.populations.size(); ++p) {
    const auto& pop = setup.network.populations[p];
    if (!which.empty() && !which[p]) continue;
    if (pop.synapse) {
      refuse_rule(setup, diagnostics, fmt::format("takes no synapses with states, and \"{}\" are some", pop.name),
                  "no synapse there");
      continue;
    }
    if (!pop.clamped && pop.model->inputs.size() != 1) {
      refuse_rule(
          setup, diagnostics,
          fmt::format("needs populations with one input, and \"{}\" has {}", pop.name, pop.model->inputs.size()),
          "models such as leaky_rate");
    }
    if (pop.softmax) {
      refuse_rule(setup, diagnostics,
                  fmt::format("needs derivatives neuron by neuron, and the softmax of \"{}\" mixes neurons", pop.name),
                  "another activation there");
      continue;
    }
    equations::Graph graph;
    const network::Instance i = instance_of(graph, pop);
    bool multiplied = false;
    for (const auto& [state, rate] : i.rates) {
      for (const auto& xi : i.noise) {
        const Node factor = equations::differentiate(graph, rate, graph.symbol(xi));
        for (const auto& [x, other] : i.rates) {
          multiplied = multiplied || equations::depends_on(graph, factor, graph.symbol(x));
        }
        for (const auto& input : pop.model->inputs) {
          multiplied = multiplied || equations::depends_on(graph, factor, graph.symbol(input));
        }
      }
    }
    if (multiplied) {
      refuse_rule(setup, diagnostics,
                  fmt::format("does not follow the white noise of \"{}\", which activity multiplies", pop.name),
                  "noise that is added: sigma*xi");
    }
  }
}

void check_dense(const Setup& setup, const std::vector<char>& which, Diagnostics& diagnostics) {
  for (std::size_t k = 0; k < setup.network.projections.size(); ++k) {
    const auto& pr = setup.network.projections[k];
    if (!which.empty() && !which[k]) continue;
    if (pr.wiring || !pr.coupling.empty() || pr.rule) {
      refuse_rule(setup, diagnostics,
                  fmt::format("needs all to all connections that add w * pre, which \"{}\" has not", pr.name),
                  "no connect, coupling or plasticity there");
    }
  }
}

ValueId add_product(Program& p, ValueId a, ValueId b, ValueId sum) {
  if (!a.valid() || !b.valid()) return sum;
  const Program::Value shape = p[b];
  Expr e = Expr(p, a) * Expr(p, b);
  if (sum.valid()) e = Expr(p, sum) + e;
  return p.elementwise(shape.rows, shape.cols, e);
}

bool linear_leak(const network::Network& net, std::size_t at) {
  const auto& pop = net.populations[at];
  if (pop.softmax || pop.model->inputs.size() != 1) return false;
  equations::Graph g;
  const network::Instance i = instance_of(g, pop);
  if (i.rates.size() != 1) return false;
  const Node x = g.symbol(i.rates[0].first);
  equations::Substitution names;
  for (const auto& q : pop.parameters) {
    if (q.values.size() == 1) names[g.symbol(q.name).id] = g.constant(q.values[0]);
  }
  const Node rate = equations::substitute(g, i.rates[0].second, names);
  return i.output == x && g.is_constant(equations::differentiate(g, rate, x)) &&
         g.is_constant(equations::differentiate(g, rate, g.symbol(pop.first_input())));
}

bool linear_output(const network::Network& net, std::size_t at) {
  const auto& pop = net.populations[at];
  equations::Graph g;
  const network::Instance i = instance_of(g, pop);
  return i.rates.empty() && pop.model->inputs.size() == 1 && i.output == g.symbol(pop.first_input());
}

std::vector<char> algebraic_outputs(const network::Network& net) {
  std::vector<char> out;
  for (const auto& pop : net.populations) {
    equations::Graph graph;
    const network::Instance i = instance_of(graph, pop);
    bool depends = false;
    for (const auto& [argument, mark] : i.softmax) depends = depends || equations::depends_on(graph, i.output, mark);
    for (const auto& input : pop.model->inputs) {
      depends = depends || equations::depends_on(graph, i.output, graph.symbol(input));
    }
    out.push_back(depends);
  }
  return out;
}

}  // namespace neurode::learning
