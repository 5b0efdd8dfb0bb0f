// White noise of populations: xi in their rates becomes increments of Wiener processes.
#include <cmath>
#include <numeric>

#include "network/assemble/assembler.hpp"
#include "network/expressions/noise_terms.hpp"

namespace neurode::network {

using equations::Node;

Node Assembler::drift(std::size_t p, Node rate) {
  auto& graph = out_.program.graph();
  equations::Substitution silent;
  for (const auto& name : locals_[p].instance.noise) silent[graph.symbol(name).id] = graph.constant(0);
  return silent.empty() ? rate : equations::substitute(graph, rate, silent);
}

/// In the model's time T = factor t the noise is g dW_T, and dW_T = sqrt(factor) dW_t.
void Assembler::add_noise(std::size_t p) {
  const Population& pop = net_.populations[p];
  const Local& me = locals_[p];
  const Instance& instance = me.instance;
  if (instance.noise.empty() || options_.steady) return;
  Program& program = out_.program;
  auto& graph = program.graph();
  auto& noise = out_.noise;
  std::vector<Node> increments;
  const std::size_t first_source = noise.sources.size();
  Index channels = noise.sources.empty() ? 0 : noise.sources.back().first + noise.sources.back().count;
  for (const auto& name : instance.noise) {
    const Index rows = is_shared_noise(name) ? 1 : pop.size;
    ValueId dw = program.input(ProgramSystem::kNoise, channels, rows, out_.samples);
    if (rows != pop.size) dw = program.broadcast(dw, pop.size, out_.samples);
    increments.push_back(program.symbol(dw));
    noise.sources.push_back({"population." + pop.name + " " + name, channels, rows * out_.samples});
    channels += rows * out_.samples;
  }

  std::vector<Node> terms;
  std::vector<std::size_t> parts;
  for (std::size_t k = 0; k < instance.rates.size(); ++k) {
    Node sum = graph.constant(0);
    for (std::size_t i = 0; i < instance.noise.size(); ++i) {
      const Node g = equations::differentiate(graph, instance.rates[k].second, graph.symbol(instance.noise[i]));
      if (!graph.is_constant(g, 0)) sum = graph.add(sum, graph.mul(local(p, drift(p, g)), increments[i]));
    }
    if (graph.is_constant(sum, 0)) continue;
    terms.push_back(held(p, instance.rates[k].first, graph.mul(sum, graph.constant(std::sqrt(pop.time_factor)))));
    parts.push_back(me.state_parts[k]);
  }
  if (terms.empty()) {  // only definitions that nobody uses have it
    noise.sources.resize(first_source);
    return;
  }
  const auto values = program.elementwise(pop.size, out_.samples, terms);
  noise.terms.resize(out_.parts.size());
  for (std::size_t i = 0; i < values.size(); ++i) noise.terms[parts[i]] = values[i];

  const Amplitudes a = amplitudes(graph, net_, p, instance);
  noise.diagonal = a.diagonal && (first_source == 0 || noise.diagonal);
  noise.channel_of.resize(static_cast<std::size_t>(out_.layout.size()), -1);
  for (std::size_t k = 0; a.diagonal && k < instance.rates.size(); ++k) {
    if (a.noise_of_state[k] < 0) continue;
    const Slice& s = out_.layout.slices()[me.state_parts[k]];
    const auto& source = noise.sources[first_source + static_cast<std::size_t>(a.noise_of_state[k])];
    std::iota(noise.channel_of.begin() + s.offset, noise.channel_of.begin() + s.offset + s.size(), source.first);
  }
  if (!a.states.empty() && pop.model->calculus == "stratonovich") noise.calculus = Noise::Calculus::stratonovich;
}

}  // namespace neurode::network
