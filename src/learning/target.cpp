// Targets that are functions of time instead of data.
#include <fmt/format.h>

#include "learning/build.hpp"
#include "neurode/equations/parse.hpp"
#include "neurode/network/families.hpp"
#include "neurode/network/instantiate.hpp"

namespace neurode::learning {

using equations::Node;
using network::Assembly;

std::shared_ptr<const TimeTable> check_target(const scenario::Scenario& scenario, Index outputs,
                                              Diagnostics& diagnostics) {
  const auto& section = *scenario.learning;
  if (section.target_file) {
    const Value& path = section.target_file->at("path");
    return network::read_time_table(path, scenario.folder, outputs,
                                    section.target_file->text("interpolation") == "linear", diagnostics);
  }
  equations::Graph graph;
  for (const auto& source : section.target) {
    const std::size_t before = diagnostics.size();
    const auto parsed = equations::parse_expression(graph, source, {}, diagnostics);
    if (parsed && diagnostics.size() == before) {
      network::check_uses(graph, parsed->uses, {"t"}, "learning.target", diagnostics);
    }
  }
  const auto n = static_cast<Index>(section.target.size());
  if (n != 1 && n != outputs) {
    diagnostics.add({section.target_where, "learning.target", "there are too many or too few of them",
                     fmt::format("{} expressions for {} neurons", n, outputs), "one for all, or one a neuron", ""});
  }
  return nullptr;
}

/// outputs x 1.
static Node target_node(const Setup& setup, Program& program, Index outputs) {
  if (setup.target_table) return program.symbol(program.table(setup.target_table));
  auto& g = program.graph();
  const auto& texts = setup.scenario.learning->target;
  Node sum = g.constant(0);
  for (std::size_t k = 0; k < texts.size(); ++k) {
    Diagnostics none;
    const auto parsed = equations::parse_expression(g, texts[k], {}, none);
    none.throw_if_any();
    Node f = equations::substitute(g, parsed->value, {{g.symbol("t").id, program.symbol(program.time())}});
    if (texts.size() > 1) {
      Matrix one = Matrix::Zero(outputs, 1);
      one(static_cast<Index>(k), 0) = 1;
      f = g.mul(f, program.symbol(program.constant(std::move(one))));
    }
    sum = g.add(sum, f);
  }
  return sum;
}

ValueId targets_of(const Setup& setup, Assembly& a, const network::Samples* samples) {
  if (setup.scenario.learning->has_target()) {
    const Index n = setup.network.populations[static_cast<std::size_t>(setup.output)].size;
    Program& p = a.program;
    return p.broadcast(p.elementwise(n, 1, target_node(setup, p, n)), n, a.samples);
  }
  if (a.shown) return a.shown->targets;
  const Matrix& y = samples->targets;
  return a.program.constant(y.data(), y.rows(), y.cols(), nullptr);
}

std::vector<double> learning_breakpoints(const Setup& setup, double t0, double t1) {
  std::vector<double> times;
  if (setup.rate->breakpoints) {
    times = setup.rate->breakpoints(setup.rate_parameters, setup.scenario.time.start, t0, t1);
  }
  if (setup.target_table) {
    for (const double t : setup.target_table->times) {
      if (t > t0 && t < t1) times.push_back(t);
    }
  }
  return times;
}

}  // namespace neurode::learning
