#include "neurode/network/assemble.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "network/assemble/assembler.hpp"
#include "network/expressions/noise_terms.hpp"
#include "neurode/equations/parse.hpp"

namespace neurode::network {

using equations::Node;

const Named* Assembly::find(const std::string& name) const {
  for (const auto& n : named) {
    if (n.name == name) return &n;
  }
  return nullptr;
}

Assembler::Assembler(const Network& network, const AssemblyOptions& options) : net_(network), options_(options) {
  out_.samples = options.samples ? options.samples->count() : 1;
  const bool by_data =
      network.data && network.data->shown_in_time() && !options.whole && options.samples == &network.data->train;
  if (by_data || options.shown > 0) {
    const Index size = out_.samples = options.shown > 0 ? options.shown : network.data->columns();
    const Index inputs = options.samples->input_rows(), targets = options.samples->target_rows();
    Index at = 0;
    const auto shown = [&](Index rows, Index cols) {
      const Index offset = std::exchange(at, at + rows * cols);
      return rows > 0 ? out_.program.input(ProgramSystem::kShown, offset, rows, cols) : ValueId{};
    };
    ShownSamples all;
    all.inputs = shown(inputs, size);
    all.targets = shown(targets, size);
    if (network.data->masked) all.mask = shown(targets, size);
    all.present = shown(1, 1);
    out_.shown = all;
  }
  out_.outputs.resize(net_.populations.size());
  out_.softmax.resize(net_.populations.size());
  locals_.resize(net_.populations.size());
}

Node Assembler::local(std::size_t p, Node n) {
  return equations::substitute(out_.program.graph(), n, locals_[p].names);
}

void Assembler::name(const std::string& text, ValueId v, const std::string& unit, const std::string& long_name,
                     const std::string& rows, const std::string& cols, bool state, const std::string& owner) {
  const auto& shape = out_.program[v];
  out_.named.push_back(
      {text, v, unit, long_name, rows, cols, state, shape.rows, shape.cols, owner.empty() ? rows : owner});
}

std::string unit_of(const scenario::ModelSection& m, const std::string& variable) {
  for (const auto& [name, unit] : m.units) {
    if (name == variable) return unit;
  }
  return "";
}

/// States become slices of the state vector, or, at steady state, expressions of the inputs.
void Assembler::add_states(std::size_t p) {
  const Population& pop = net_.populations[p];
  auto& graph = out_.program.graph();
  auto& me = locals_[p];
  if (options_.steady) {
    for (const auto& [state, value] : me.instance.steady_state) me.names[graph.symbol(state).id] = value;
    return;
  }
  for (std::size_t k = 0; k < me.instance.rates.size(); ++k) {
    const std::string& state = me.instance.rates[k].first;
    Slice s;
    s.name = pop.name + "." + state;
    s.rows = pop.size;
    s.cols = out_.samples;
    s.unit = unit_of(*pop.model, state);
    s.long_name = state + " of population " + pop.name;
    s.row_dimension = pop.dimension;
    s.col_dimension = options_.samples ? "sample" : "";
    const Index offset = out_.layout.add(s);
    const ValueId v = out_.program.input(ProgramSystem::kState, offset, s.rows, s.cols);
    me.names[graph.symbol(state).id] = out_.program.symbol(v);
    me.state_parts.push_back(out_.parts.size());
    out_.activity.push_back(out_.parts.size());
    out_.parts.push_back({v, {}});
    const Vector& start = pop.initial[k].second;
    for (Index j = 0; j < s.cols; ++j) initial_.insert(initial_.end(), start.data(), start.data() + start.size());
    name(s.name, v, s.unit, s.long_name, s.row_dimension, s.col_dimension, true, pop.name);
  }
}

void Assembler::add_parameters(std::size_t p) {
  const Population& pop = net_.populations[p];
  auto& graph = out_.program.graph();
  auto& names = locals_[p].names;
  for (const auto& parameter : pop.parameters) {
    const auto id = graph.symbol(parameter.name).id;
    if (parameter.values.size() == 1) {
      names[id] = graph.constant(parameter.values[0]);
    } else {
      names[id] = out_.program.symbol(out_.program.constant(parameter.values.replicate(1, out_.samples)));
    }
  }
  names[graph.symbol("t").id] = graph.mul(out_.program.symbol(out_.program.time()), graph.constant(pop.time_factor));
}

ValueId Assembler::moving(const std::string& text, const Matrix& initial, const std::string& unit,
                          const std::string& rows, const std::string& cols, const std::string& long_name) {
  Assembly::Plastic plastic;
  plastic.name = text;
  if (options_.weights_in_state) {
    Slice s;
    s.name = text;
    s.rows = initial.rows();
    s.cols = initial.cols();
    s.block = Block::weights;
    s.long_name = long_name;
    s.unit = unit;
    s.row_dimension = rows;
    s.col_dimension = cols;
    const Index offset = out_.layout.add(s);
    plastic.value = out_.program.input(ProgramSystem::kState, offset, s.rows, s.cols);
    plastic.part = static_cast<int>(out_.parts.size());
    out_.parts.push_back({plastic.value, {}});
    initial_.insert(initial_.end(), initial.data(), initial.data() + initial.size());
  } else {
    plastic.value = out_.program.input(Assembly::kWeights, weights_offset_, initial.rows(), initial.cols());
  }
  weights_offset_ += initial.size();
  out_.plastic.push_back(plastic);
  return plastic.value;
}

void Assembler::add_weights() {
  for (std::size_t k = 0; k < net_.projections.size(); ++k) weights_.push_back(projection_weights(k));
  biases_.resize(net_.populations.size());
  for (std::size_t p = 0; p < net_.populations.size(); ++p) {
    for (std::size_t b = 0; b < net_.populations[p].biases.size(); ++b) {
      const Bias& bias = net_.populations[p].biases[b];
      ValueId v;
      if (bias.moves()) {
        v = moving(bias.name, bias.values, unit_of(*net_.populations[p].model, bias.input), net_.populations[p].name,
                   "", "bias");
        out_.plastic.back().population = static_cast<int>(p);
        out_.plastic.back().bias = static_cast<int>(b);
      } else {
        v = out_.program.constant(bias.values);
      }
      biases_[p].push_back(v);
      name(bias.name, v, unit_of(*net_.populations[p].model, bias.input),
           "bias of population " + net_.populations[p].name, net_.populations[p].name, "", bias.moves());
    }
  }
}

void Assembler::add_output(std::size_t p) {
  const Population& pop = net_.populations[p];
  const Node node = local(p, locals_[p].instance.output);
  out_.outputs[p] = out_.program.elementwise(pop.size, out_.samples, node);
}

void Assembler::add_rates(std::size_t p) {
  const Population& pop = net_.populations[p];
  auto& me = locals_[p];
  auto& graph = out_.program.graph();
  const std::string sample = options_.samples ? "sample" : "";
  if (options_.steady) {
    for (const auto& [state, value] : me.instance.steady_state) {
      name(pop.name + "." + state, out_.program.elementwise(pop.size, out_.samples, local(p, value)),
           unit_of(*pop.model, state), state + " of population " + pop.name, pop.dimension, sample, false, pop.name);
    }
  } else if (!me.instance.rates.empty()) {
    std::vector<Node> rates;
    for (const auto& [state, value] : me.instance.rates) {
      rates.push_back(held(p, state, graph.mul(local(p, drift(p, value)), graph.constant(pop.time_factor))));
    }
    const auto values = out_.program.elementwise(pop.size, out_.samples, rates);
    for (std::size_t k = 0; k < values.size(); ++k) out_.parts[me.state_parts[k]].rate = values[k];
    add_noise(p);
  }
  for (const auto& [definition, value] : me.instance.definitions) {
    if (depends_on_noise(graph, me.instance, value)) continue;  // it has no value at a moment
    name(pop.name + "." + definition, out_.program.elementwise(pop.size, out_.samples, local(p, value)),
         unit_of(*pop.model, definition), definition + " of population " + pop.name, pop.dimension, sample, false,
         pop.name);
  }
  if (!out_.find(pop.name + ".output")) {
    name(pop.name + ".output", out_.outputs[p], pop.output_unit, "output of population " + pop.name, pop.dimension,
         sample, false, pop.name);
  }
}

/// Whose output depends on the population's own input at the same moment?
std::vector<char> Assembler::algebraic_outputs() {
  auto& graph = out_.program.graph();
  std::vector<char> algebraic;
  for (std::size_t p = 0; p < net_.populations.size(); ++p) {
    const Node output = local(p, locals_[p].instance.output);
    bool depends = false;
    for (const auto& input : net_.populations[p].model->inputs) {
      depends = depends || equations::depends_on(graph, output, graph.symbol(input));
    }
    algebraic.push_back(depends);
  }
  return algebraic;
}

Assembly Assembler::run() {
  Diagnostics none;
  for (std::size_t p = 0; p < net_.populations.size(); ++p) {
    const Population& pop = net_.populations[p];
    const ActivationText activation{pop.activation, pop.softmax, pop.activation_where, ""};
    locals_[p].instance = instantiate(out_.program.graph(), *pop.model, activation, none);
    add_states(p);
    add_parameters(p);
    add_delays(p);
  }
  none.throw_if_any();
  if (!options_.steady) add_thresholds();
  add_weights();
  const auto order = evaluation_order(net_, algebraic_outputs());
  if (order.size() != net_.populations.size()) throw std::logic_error("populations form an algebraic cycle");
  const auto algebraic = algebraic_outputs();
  for (const std::size_t p : order) {
    if (!algebraic[p]) add_output(p);
  }
  for (const std::size_t p : order) {
    add_inputs(p);
    if (net_.populations[p].softmax) add_softmax(p);
    if (algebraic[p]) add_output(p);
  }
  for (std::size_t p = 0; p < net_.populations.size(); ++p) add_rates(p);
  finish_thresholds();
  for (std::size_t k = 0; k < net_.projections.size(); ++k) {
    if (net_.projections[k].rule) add_plasticity(k);
    if (!net_.projections[k].effect.text.empty()) add_effect(k);
  }
  for (std::size_t p = 0; p < net_.populations.size(); ++p) {
    for (std::size_t b = 0; b < net_.populations[p].biases.size(); ++b) {
      if (net_.populations[p].biases[b].rule) add_bias_plasticity(p, b);
    }
  }
  for (const auto& w : out_.plastic) {  // what follows the learning rule is held there
    if (w.part < 0) continue;
    const Projection* pr = w.projection >= 0 ? &net_.projections[static_cast<std::size_t>(w.projection)] : nullptr;
    const Bias* bias =
        pr ? nullptr
           : &net_.populations[static_cast<std::size_t>(w.population)].biases[static_cast<std::size_t>(w.bias)];
    if (pr ? !pr->rule : !bias->rule) continue;
    auto& part = out_.parts[static_cast<std::size_t>(w.part)];
    part.rate = moved(out_.program, pr ? pr->motion : bias->motion, w.value, part.rate);
  }
  add_signals();
  std::erase_if(out_.plastic, [&](const Assembly::Plastic& x) {
    if (x.projection >= 0) return !net_.projections[static_cast<std::size_t>(x.projection)].plastic;
    return !net_.populations[static_cast<std::size_t>(x.population)].biases[static_cast<std::size_t>(x.bias)].plastic;
  });
  out_.initial = Eigen::Map<const Vector>(initial_.data(), static_cast<Index>(initial_.size()));
  return std::move(out_);
}

Assembly assemble(const Network& network, const AssemblyOptions& options) { return Assembler(network, options).run(); }

std::vector<std::size_t> evaluation_order(const Network& network, const std::vector<char>& algebraic) {
  const std::size_t n = network.populations.size();
  std::vector<std::size_t> waits(n, 0), order;
  for (const auto& pr : network.projections) {
    if (algebraic[pr.pre] && algebraic[pr.post]) ++waits[pr.post];
  }
  std::vector<char> done(n, 0);
  for (std::size_t p = 0; p < n; ++p) {
    if (!algebraic[p]) continue;
    done[p] = 2;
  }
  for (bool moved = true; moved;) {
    moved = false;
    for (std::size_t p = 0; p < n; ++p) {
      if (done[p] != 2 || waits[p] > 0) continue;
      done[p] = 1;
      order.push_back(p);
      moved = true;
      for (const auto& pr : network.projections) {
        if (pr.pre == p && algebraic[pr.post]) --waits[pr.post];
      }
    }
  }
  for (std::size_t p = 0; p < n; ++p) {
    if (!algebraic[p]) order.push_back(p);
  }
  return order;
}

bool can_be_steady(const Network& network, std::string* reason) {
  const auto say = [&](const std::string& text) {
    if (reason) *reason = text;
    return false;
  };
  for (const auto& pr : network.projections) {
    if (pr.reads_post) return say("the coupling of \"" + pr.name + "\" depends on the neuron that receives");
  }
  std::vector<char> algebraic(network.populations.size(), 1);
  for (const auto& pop : network.populations) {
    equations::Graph graph;
    Diagnostics none;
    const Instance i = instantiate(graph, *pop.model, {pop.activation, pop.softmax, pop.activation_where, ""}, none);
    if (i.steady_state.size() != i.rates.size()) {
      return say("model \"" + pop.model->name + "\" of population \"" + pop.name +
                 "\" has no steady state in closed form");
    }
  }
  if (evaluation_order(network, algebraic).size() != network.populations.size())
    return say("its projections form a cycle");
  return true;
}

}  // namespace neurode::network
