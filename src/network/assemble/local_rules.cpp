// Local learning rules: states of their own, biases, and what spikes do.
#include <algorithm>
#include <stdexcept>

#include "network/assemble/assembler.hpp"

namespace neurode::network {

using equations::Node;
using Site = LocalEquations::Site;
using Change = SpikeRules::Change;

LocalEquations Assembler::local_equations(const LocalRule& rule) {
  auto& graph = out_.program.graph();
  Diagnostics none;
  LocalEquations all = instantiate(graph, *rule.section, none);
  none.throw_if_any();
  equations::Substitution names;
  for (const auto& spec : rule->parameters) {
    names[graph.symbol(spec.name).id] = graph.constant(rule.parameters.number(spec.name));
  }
  const Node factor = graph.constant(rule.time_factor);
  names[graph.symbol("t").id] = graph.mul(out_.program.symbol(out_.program.time()), factor);
  const auto put = [&](Node& n) { n = equations::substitute(graph, n, names); };
  const auto rate = [&](Node& n) {
    put(n);
    n = graph.mul(n, factor);
  };
  rate(all.rate);
  for (auto& s : all.states) rate(s.rate);
  for (auto& r : all.reductions) put(r.argument);
  for (auto* events : {&all.on_pre, &all.on_post}) {
    for (auto& a : *events) put(a.value);
  }
  return all;
}

std::size_t Assembler::part_of(const std::string& text) const {
  const auto& slices = out_.layout.slices();
  const auto at = std::find_if(slices.begin(), slices.end(), [&](const Slice& s) { return s.name == text; });
  if (at == slices.end()) throw std::logic_error("no state " + text);
  return static_cast<std::size_t>(at - slices.begin());
}

Assembler::RuleParts Assembler::add_rule_states(const LocalEquations& equations, const LocalRule& rule,
                                                LocalRuleValues& values, const std::string& text,
                                                const std::string& moved, const Population& post,
                                                const Population& pre) {
  Program& program = out_.program;
  RuleParts parts{text, part_of(moved), {}};
  for (std::size_t k = 0; k < equations.states.size(); ++k) {
    const auto& state = equations.states[k];
    Slice s;
    if (state.site == Site::connection) {
      s = out_.layout.slices()[parts.moved];
    } else {
      const Population& neurons = state.site == Site::post ? post : pre;
      s.rows = neurons.size;
      s.row_dimension = neurons.dimension;
    }
    s.name = text + "." + state.name;
    s.long_name = state.name + " of rule " + rule->name;
    s.unit = "";
    s.block = Block::auxiliary;
    const Vector& start = rule.initial[k].second;
    for (Index i = 0; i < s.size(); ++i) initial_.push_back(start[start.size() == 1 ? 0 : i]);
    const ValueId v = program.input(ProgramSystem::kState, out_.layout.add(s), s.rows, s.cols);
    values.set(state.symbol, v);
    parts.states.push_back(out_.parts.size());
    out_.parts.push_back({v, {}});
    name(s.name, v, s.unit, s.long_name, s.row_dimension, s.col_dimension, true);
    if (state.site == Site::connection) out_.named.back().connections = out_.find(moved)->connections;
  }
  for (const auto& r : equations.reductions) values.reduce(r);
  for (std::size_t k = 0; k < equations.states.size(); ++k) {
    const auto& state = equations.states[k];
    if (program.graph().is_constant(state.rate, 0)) continue;
    out_.parts[parts.states[k]].rate =
        state.site == Site::connection ? values.of_connections(state.rate) : values.of_neurons(state.rate, state.site);
  }
  return parts;
}

void Assembler::add_bias_plasticity(std::size_t p, std::size_t b) {
  if (!options_.weights_in_state) return;
  const Population& pop = net_.populations[p];
  const Bias& bias = pop.biases[b];
  auto& graph = out_.program.graph();
  const LocalEquations rule = local_equations(bias.rule);
  LocalRuleValues values(out_.program, nullptr, pop.size, pop.size, out_.samples);
  values.set(graph.symbol("post.b"), biases_[p][b]);
  values.set(graph.symbol("post"), out_.outputs[p]);
  const RuleParts parts = add_rule_states(rule, bias.rule, values, bias.name, bias.name, pop, pop);
  add_changes(rule, parts, nullptr, -1, locals_[p].threshold, pop.size, 0, {});
  if (graph.is_constant(rule.rate, 0)) return;  // spikes alone move it
  out_.parts[parts.moved].rate = values.of_neurons(rule.rate, Site::post);
}

void Assembler::add_changes(const LocalEquations& equations, const RuleParts& parts, const Wiring* wiring, int pre,
                            int post, Index post_size, Index pre_size, const Vector& delay) {
  auto& graph = out_.program.graph();
  for (const bool of_post : {false, true}) {
    const auto& assignments = of_post ? equations.on_post : equations.on_pre;
    if (assignments.empty()) continue;
    Change change;
    change.threshold = static_cast<std::size_t>(of_post ? post : pre);
    change.post = of_post;
    change.rows = post_size;
    change.cols = pre_size;
    if (!of_post) change.delay = delay;
    if (wiring && wiring->kind == Wiring::Kind::one_to_one) {
      change.pattern = diagonal(post_size);
    } else if (wiring) {
      change.pattern = wiring->pattern;
    }
    // All states of the rule and what it moves: few, and read where they are needed.
    equations::Substitution names;
    const auto add = [&](std::size_t part, Program::Side side, Node symbol) {
      const Node stands = out_.program.symbol(out_.parts[part].value);
      names[symbol.id] = stands;
      change.states.push_back({part, side, stands});
    };
    add(parts.moved, equations.of_bias ? Program::Side::post : Program::Side::pair,
        graph.symbol(equations.of_bias ? "post.b" : "w"));
    for (std::size_t k = 0; k < equations.states.size(); ++k) {
      const auto& s = equations.states[k];
      add(parts.states[k],
          s.site == Site::post  ? Program::Side::post
          : s.site == Site::pre ? Program::Side::pre
                                : Program::Side::pair,
          s.symbol);
    }
    for (const auto& a : assignments) {
      std::size_t state = 0;
      for (std::size_t k = 0; k < equations.states.size(); ++k) {
        if (equations.states[k].name == a.name) state = k + 1;
      }
      auto& becomes = change.states[state].side == Program::Side::pair ? change.connections : change.neuron;
      becomes.emplace_back(state, equations::substitute(graph, a.value, names));
    }
    out_.spikes.changes.push_back(std::move(change));
  }
}

}  // namespace neurode::network
