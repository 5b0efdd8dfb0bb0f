// Thresholds, resets, refractory times, and what spikes do to others.
#include <algorithm>

#include "network/assemble/assembler.hpp"
#include "network/expressions/spikes.hpp"

namespace neurode::network {

using equations::Node;

void Assembler::add_thresholds() {
  auto& graph = out_.program.graph();
  Diagnostics none;
  for (std::size_t p = 0; p < net_.populations.size(); ++p) {
    const Population& pop = net_.populations[p];
    auto& me = locals_[p];
    const auto spikes = instantiate_spikes(graph, *pop.model, me.instance, none);
    none.throw_if_any();
    if (!spikes) continue;
    me.threshold = static_cast<int>(out_.spikes.thresholds.size());
    SpikeRules::Threshold rule;
    rule.population = pop.name;
    rule.rows = pop.size;
    rule.cols = out_.samples;
    rule.refractory = pop.refractory;
    const auto part_of = [&](const std::string& state) {
      const auto& rates = me.instance.rates;
      const auto at = std::find_if(rates.begin(), rates.end(), [&](const auto& r) { return r.first == state; });
      return me.state_parts[static_cast<std::size_t>(at - rates.begin())];
    };
    if (pop.refractory.size() > 0) {
      rule.free = out_.spikes.flags;
      out_.spikes.flags += pop.size * out_.samples;
      me.free = out_.program.input(ProgramSystem::kHeld, rule.free, pop.size, out_.samples);
      for (const auto& state : spikes->held) rule.held.push_back(part_of(state));
    }
    me.spikes = *spikes;
    for (const auto& [state, value] : spikes->reset) rule.resets.push_back({part_of(state), {}});
    out_.spikes.thresholds.push_back(std::move(rule));
  }
}

/// Margins and resets may depend on inputs, which are known only now.
void Assembler::finish_thresholds() {
  for (std::size_t p = 0; p < net_.populations.size(); ++p) {
    const auto& me = locals_[p];
    if (me.threshold < 0) continue;
    auto& rule = out_.spikes.thresholds[static_cast<std::size_t>(me.threshold)];
    rule.margin = out_.program.elementwise(rule.rows, rule.cols, local(p, me.spikes.margin));
    for (std::size_t k = 0; k < rule.resets.size(); ++k) {
      rule.resets[k].value = out_.program.elementwise(rule.rows, rule.cols, local(p, me.spikes.reset[k].second));
    }
  }
}

/// The rate of a state that stands still while its neuron is refractory.
Node Assembler::held(std::size_t p, const std::string& state, Node rate) {
  const auto& me = locals_[p];
  const auto& names = me.spikes.held;
  if (!me.free.valid() || std::find(names.begin(), names.end(), state) == names.end()) return rate;
  auto& graph = out_.program.graph();
  return graph.where(out_.program.symbol(me.free), rate, graph.constant(0));
}

void Assembler::add_effect(std::size_t k) {
  const Projection& pr = net_.projections[k];
  auto& graph = out_.program.graph();
  const auto& target = locals_[pr.acted_on];
  SpikeRules::Effect effect;
  effect.threshold = static_cast<std::size_t>(locals_[pr.spiking].threshold);
  effect.rows = net_.populations[pr.acted_on].size;
  effect.delay = pr.delay;
  effect.post_threshold = target.threshold;
  std::vector<std::string> states, numbers;
  equations::Substitution names;
  for (const auto& [name, value] : pr.effect_numbers) {
    numbers.push_back(name);
    names[graph.symbol(name).id] = graph.constant(value);
  }
  for (const auto& rate : target.instance.rates) states.push_back(rate.first);
  Diagnostics none;
  const bool pre_site = net_.populations[pr.acted_on].synapse && pr.acted_on == pr.pre;
  const auto assignments = spike_effect(graph, pr.effect, states, numbers, !pre_site, none);
  none.throw_if_any();
  // Every state that is read or written is a lane; one that is only read becomes what it was.
  std::vector<Node> all;
  for (const auto& a : assignments) all.push_back(a.value);
  for (std::size_t s = 0; s < states.size(); ++s) {
    const Node symbol = graph.symbol(states[s]);
    Node becomes = symbol;
    bool written = false;
    for (const auto& a : assignments) {
      if (a.name == states[s]) becomes = a.value, written = true;
    }
    const auto used = equations::free_symbols(graph, all);
    if (!written && std::find(used.begin(), used.end(), symbol) == used.end()) continue;
    const std::size_t part = target.state_parts[s];
    effect.parts.push_back(part);
    effect.symbols.push_back(out_.program.symbol(out_.parts[part].value));
    names[symbol.id] = effect.symbols.back();
    effect.values.push_back(becomes);
  }
  effect.weight = graph.symbol("w");
  for (Node& value : effect.values) value = equations::substitute(graph, value, names);
  effect.weights = weights_[k];
  if (pre_site) {  // neuron by neuron
    effect.pattern = diagonal(effect.rows);
    effect.weights = out_.program.constant(Matrix::Ones(1, 1));
  } else {
    effect.pattern = connections(k);
  }
  out_.spikes.effects.push_back(std::move(effect));
}

/// Who is connected: null for all pairs.
std::shared_ptr<const SparsePattern> Assembler::connections(std::size_t k) const {
  const auto& wiring = net_.projections[k].wiring;
  if (!wiring) return nullptr;
  if (wiring->kind == Wiring::Kind::one_to_one) return diagonal(net_.populations[net_.projections[k].post].size);
  return wiring->pattern;
}

std::shared_ptr<const SparsePattern> Assembler::diagonal(Index n) {
  auto p = std::make_shared<SparsePattern>();
  p->rows = p->cols = n;
  for (Index i = 0; i <= n; ++i) p->start.push_back(i);
  for (Index i = 0; i < n; ++i) p->column.push_back(static_cast<std::int32_t>(i));
  return p;
}

}  // namespace neurode::network
