// What projections read, and delays: what stands for delayed values, and what they are delayed values of.
#include <fmt/format.h>

#include "network/assemble/assembler.hpp"
#include "network/expressions/coupling.hpp"
#include "neurode/dynamics/reads.hpp"

namespace neurode::network {

ValueId Assembler::past(std::size_t p, int call, Index rows, Index cols, Vector delay, std::vector<Index> element,
                        Assembly::DelayedBy by) {
  Index offset = 0;
  if (!out_.delayed.empty()) {
    const auto& last = out_.program[out_.delayed.back().value];
    offset = last.offset + last.size();
  }
  const ValueId value = out_.program.input(ProgramSystem::kDelayed, offset, rows, cols);
  out_.delayed.push_back({{}, value, std::move(delay), std::move(element)});
  out_.delayed_by.push_back(std::move(by));
  pending_.push_back({p, call});
  return value;
}

void Assembler::add_delays(std::size_t p) {
  const Population& pop = net_.populations[p];
  auto& me = locals_[p];
  for (std::size_t k = 0; k < me.instance.delays.size(); ++k) {
    const auto& call = me.instance.delays[k];
    Vector delay = pop.delays[k] / pop.time_factor;
    if (delay.size() > 1) delay = delay.replicate(out_.samples, 1).eval();
    const ValueId v = past(p, static_cast<int>(k), pop.size, out_.samples, std::move(delay), {},
                           {call.where, pop.model->equations.key, ""});
    me.names[call.symbol.id] = out_.program.symbol(v);
  }
}

ValueId Assembler::source(std::size_t k) {
  const Projection& pr = net_.projections[k];
  // Where spikes act on synapses at the pre side, they take the delay.
  const bool at_spikes = !pr.effect.text.empty() && pr.acted_on == pr.pre && net_.populations[pr.pre].synapse;
  if (pr.delay.size() != 1 || at_spikes) return out_.outputs[pr.pre];
  const std::pair<std::size_t, double> key{pr.pre, pr.delay[0]};
  for (const auto& [known, value] : delayed_outputs_) {
    if (known == key) return value;
  }
  const ValueId v = past(pr.pre, -1, net_.populations[pr.pre].size, out_.samples, pr.delay, {}, {{}, "", pr.name});
  delayed_outputs_.emplace_back(key, v);
  return v;
}

/// What arrives by connections of different delays: an expression a connection, summed by the neuron that receives.
ValueId Assembler::delayed_connections(std::size_t k, ValueId base) {
  const Projection& pr = net_.projections[k];
  Program& program = out_.program;
  auto& graph = program.graph();
  const Index from = net_.populations[pr.pre].size, to = net_.populations[pr.post].size;
  const Coupling coupling = read_coupling(graph, pr, net_);
  const auto each = [&](const std::vector<std::pair<std::string, ValueId>>& values, ValueId arrives, Index rows,
                        Index cols) {
    equations::Substitution names;
    names[graph.symbol("pre").id] = program.symbol(arrives);
    names[graph.symbol("t").id] = program.symbol(program.time());
    names[graph.symbol("w").id] = program[weights_[k]].size() == 1
                                      ? program.node(weights_[k])
                                      : program.symbol(program.broadcast(weights_[k], rows, cols));
    for (const auto& [name, v] : values) names[graph.symbol(name).id] = program.symbol(v);
    return program.elementwise(rows, cols, equations::substitute(graph, coupling.value, names));
  };
  const auto symbol = [](const std::string& name) { return name.empty() ? "post" : "post." + name; };
  if (const auto pattern = connections(k)) {
    const Index n = pattern->nonzeros();
    std::vector<Index> element;
    for (Index s = 0; s < out_.samples; ++s) {
      for (const std::int32_t j : pattern->column) element.push_back(s * from + j);
    }
    const ValueId arrives = past(pr.pre, -1, n, out_.samples, pr.delay.replicate(out_.samples, 1).eval(),
                                 std::move(element), {{}, "", pr.name});
    std::vector<std::pair<std::string, ValueId>> values;
    for (const auto& name : coupling.post) {
      values.emplace_back(symbol(name), program.gather(pattern, Program::End::row, coupling_value(pr.post, name)));
    }
    return program.scatter(pattern, Program::End::row, each(values, arrives, n, out_.samples), base);
  }
  for (Index s = 0; s < out_.samples; ++s) {
    std::vector<Index> element;
    for (Index j = 0; j < from; ++j) element.insert(element.end(), static_cast<std::size_t>(to), s * from + j);
    const ValueId arrives = past(pr.pre, -1, to, from, pr.delay, std::move(element), {{}, "", pr.name});
    std::vector<std::pair<std::string, ValueId>> values;
    for (const auto& name : coupling.post) {
      const ValueId column = program.view(coupling_value(pr.post, name), s * to, to, 1);
      values.emplace_back(symbol(name), program.broadcast(column, to, from));
    }
    const ValueId sum = program.sum(each(values, arrives, to, from), Program::Along::columns);
    if (out_.samples == 1) {
      if (!base.valid()) return sum;
      return program.elementwise(to, 1, graph.add(program.node(base), program.symbol(sum)));
    }
    Matrix column = Matrix::Zero(1, out_.samples);
    column(0, s) = 1;
    base = program.product(sum, false, program.constant(std::move(column)), false, base);
  }
  return base;
}

void Assembler::add_signals() {
  for (std::size_t k = 0; k < pending_.size(); ++k) {
    const auto [p, call] = pending_[k];
    if (call < 0) {
      out_.delayed[k].signal = out_.outputs[p];
      continue;
    }
    const auto argument = locals_[p].instance.delays[static_cast<std::size_t>(call)].argument;
    out_.delayed[k].signal = out_.program.elementwise(net_.populations[p].size, out_.samples, local(p, argument));
  }
}

static Diagnostic at_projection(const scenario::Scenario& scenario, const std::string& name) {
  Diagnostic d;
  for (const auto& section : scenario.projections) {
    if (section.name != name || !section.delay) continue;
    d.where = section.delay->where;
    d.key = section.delay->key;
  }
  return d;
}

void check_delays(const Assembly& assembly, const scenario::Scenario& scenario, Diagnostics& diagnostics) {
  std::string told;
  for (std::size_t k = 0; k < assembly.delayed.size(); ++k) {
    const auto& by = assembly.delayed_by[k];
    if (!reads(assembly.program, std::span(&assembly.delayed[k].signal, 1), ProgramSystem::kDelayed)) continue;
    if (!by.projection.empty() && by.projection == told) continue;
    told = by.projection;
    Diagnostic d =
        by.projection.empty() ? Diagnostic{by.where, by.key, "", "", "", ""} : at_projection(scenario, by.projection);
    d.problem = "delays what follows another delayed value at once, without dynamics between";
    d.allowed = "one delay, the sum of both, or a population with a differential equation between";
    diagnostics.add(std::move(d));
  }
}

void refuse_delays(const scenario::Scenario& scenario, const Network& network, Diagnostics& diagnostics) {
  const std::string problem = "learning goes by the Jacobian, which knows nothing of the past: no delays";
  const std::string allowed = "a network without delays, or one without [learning] (local rules are fine)";
  for (const auto& pr : network.projections) {
    if (pr.delay.size() == 0) continue;
    Diagnostic d = at_projection(scenario, pr.name);
    d.problem = problem;
    d.allowed = allowed;
    diagnostics.add(std::move(d));
  }
  std::vector<const scenario::ModelSection*> told;
  for (const auto& pop : network.populations) {
    if (pop.delays.empty() || std::find(told.begin(), told.end(), pop.model) != told.end()) continue;
    told.push_back(pop.model);
    equations::Graph graph;
    Diagnostics none;
    const Instance i = instantiate(graph, *pop.model, {pop.activation, pop.softmax, pop.activation_where, ""}, none);
    diagnostics.add({i.delays.front().where, pop.model->equations.key, problem, "", allowed, ""});
  }
}

}  // namespace neurode::network
