// From what a rule gives to a problem: states, flow, metrics.
#include <stdexcept>

#include "learning/build.hpp"
#include "learning/flows/flows.hpp"
#include "learning/flows/metric.hpp"
#include "learning/gradients/flow_system.hpp"
#include "learning/monitors/monitors.hpp"
#include "learning/rates/rate_setter.hpp"

namespace neurode::learning {

using network::Assembly;

ValueId scaled(Program& program, ValueId v, double factor) {
  if (!v.valid() || factor == 1) return v;
  const auto shape = program[v];
  auto& g = program.graph();
  return program.elementwise(shape.rows, shape.cols, g.mul(g.constant(factor), program.node(v)));
}

ValueId add_state(Assembly& a, Slice s, const Matrix& initial) {
  std::erase_if(a.named, [&](const network::Named& n) { return n.name == s.name; });  // a state of a forward pass
  const Index offset = a.layout.add(s);
  const ValueId value = a.program.input(ProgramSystem::kState, offset, s.rows, s.cols);
  a.parts.push_back({value, {}});
  const Index before = a.initial.size();
  a.initial.conservativeResize(before + initial.size());
  a.initial.tail(initial.size()) = Eigen::Map<const Vector>(initial.data(), initial.size());
  a.named.push_back(
      {s.name, value, s.unit, s.long_name, s.row_dimension, s.col_dimension, true, s.rows, s.cols, s.row_dimension});
  return value;
}

void set_rate(Assembly& a, ValueId state, ValueId rate) {
  for (auto& part : a.parts) {
    if (part.value != state) continue;
    part.rate = rate;
    return;
  }
  throw std::logic_error("a rate for what is no state");
}

/// Where the moving weights start in the state, those of local rules among them.
static Index weights_offset(const Assembly& a) {
  for (const Slice& s : a.layout.slices()) {
    if (s.block == Block::weights) return s.offset;
  }
  return 0;
}

static std::function<std::vector<double>(double, double)> breakpoints(const Setup& setup) {
  if (!setup.rate->breakpoints && !setup.target_table) return {};
  return [setup](double t0, double t1) { return learning_breakpoints(setup, t0, t1); };
}

const network::Motion& motion_of(const network::Network& network, const Assembly::Plastic& w) {
  if (w.projection >= 0) return network.projections[static_cast<std::size_t>(w.projection)].motion;
  return network.populations[static_cast<std::size_t>(w.population)].biases[static_cast<std::size_t>(w.bias)].motion;
}

std::size_t post_of(const network::Network& net, const Assembly::Plastic& w) {
  return w.projection >= 0 ? net.projections[static_cast<std::size_t>(w.projection)].post
                           : static_cast<std::size_t>(w.population);
}

ValueId score_of(const Setup& setup, Assembly& a) {
  const auto p = static_cast<std::size_t>(setup.output);
  if (setup.loss->wants_softmax && setup.steady && a.softmax[p].argument.valid()) return a.softmax[p].argument;
  return setup.loss->score && setup.steady ? setup.loss->score(a.program, a.outputs[p]) : a.outputs[p];
}

static bool symmetric(const Setup& setup) {
  // A factor of its own or bounds multiply the rows of a symmetric matrix.
  const auto plain = [](const network::Motion& m) { return m.rate == 1 && !m.bounded(); };
  bool even = true;
  for (const auto& pr : setup.network.projections) even = even && !pr.rule && plain(pr.motion);
  for (const auto& pop : setup.network.populations) {
    for (const auto& b : pop.biases) even = even && !b.rule && plain(b.motion);
  }
  return setup.flow->symmetric && setup.rate->constant && even;
}

/// Lets a rate that is set anew now and then be set: `put` hands the system its jumps.
template <class Put>
static void set_rates(const Setup& setup, Problem& problem, Index first, Put&& put) {
  if (!setup.rate->setter) return;
  auto setter = setup.rate->setter(setup, problem.system->layout(), first);
  setter->set(setup.scenario.time.start, problem.initial.data());
  put(std::move(setter));
}

Problem finish(Draft d) {
  if (d.setup.flow->metric) {
    const Setup& setup = d.setup;
    const Assembly inner = d.assembly;  // names, and which weights these are
    const ValueId loss = d.loss, output = d.output;
    return finish(setup, inner, loss, output, solved_gradient(std::move(d)));
  }
  add_flow(d.setup, d.assembly, d.loss, d.gradient, d.moves, d.seeds);
  const Index offset = weights_offset(d.assembly);
  MonitorContext monitors = monitor_context(d.setup, d.assembly, d.assembly.layout);
  auto times = breakpoints(d.setup);
  if (d.breakpoints) {
    times = [of_setup = times, own = d.breakpoints](double t0, double t1) {
      auto all = own(t0, t1);
      if (of_setup) {
        for (const double t : of_setup(t0, t1)) all.push_back(t);
      }
      return all;
    };
  }
  Problem problem = wrap(std::move(d.assembly), d.setup.network, d.symmetric && symmetric(d.setup), std::move(times),
                         std::move(d.shown));
  set_rates(d.setup, problem, offset, [&](std::unique_ptr<Jumps> jumps) {
    static_cast<ProgramSystem&>(*problem.system).set_jumps(std::move(jumps));
  });
  add_metrics(d.setup, problem, d.loss, d.output, offset, d.feedback);
  const auto sampler = std::make_shared<std::unique_ptr<Sampler>>();
  monitors.gradient = [sampler, make = problem.sampler, g = d.gradient, weights = monitors.weights](
                          double t, const double* x, double* out) {
    if (!*sampler) {  // when first asked for
      std::vector<ValueId> valid;
      for (const ValueId v : g) {
        if (v.valid()) valid.push_back(v);
      }
      *sampler = make(valid);
    }
    Vector values((*sampler)->size());
    (*sampler)->run(t, x, values.data());
    Index at = 0;
    for (std::size_t k = 0; k < g.size(); ++k) {
      const Index size = weights[k].size();
      if (g[k].valid()) {
        Eigen::Map<Vector>(out, size) = values.segment(at, size);
        at += size;
      } else {
        Eigen::Map<Vector>(out, size).setZero();
      }
      out += size;
    }
  };
  offer_monitors(problem, std::move(monitors));
  return problem;
}

Problem finish(const Setup& setup, const Assembly& inner, ValueId loss, ValueId output,
               std::unique_ptr<Gradient> gradient) {
  Problem problem;
  problem.named = inner.named;
  auto system = std::make_unique<FlowSystem>(setup, inner, std::move(gradient), symmetric(setup), breakpoints(setup));
  problem.initial = system->initial();
  for (const auto& n : system->added()) problem.named.push_back(n);
  FlowSystem* raw = system.get();
  problem.system = std::move(system);
  problem.products = [raw] { return raw->products(); };
  set_rates(setup, problem, 0, [raw](std::unique_ptr<Jumps> jumps) { raw->set_jumps(std::move(jumps)); });
  problem.sampler = [raw](const std::vector<ValueId>& values) { return raw->sampler(values); };
  add_metrics(setup, problem, loss, output, 0, std::nullopt, setup.rule_entry->name == "gradient_flow");
  MonitorContext monitors = monitor_context(setup, inner, problem.system->layout());
  monitors.gradient = [raw](double t, const double* x, double* g) { raw->gradient(t, x, g); };
  offer_monitors(problem, std::move(monitors));
  return problem;
}

}  // namespace neurode::learning
