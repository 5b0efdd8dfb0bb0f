#include "learning/parts/layers.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "neurode/network/instantiate.hpp"

namespace neurode::learning {

using equations::Node;
using network::Assembly;

Layers::Layers(const network::Network& network, Assembly& assembly) : network_(network), assembly_(assembly) {
  const auto plastic = [&](const std::string& name) {
    for (std::size_t k = 0; k < assembly.plastic.size(); ++k) {
      if (assembly.plastic[k].name == name) return static_cast<int>(k);
    }
    return -1;
  };
  for (std::size_t k = 0; k < network.projections.size(); ++k) {
    const auto& pr = network.projections[k];
    const std::string name = pr.name + ".weights";
    links_.push_back({k, pr.pre, pr.post, assembly.find(name)->value, plastic(name)});
  }
  for (const auto& pop : network.populations) {
    auto& mine = biases_.emplace_back();
    for (const auto& b : pop.biases) mine.emplace_back(assembly.find(b.name)->value, plastic(b.name));
  }
  given_.resize(network.populations.size());
  order_ = network::evaluation_order(network, std::vector<char>(network.populations.size(), 1));
}

void Layers::check(const Setup& setup, Diagnostics& diagnostics) {
  const auto& section = *setup.scenario.learning;
  const std::string rule = fmt::format("rule \"{}\"", setup.rule_entry->name);
  const auto refuse = [&](const std::string& problem, const std::string& allowed) {
    diagnostics.add({section.rule.source.where, "learning.rule", problem, rule, allowed, ""});
  };
  std::string reason;
  if (!network::can_be_steady(setup.network, &reason)) {
    return refuse("needs a network of layers, each at a steady state: " + reason,
                  "a network without loops whose models have a steady state in closed form");
  }
  for (const auto& pr : setup.network.projections) {
    if (pr.wiring || !pr.coupling.empty() || pr.rule) {
      refuse(fmt::format("needs all to all connections that add w * pre, which \"{}\" has not", pr.name),
             "no connect, coupling or plasticity there");
    }
  }
  for (const auto& pop : setup.network.populations) {
    if (!pop.clamped && pop.model->inputs.size() != 1) {
      refuse(fmt::format("needs populations with one input, and \"{}\" has {}", pop.name, pop.model->inputs.size()),
             "models such as leaky_rate");
    }
    for (const auto& bias : pop.biases) {
      if (bias.rule)
        refuse(fmt::format("takes no local rules, and \"{}\" follows one", bias.name), "no plasticity there");
    }
  }
  if (!setup.network.stimuli.empty()) refuse("takes no stimuli", "inputs from [data] alone");
}

ValueId Layers::input(std::size_t p) const {
  return assembly_.find(name(p) + "." + network_.populations[p].first_input())->value;
}

ValueId Layers::given(std::size_t p) const {
  auto& known = given_[p];
  if (known) return *known;
  Program& program = assembly_.program;
  ValueId sum;
  Node drive = program.graph().constant(0);
  for (const auto& [bias, index] : biases_[p]) drive = program.graph().add(drive, program.node(bias));
  if (!program.graph().is_constant(drive, 0)) {
    sum = program.broadcast(program.elementwise(size(p), 1, drive), size(p), assembly_.samples);
  }
  for (const Link& l : links_) {
    if (l.post == p && clamped(l.pre)) sum = program.product(l.weight, false, output(l.pre), false, sum);
  }
  known = sum;
  return sum;
}

ValueId Layers::total(std::size_t p, const std::vector<ValueId>& outputs) const {
  Program& program = assembly_.program;
  ValueId sum = given(p);
  for (const Link& l : links_) {
    if (l.post == p && !clamped(l.pre)) sum = program.product(l.weight, false, outputs[l.pre], false, sum);
  }
  if (!sum.valid()) sum = program.elementwise(size(p), assembly_.samples, program.graph().constant(0));
  return sum;
}

ValueId Layers::back(std::size_t p, const std::vector<ValueId>& outputs) const {
  ValueId sum;
  for (const Link& l : links_) {
    if (l.pre == p) sum = assembly_.program.product(l.weight, true, outputs[l.post], false, sum);
  }
  return sum;
}

std::vector<ValueId> Layers::outer(const std::vector<ValueId>& slope, const std::vector<ValueId>& r, double factor,
                                   const std::vector<ValueId>& base, bool from_clamped) const {
  Program& program = assembly_.program;
  std::vector<ValueId> out = base;
  out.resize(assembly_.plastic.size());
  std::vector<ValueId> scaled_slope;
  for (const ValueId s : slope) scaled_slope.push_back(scaled(program, s, factor));
  for (const Link& l : links_) {
    if (l.plastic < 0 || !slope[l.post].valid() || (from_clamped && !clamped(l.pre))) continue;
    auto& g = out[static_cast<std::size_t>(l.plastic)];
    g = program.product(scaled_slope[l.post], false, r[l.pre], true, g);
  }
  for (std::size_t p = 0; p < biases_.size(); ++p) {
    for (const auto& [bias, index] : biases_[p]) {
      if (index < 0 || !slope[p].valid()) continue;
      auto& g = out[static_cast<std::size_t>(index)];
      const Expr sum(program, program.sum(scaled_slope[p], Program::Along::columns));
      g = program.elementwise(size(p), 1, g.valid() ? sum + Expr(program, g) : sum);
    }
  }
  return out;
}

std::vector<ValueId> Layers::contrast(const std::vector<ValueId>& high, const std::vector<ValueId>& low,
                                      const std::vector<double>& factors) const {
  Program& program = assembly_.program;
  const std::size_t count = biases_.size();
  std::vector<ValueId> difference(count), up(count), down(count), out;
  for (std::size_t p = 0; p < count; ++p) {
    if (clamped(p)) continue;
    const Expr h(program, high[p]), l(program, low[p]);
    const Index n = size(p), samples = assembly_.samples;
    difference[p] = program.elementwise(n, samples, factors[p] * (h - l));
    up[p] = program.elementwise(n, samples, factors[p] * h);
    down[p] = program.elementwise(n, samples, -factors[p] * l);
  }
  out = outer(difference, assembly_.outputs, 1, {}, true);
  for (const Link& l : links_) {
    if (l.plastic < 0 || clamped(l.pre)) continue;
    const ValueId less = program.product(down[l.post], false, low[l.pre], true);
    out[static_cast<std::size_t>(l.plastic)] = program.product(up[l.post], false, high[l.pre], true, less);
  }
  return out;
}

ValueId Layers::activate(std::size_t p, ValueId z, Assembly::Softmax* parts) const {
  const auto& pop = network_.populations[p];
  Program& program = assembly_.program;
  auto& graph = program.graph();
  Diagnostics none;
  const auto i = network::instantiate(graph, *pop.model, {pop.activation, pop.softmax, {}, ""}, none);
  none.throw_if_any();
  const Index n = pop.size, samples = assembly_.samples;
  equations::Substitution names;
  names[graph.symbol(pop.first_input()).id] = program.symbol(z);
  for (const auto& q : pop.parameters) {
    names[graph.symbol(q.name).id] = q.values.size() == 1
                                         ? graph.constant(q.values[0])
                                         : program.symbol(program.constant(q.values.replicate(1, samples)));
  }
  names[graph.symbol("t").id] = graph.mul(program.symbol(program.time()), graph.constant(pop.time_factor));
  for (const auto& [argument, mark] : i.softmax) {
    const ValueId arg = program.elementwise(n, samples, equations::substitute(graph, argument, names));
    const ValueId top = program.broadcast(program.max(arg, Program::Along::rows), n, samples);
    const ValueId e = program.elementwise(n, samples, exp(Expr(program, arg) - Expr(program, top)));
    const ValueId total = program.broadcast(program.sum(e, Program::Along::rows), n, samples);
    names[mark.id] = program.symbol(program.elementwise(n, samples, Expr(program, e) / Expr(program, total)));
    if (parts) *parts = {arg, top, total};
  }
  for (const auto& [state, value] : i.steady_state) {
    names[graph.symbol(state).id] = equations::substitute(graph, value, names);
  }
  return program.elementwise(n, samples, equations::substitute(graph, i.output, names));
}

ValueId Layers::to_input(std::size_t p, ValueId u) const {
  const ValueId targets[] = {input(p)};
  return assembly_.program.adjoint({{output(p), u}}, targets)[0];
}

std::vector<ValueId> Layers::gradient(const std::vector<ValueId>& slopes) const {
  return outer(slopes, assembly_.outputs, 1);
}

ValueId Layers::loss(const Setup& setup, const network::Samples* samples, ValueId output,
                     const Assembly::Softmax* parts) const {
  const bool softmax = parts && parts->argument.valid();
  return setup.loss->build({assembly_.program, output, targets_of(setup, assembly_, samples), softmax ? parts : nullptr,
                            setup.loss_parameters, assembly_.shown ? assembly_.shown->mask : ValueId{}});
}

}  // namespace neurode::learning
