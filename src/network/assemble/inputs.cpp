// What drives a population: biases, stimuli, data and projections; softmax; local plasticity.
#include <string>

#include "network/assemble/assembler.hpp"
#include "neurode/equations/parse.hpp"

namespace neurode::network {

using equations::Node;

Node Assembler::stimulus(const Stimulus& s, Index n) {
  Program& program = out_.program;
  auto& graph = program.graph();
  Node value = graph.constant(0);
  if (s.table) {
    const ValueId table = program.table(s.table);
    value = program.symbol(table);
  } else {
    Diagnostics none;
    const auto parsed = equations::parse_expression(graph, {s.entry->expression, {}, ""}, {}, none);
    none.throw_if_any();
    equations::Substitution names;
    names[graph.symbol("t").id] = program.symbol(program.time());
    names[graph.symbol("s").id] = program.symbol(program.segment_time());
    for (const auto& spec : s.entry->parameters) {
      const Value* given = s.parameters.find(spec.name);
      if (given && given->is_number()) names[graph.symbol(spec.name).id] = graph.constant(given->number());
    }
    for (const auto& v : s.values) {
      names[graph.symbol(v.name).id] =
          v.values.size() == 1 ? graph.constant(v.values[0]) : program.symbol(program.constant(Matrix(v.values)));
    }
    value = equations::substitute(graph, parsed->value, names);
  }
  if (!s.neurons.empty()) {
    Matrix mask = Matrix::Zero(n, 1);
    for (const auto i : s.neurons) mask(i, 0) = 1;
    value = graph.mul(value, program.symbol(program.constant(std::move(mask))));
  }
  return value;
}

Node Assembler::constant_drive(std::size_t p, const std::string& input) {
  const Population& pop = net_.populations[p];
  auto& graph = out_.program.graph();
  Node drive = graph.constant(0);
  for (std::size_t b = 0; b < pop.biases.size(); ++b) {
    if (pop.biases[b].input == input) drive = graph.add(drive, out_.program.symbol(biases_[p][b]));
  }
  for (const auto& s : net_.stimuli) {
    if (s.target == p && s.into == input) drive = graph.add(drive, stimulus(s, pop.size));
  }
  return drive;
}

Node Assembler::input_expression(std::size_t p, const std::string& input) {
  const Population& pop = net_.populations[p];
  Program& program = out_.program;
  auto& graph = program.graph();
  Node drive = constant_drive(p, input);
  if (!graph.is_constant(drive)) {
    drive = program.symbol(program.broadcast(program.elementwise(pop.size, 1, drive), pop.size, out_.samples));
  }
  if (pop.clamped && options_.samples && input == pop.model->inputs[0]) {
    const Matrix& x = options_.samples->inputs;
    const ValueId data = out_.shown ? out_.shown->inputs : program.constant(x.data(), x.rows(), x.cols(), nullptr);
    drive = graph.add(drive, program.symbol(data));
  }
  drive = graph.add(drive, currents(p, input));
  ValueId total;
  if (!graph.is_constant(drive, 0)) total = program.elementwise(pop.size, out_.samples, drive);
  bool products = false;
  for (std::size_t k = 0; k < net_.projections.size(); ++k) {
    const Projection& pr = net_.projections[k];
    if (pr.post != p || pr.into != input || !pr.continuous) continue;
    total = coupled(k, total);
    products = true;
  }
  return products ? program.symbol(total) : drive;
}

Node Assembler::currents(std::size_t p, const std::string& input) {
  auto& graph = out_.program.graph();
  Node total = graph.constant(0);
  Diagnostics none;
  for (std::size_t q = 0; q < net_.populations.size(); ++q) {
    const auto& synapse = net_.populations[q].synapse;
    if (!synapse || synapse->neurons != p || synapse->into != input) continue;
    const auto current = instantiate_current(graph, *net_.populations[q].model, locals_[q].instance, none);
    none.throw_if_any();
    Node n = local(q, *current);
    if (out_.outputs[p].valid()) {
      n = equations::substitute(graph, n, {{graph.symbol("post").id, out_.program.symbol(out_.outputs[p])}});
    }
    total = graph.add(total, n);
  }
  return total;
}

void Assembler::add_inputs(std::size_t p) {
  const Population& pop = net_.populations[p];
  auto& graph = out_.program.graph();
  if (pop.synapse) {
    locals_[p].names[graph.symbol(pop.model->site).id] = out_.program.symbol(out_.outputs[pop.synapse->neurons]);
  }
  for (const auto& input : pop.model->inputs) {
    const Node node = input_expression(p, input);
    locals_[p].names[graph.symbol(input).id] = node;
    const ValueId v = out_.program.elementwise(pop.size, out_.samples, node);
    name(pop.name + "." + input, v, unit_of(*pop.model, input), "input " + input + " of population " + pop.name,
         pop.dimension, options_.samples ? "sample" : "", false, pop.name);
  }
  if (options_.steady) {  // steady states are expressions of the inputs: put them in terms of values
    for (const auto& [state, value] : locals_[p].instance.steady_state) {
      locals_[p].names[graph.symbol(state).id] = equations::substitute(graph, value, locals_[p].names);
    }
  }
}

/// The largest argument is taken off first, so that nothing overflows; the result does not depend on it.
void Assembler::add_softmax(std::size_t p) {
  const Index n = net_.populations[p].size, s = out_.samples;
  Program& program = out_.program;
  auto& graph = program.graph();
  for (const auto& [argument, mark] : locals_[p].instance.softmax) {
    const ValueId z = program.elementwise(n, s, local(p, argument));
    const ValueId top = program.broadcast(program.max(z, Program::Along::rows), n, s);
    const ValueId e =
        program.elementwise(n, s, graph.unary(equations::Op::exp, graph.sub(program.symbol(z), program.symbol(top))));
    const ValueId total = program.broadcast(program.sum(e, Program::Along::rows), n, s);
    const ValueId share = program.elementwise(n, s, graph.div(program.symbol(e), program.symbol(total)));
    locals_[p].names[mark.id] = program.symbol(share);
    out_.softmax[p] = {z, top, total};
  }
  if (options_.steady) {
    for (const auto& [state, value] : locals_[p].instance.steady_state) {
      locals_[p].names[graph.symbol(state).id] = equations::substitute(graph, value, locals_[p].names);
    }
  }
}

void Assembler::add_plasticity(std::size_t k) {
  const Projection& pr = net_.projections[k];
  if (!options_.weights_in_state) return;
  auto& graph = out_.program.graph();
  const auto neurons = [&](std::size_t p) {
    return net_.populations[p].synapse ? net_.populations[p].synapse->neurons : p;
  };
  const std::size_t post = neurons(pr.post);
  const Population &to = net_.populations[post], &from = net_.populations[pr.pre];
  const LocalEquations rule = local_equations(pr.rule);
  LocalRuleValues values(out_.program, pr.wiring.get(), to.size, from.size, out_.samples);
  values.set(graph.symbol("w"), weights_[k]);
  values.set(graph.symbol("pre"), source(k));
  values.set(graph.symbol("post"), out_.outputs[post]);
  const RuleParts parts = add_rule_states(rule, pr.rule, values, pr.name, pr.name + ".weights", to, from);
  add_changes(rule, parts, pr.wiring.get(), locals_[pr.spiking].threshold, locals_[post].threshold, to.size, from.size,
              pr.delay);
  if (graph.is_constant(rule.rate, 0)) return;  // spikes alone move them
  const ValueId value = values.of_connections(rule.rate);
  for (auto& plastic : out_.plastic) {
    if (plastic.projection == static_cast<int>(k) && plastic.part >= 0) {
      out_.parts[static_cast<std::size_t>(plastic.part)].rate = value;
    }
  }
}

}  // namespace neurode::network
