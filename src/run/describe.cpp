#include "neurode/run/describe.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "neurode/core/limits.hpp"
#include "neurode/network/assemble.hpp"
#include "neurode/network/instantiate.hpp"

namespace neurode::run {

using equations::Node;

static std::vector<std::string> equations_of(const network::Population& pop) {
  equations::Graph graph;
  Diagnostics none;
  const auto i = network::instantiate(graph, *pop.model, {pop.activation, pop.softmax, {}, ""}, none);
  equations::Substitution numbers;
  for (const auto& p : pop.parameters) {
    if (p.values.size() == 1) numbers[graph.symbol(p.name).id] = graph.constant(p.values[0]);
  }
  const auto written = [&](Node n) { return equations::to_text(graph, equations::substitute(graph, n, numbers)); };
  // Calls that stand in expressions as symbols, which print in quotes.
  std::vector<std::pair<std::string, std::string>> calls;
  for (const auto& [argument, mark] : i.softmax) {
    calls.emplace_back(equations::to_text(graph, mark), fmt::format("softmax({})", written(argument)));
  }
  for (const auto& d : i.delays) {
    calls.emplace_back(equations::to_text(graph, d.symbol),
                       fmt::format("delay({}, {})", written(d.argument), written(d.delay)));
  }
  const auto text = [&](Node n) {
    std::string s = written(n);
    for (const auto& [symbol, call] : calls) {
      for (auto at = s.find(symbol); at != std::string::npos && s.size() < limits::kTextCharacters;
           at = s.find(symbol, at + call.size())) {
        s.replace(at, symbol.size(), call);
      }
    }
    return s;
  };
  std::vector<std::string> lines;
  for (const auto& [state, rate] : i.rates) lines.push_back("d" + state + "/dt = " + text(rate));
  for (const auto& [state, value] : i.steady_state) lines.push_back("steady state: " + state + " = " + text(value));
  lines.push_back("output = " + text(i.output));
  if (!pop.model->current.text.empty()) lines.push_back("into the target: " + pop.model->current.text);
  if (!pop.model->threshold.text.empty()) {
    lines.push_back("spikes where " + pop.model->threshold.text);
    std::string reset = pop.model->reset.text;
    std::replace(reset.begin(), reset.end(), '\n', ';');
    if (!reset.empty()) lines.push_back("then " + reset);
    if (pop.refractory.size() > 0) {
      lines.push_back(fmt::format("refractory for {}{}", pop.refractory.minCoeff(),
                                  pop.refractory.size() > 1 ? fmt::format(" to {}", pop.refractory.maxCoeff()) : ""));
    }
  }
  for (const auto& p : pop.parameters) {
    if (p.values.size() > 1) {
      lines.push_back(fmt::format("{}: {} values from {} to {}", p.name, p.values.size(), p.values.minCoeff(),
                                  p.values.maxCoeff()));
    }
  }
  return lines;
}

Description describe(Prepared& p) {
  Description d;
  for (const auto& pop : p.network->populations) {
    d.populations.push_back({pop.name, pop.model->name, pop.size, equations_of(pop)});
  }
  for (const auto& pr : p.network->projections) d.projections.push_back(network::describe(pr, *p.network));
  const auto& layout = p.problem.system->layout();
  for (const auto& s : layout.slices()) {
    d.slices.push_back(fmt::format("{:<28} {} x {}  {}", s.name, s.rows, s.cols, block_name(s.block)));
    if (s.block == Block::weights) d.weights += s.size();
  }
  d.states = layout.size();
  for (const auto& v : p.plan.variables) d.recorded += (d.recorded.empty() ? "" : ", ") + v.file.name;
  for (const auto& spikes : p.plan.spikes) {
    d.recorded += (d.recorded.empty() ? "" : ", ") + spikes.population + ".spikes";
  }
  for (const double every : p.plan.every) d.every_step = d.every_step || every == 0;
  d.output_bytes = p.plan.estimated_bytes(p.scenario.time.end - p.scenario.time.start);
  d.memory = estimate_memory(p);
  d.times = time_scales(p);
  return d;
}

}  // namespace neurode::run
