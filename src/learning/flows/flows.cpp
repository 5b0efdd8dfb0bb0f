#include "learning/flows/flows.hpp"

#include <fmt/format.h>

#include <numeric>

namespace neurode::learning {

using equations::Node;

const std::vector<FlowEntry>& flows() {
  static const std::vector<FlowEntry> all = {adagrad(), adam(),    gradient(), heavy_ball(), langevin(),
                                             mirror(),  natural(), nesterov(), newton(),     normalised(),
                                             polyak(),  rmsprop(), sgd_sde(),  sign()};
  return all;
}

ValueId FlowContext::state_like(std::size_t k, const std::string& suffix, const std::string& long_name,
                                double initial) {
  Slice s;
  for (const auto& slice : a.layout.slices()) {
    if (slice.name == names[k]) s = slice;
  }
  s.name += "." + suffix;
  s.long_name = long_name + " of " + names[k];
  s.block = Block::auxiliary;
  s.unit = "";
  return add_state(a, s, Matrix::Constant(s.rows, s.cols, initial));
}

ValueId FlowContext::scalar(const std::string& name, const std::string& long_name, double initial) {
  Slice s;
  s.name = name;
  s.long_name = long_name;
  s.rows = s.cols = 1;
  s.block = Block::auxiliary;
  return add_state(a, s, Matrix::Constant(1, 1, initial));
}

Expr FlowContext::total(const std::vector<Node>& terms) {
  std::vector<Node> sums;
  for (std::size_t k = 0; k < terms.size(); ++k) {
    const auto shape = a.program[weights[k]];
    const ValueId all = a.program.elementwise(shape.rows, shape.cols, terms[k]);
    sums.push_back(a.program.node(a.program.sum(all, Program::Along::all)));
  }
  Node out = graph().constant(0);
  for (const Node s : sums) out = graph().add(out, s);
  return of(a.program.elementwise(1, 1, out));
}

Expr FlowContext::squared_gradient() {
  std::vector<Node> squares;
  for (std::size_t k = 0; k < size(); ++k) squares.push_back(g(k) * g(k));
  return total(squares);
}

Expr FlowContext::flow_time() {
  const ValueId s = scalar("flow.time", "flow time since the start", 0);
  move(s, graph().constant(1));
  return of(s);
}

ValueId FlowContext::increments(const std::string& name, Index rows, Index cols) {
  Index first = 0;
  for (const auto* list : {&a.noise.sources, &sources}) {
    if (!list->empty()) first = list->back().first + list->back().count;
  }
  sources.push_back({name, first, rows * cols});
  return a.program.input(ProgramSystem::kNoise, first, rows, cols);
}

/// The noise of the flow beside that of populations. By time it is sqrt(rate) times what it is by s.
static void add_noise(FlowContext& c, Node rate, bool by_state) {
  auto& noise = c.a.noise;
  const bool alone = noise.sources.empty();
  noise.terms.resize(c.a.parts.size());
  noise.channel_of.resize(static_cast<std::size_t>(c.a.layout.size()), -1);
  noise.diagonal = c.own_channels && !by_state && (alone || noise.diagonal);
  const Node root = c.graph().unary(equations::Op::sqrt, rate);
  for (std::size_t k = 0, i = 0; k < c.size(); ++k) {
    if (c.graph().is_constant(c.shake[k], 0)) continue;
    const Node term = c.graph().mul(c.graph().constant(c.factors[k]), c.graph().mul(root, c.shake[k]));
    for (std::size_t part = 0; part < c.a.parts.size(); ++part) {
      if (c.a.parts[part].value != c.weights[k]) continue;
      const Slice& s = c.a.layout.slices()[part];
      noise.terms[part] = c.a.program.elementwise(s.rows, s.cols, term);
      if (!c.own_channels) continue;
      std::iota(noise.channel_of.begin() + s.offset, noise.channel_of.begin() + s.offset + s.size(),
                c.sources[i++].first);
    }
  }
  noise.sources.insert(noise.sources.end(), c.sources.begin(), c.sources.end());
}

void add_flow(const Setup& setup, network::Assembly& a, ValueId loss, const std::vector<ValueId>& gradient,
              const std::vector<std::pair<ValueId, ValueId>>& with_weights, const Program::Seeds& seeds) {
  FlowContext c{a, setup.flow_parameters, setup.scenario.time.start, loss, seeds, {}, {}, {}, {}, {}, {}, {}, {}};
  auto& graph = c.graph();
  Node cost = a.program.node(loss);
  std::vector<const network::Motion*> motions;
  for (std::size_t k = 0; k < a.plastic.size(); ++k) {
    const network::Motion& motion = motion_of(setup.network, a.plastic[k]);
    const ValueId w = a.plastic[k].value;
    ValueId g = gradient[k];
    if (motion.penalised() && !setup.flow->metric) {  // a metric has seen to it
      const auto shape = a.program[w];
      const Node slope = network::penalty_slope(a.program, motion, w);
      g = a.program.elementwise(shape.rows, shape.cols, g.valid() ? graph.add(a.program.node(g), slope) : slope);
      const ValueId each = a.program.elementwise(shape.rows, shape.cols, network::penalty(a.program, motion, w));
      cost = graph.add(cost, a.program.node(a.program.sum(each, Program::Along::all)));
    }
    if (!g.valid()) continue;
    c.names.push_back(a.plastic[k].name);
    c.weights.push_back(w);
    c.gradient.push_back(g);
    c.factors.push_back(motion.rate);
    motions.push_back(&motion);
  }
  if (cost != a.program.node(loss)) c.loss = a.program.elementwise(1, 1, cost);
  c.direction.resize(c.weights.size());
  c.shake.resize(c.weights.size(), graph.constant(0));
  setup.flow->build(c);
  const auto moves = std::move(c.moves);
  c.moves.clear();
  const Node rate = setup.rate->build(c, setup.rate_parameters);
  const auto set = [&a](ValueId state, Node derivative) {
    const auto shape = a.program[state];
    set_rate(a, state, a.program.elementwise(shape.rows, shape.cols, derivative));
  };
  for (std::size_t k = 0; k < c.weights.size(); ++k) {
    const Node free = graph.mul(graph.mul(graph.constant(c.factors[k]), rate), c.direction[k]);
    set(c.weights[k], network::within_bounds(a.program, *motions[k], c.weights[k], free));
  }
  for (const auto& [state, derivative] : moves) set(state, graph.mul(rate, derivative));
  for (const auto& [state, derivative] : with_weights) set(state, graph.mul(rate, a.program.node(derivative)));
  for (const auto& [state, derivative] : c.moves) set(state, derivative);  // the rate's own: by time
  if (!c.sources.empty()) add_noise(c, rate, !c.moves.empty());
}

void check_noise(const Setup& setup, Diagnostics& diagnostics) {
  const Value& at = setup.scenario.learning->flow.source;
  const auto refuse = [&](const std::string& problem, const std::string& found, const std::string& allowed) {
    diagnostics.add(
        {at.where, "learning.flow", fmt::format("flow \"{}\" {}", setup.flow->name, problem), found, allowed, ""});
  };
  if (setup.rule_entry->name == "gradient_flow" && setup.rule.text("mode") == "adiabatic" && !setup.steady) {
    refuse("has noise, and fixed points found by a solve follow smooth weights alone",
           "a recurrent network with mode \"adiabatic\"", "mode = \"coupled\", or a network without loops");
  }
  const auto bounded = [&](const std::string& name, const network::Motion& motion) {
    if (motion.bounded())
      refuse("has noise, which carries weights over their bounds", "bounds of \"" + name + "\"", "no bounds, no dale");
  };
  for (const auto& pr : setup.network.projections) {
    if (pr.plastic) bounded(pr.name, pr.motion);
  }
  for (const auto& pop : setup.network.populations) {
    for (const auto& b : pop.biases) {
      if (b.plastic) bounded(b.name, b.motion);
    }
  }
}

}  // namespace neurode::learning
