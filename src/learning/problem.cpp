#include "neurode/learning/problem.hpp"

#include <fmt/format.h>

#include "learning/build.hpp"

namespace neurode::learning {

using network::Assembly;

const Metric* Problem::metric(const std::string& name) const {
  for (const auto& m : metrics) {
    if (m.name == name) return &m;
  }
  return nullptr;
}

const network::Named* Problem::find(const std::string& name) const {
  for (const auto& n : named) {
    if (n.name == name) return &n;
  }
  return nullptr;
}

namespace {

class ProgramSampler : public Sampler {
 public:
  ProgramSampler(ProgramSystem& system, const std::vector<ValueId>& values) : inner_(system, values) {}
  Index size() const override { return inner_.size(); }
  const std::vector<Index>& offsets() const override { return inner_.offsets(); }
  void run(double t, const double* x, double* out) override { inner_.run(t, x, out); }

 private:
  ProgramSystem::Sampler inner_;
};

}  // namespace

Problem wrap(Assembly assembly, const network::Network& network, bool symmetric) {
  Problem problem;
  problem.initial = assembly.initial;
  problem.named = std::move(assembly.named);
  auto system = std::make_unique<ProgramSystem>(
      std::move(assembly.program), std::move(assembly.layout), std::move(assembly.parts),
      [&network](double t0, double t1) { return network.breakpoints(t0, t1); }, symmetric);
  Index first = 0;
  for (const auto& rule : assembly.spikes.thresholds) {
    problem.spiking.push_back({rule.population, first, rule.rows, rule.cols});
    first += rule.rows * rule.cols;
  }
  system->set_noise(std::move(assembly.noise));
  system->set_spikes(std::move(assembly.spikes));
  ProgramSystem* raw = system.get();
  problem.sampler = [raw](const std::vector<ValueId>& values) {
    return std::make_unique<ProgramSampler>(*raw, values);
  };
  problem.system = std::move(system);
  return problem;
}

Problem plain_problem(const scenario::Scenario&, const network::Network& network) {
  network::AssemblyOptions options;
  if (network.data) options.samples = &network.data->train;
  return wrap(network::assemble(network, options), network, false);
}

ValueId add_loss(const Setup& setup, Assembly& a, const network::Samples& samples, bool steady) {
  const auto p = static_cast<std::size_t>(setup.output);
  const Matrix& y = samples.targets;
  const ValueId targets = a.program.constant(y.data(), y.rows(), y.cols(), nullptr);
  const bool softmax = steady && a.softmax[p].argument.valid();
  const ValueId loss =
      setup.loss->build({a.program, a.outputs[p], targets, softmax ? &a.softmax[p] : nullptr, setup.loss_parameters});
  a.named.push_back({"loss", loss, "", "loss on the training samples: " + setup.loss->name, "", "", false, 1, 1, ""});
  return loss;
}

Problem layered_adiabatic_problem(const Setup& setup) {
  const auto& train = setup.network.data->train;
  Assembly a = network::assemble(setup.network, {&train, true, true});
  const ValueId loss = add_loss(setup, a, train, true);
  const ValueId output = a.outputs[static_cast<std::size_t>(setup.output)];
  std::vector<ValueId> weights;
  for (const auto& w : a.plastic) weights.push_back(w.value);
  // The rate goes into the seed, so that the gradient comes out scaled.
  auto& g = a.program.graph();
  const ValueId seed = a.program.elementwise(1, 1, g.constant(-setup.rule.number("rate")));
  const auto rates = a.program.adjoint({{loss, seed}}, weights);
  bool local_rules = false;
  for (std::size_t k = 0; k < rates.size(); ++k) a.parts[static_cast<std::size_t>(a.plastic[k].part)].rate = rates[k];
  for (const auto& pr : setup.network.projections) local_rules = local_rules || pr.rule;
  Problem problem = wrap(std::move(a), setup.network, !local_rules);
  add_metrics(setup, problem, loss, output, 0);
  return problem;
}

Problem coupled_problem(const Setup& setup) {
  const auto& train = setup.network.data->train;
  Assembly a = network::assemble(setup.network, {&train, false, true});
  const ValueId loss = add_loss(setup, a, train, false);
  const ValueId output = a.outputs[static_cast<std::size_t>(setup.output)];
  auto& g = a.program.graph();

  Index weights_offset = 0;
  for (const auto& s : a.layout.slices()) {
    if (s.block == Block::activity) weights_offset = s.offset + s.size();
  }
  Program::Seeds seeds = {{loss, a.program.elementwise(1, 1, g.constant(1))}};
  std::vector<ValueId> targets;
  std::vector<std::size_t> error_parts;
  for (const std::size_t k : a.activity) {
    Slice s = a.layout.slices()[k];
    s.name += ".error";
    s.long_name = "error signal of " + a.layout.slices()[k].name;
    s.block = Block::errors;
    s.unit = "";
    const Index offset = a.layout.add(s);
    const ValueId error = a.program.input(ProgramSystem::kState, offset, s.rows, s.cols);
    a.named.push_back(
        {s.name, error, "", s.long_name, s.row_dimension, s.col_dimension, true, s.rows, s.cols, s.row_dimension});
    if (a.parts[k].rate.valid()) seeds.emplace_back(a.parts[k].rate, error);
    targets.push_back(a.parts[k].value);
    error_parts.push_back(a.parts.size());
    a.parts.push_back({error, {}});
  }
  const std::size_t activities = targets.size();
  for (const auto& w : a.plastic) targets.push_back(w.value);
  const auto bars = a.program.adjoint(seeds, targets);
  const auto scaled = [&](ValueId v, double factor) {
    if (!v.valid()) return v;
    const auto shape = a.program[v];
    return a.program.elementwise(shape.rows, shape.cols, g.mul(g.constant(factor), a.program.node(v)));
  };
  for (std::size_t k = 0; k < activities; ++k) {
    a.parts[error_parts[k]].rate = scaled(bars[k], 1 / setup.rule.number("error_tau"));
  }
  for (std::size_t k = 0; k < a.plastic.size(); ++k) {
    a.parts[static_cast<std::size_t>(a.plastic[k].part)].rate =
        scaled(bars[activities + k], -setup.rule.number("rate"));
  }
  const Index activity = a.initial.size();
  a.initial.conservativeResize(a.layout.size());
  a.initial.tail(a.layout.size() - activity).setZero();
  Problem problem = wrap(std::move(a), setup.network, false);
  add_metrics(setup, problem, loss, output, weights_offset);
  return problem;
}

/// The population the loss reads: the one named, else the only one that nothing reads and that could be one.
static int find_output(const Setup& setup, Diagnostics& diagnostics) {
  const auto& net = setup.network;
  const auto& where = setup.scenario.learning->where;
  if (const Value* named = setup.rule.find("output")) {
    const int p = net.find(named->string());
    if (p < 0) {
      std::vector<std::string> names;
      for (const auto& q : net.populations) names.push_back(q.name);
      diagnostics.add(unknown_name("population", *named, named->string(), names));
    } else if (net.populations[static_cast<std::size_t>(p)].clamped) {
      diagnostics.add({named->where, named->key, "a clamped population has nothing to learn", named->to_toml(),
                       "a population that the weights drive", ""});
      return -1;
    }
    return p;
  }
  std::vector<char> read(net.populations.size(), 0);
  for (const auto& pr : net.projections) {
    if (pr.pre != pr.post) read[pr.pre] = 1;
  }
  int found = -1, count = 0;
  for (std::size_t p = 0; p < net.populations.size(); ++p) {
    if (read[p] || net.populations[p].clamped) continue;
    found = static_cast<int>(p);
    ++count;
  }
  if (count == 1) return found;
  diagnostics.add({where, "learning.output", "it is not clear which population the loss reads",
                   fmt::format("{} populations that no other one reads", count), "the name of a population", ""});
  return -1;
}

static void check_moving(const scenario::Scenario& scenario, const network::Network& net, Diagnostics& diagnostics) {
  const Value* plastic = nullptr;  // what the user wrote of the first weights or bias that are plastic
  for (const auto& pr : scenario.projections) {
    if (pr.weights.plastic && !plastic) plastic = &pr.weights.init.source;
  }
  for (const auto& p : scenario.populations) {
    for (const auto& [input, bias] : p.bias) {
      if (bias.plastic && !plastic) plastic = &bias.init.source;
    }
  }
  if (scenario.learning && !plastic) {
    diagnostics.add({scenario.learning->where, "learning", "there is nothing to learn",
                     "no weights or bias with plastic = true", "plastic = true on at least one of them", ""});
  }
  if (!scenario.learning && plastic) {
    diagnostics.add({plastic->where, plastic->key, "is plastic, but no rule moves it", "no [learning] section",
                     "[learning]; or, for weights, a local rule: plasticity = \"hebb\"", ""});
  }
  if (scenario.learning && !net.data) {
    diagnostics.add(
        {scenario.learning->where, "learning", "learning needs [data] with inputs and targets", "", "", ""});
  }
}

Problem build_problem(const scenario::Scenario& scenario, const network::Network& net, Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.size();
  check_moving(scenario, net, diagnostics);
  Problem problem;
  if (scenario.learning) {
    for (const auto& pop : net.populations) {
      if (pop.model->threshold.text.empty()) continue;
      diagnostics.add({pop.section.where, "population." + pop.name,
                       fmt::format("model \"{}\" spikes, and a gradient does not pass through a jump", pop.model->name),
                       "[learning]", "a model without a threshold, or a local rule: plasticity = \"hebb\"", ""});
    }
  }
  if (!scenario.learning) {
    if (diagnostics.size() > before) return problem;
    problem = plain_problem(scenario, net);
    if (problem.initial.size() == 0) {
      diagnostics.add({{scenario.file, 0, 0},
                       "",
                       "nothing here changes with time",
                       "no population with a differential equation and no weights that move",
                       "",
                       ""});
    }
    return problem;
  }
  const auto& section = *scenario.learning;
  Setup setup{scenario, net, nullptr, {}, {}, -1, false};
  const auto* rule = find_entry(rules(), section.rule.name);
  if (!rule) {
    diagnostics.add(unknown_name("learning rule", section.rule.source, section.rule.name, entry_names(rules())));
  } else {
    setup.rule =
        read_parameters(rule->parameters, section.rule.settings, "learning rule \"" + rule->name + "\"", diagnostics);
  }
  setup.loss = find_entry(losses(), section.loss.name);
  if (section.loss.name.empty()) {
    diagnostics.add({section.where, "learning", "lacks the key \"loss\"", "", quoted_list(entry_names(losses())), ""});
  } else if (!setup.loss) {
    diagnostics.add(unknown_name("loss", section.loss.source, section.loss.name, entry_names(losses())));
  } else {
    setup.loss_parameters = read_parameters(setup.loss->parameters, section.loss.settings,
                                            "loss \"" + setup.loss->name + "\"", diagnostics);
  }
  if (rule) setup.output = find_output(setup, diagnostics);
  if (diagnostics.size() > before) return problem;

  const auto& pop = net.populations[static_cast<std::size_t>(setup.output)];
  const Index width = net.data->train.targets.rows();
  if (width != pop.size) {
    diagnostics.add(
        {pop.section.size_where, "population." + pop.name + ".size",
         width == 0 ? "learning needs targets in [data]" : fmt::format("the data have {} targets a sample", width),
         fmt::format("a population of {}", pop.size), width == 0 ? "" : fmt::format("size = {}", width), ""});
  }
  if (setup.loss->wants_softmax && !pop.softmax) {
    diagnostics.add({section.loss.source.where, "learning.loss",
                     fmt::format("{} needs a softmax on population \"{}\"", setup.loss->name, pop.name),
                     pop.activation.empty() ? "" : "activation " + pop.activation, "activation = \"softmax\" there",
                     ""});
  }
  if (diagnostics.size() > before) return problem;

  setup.steady = network::can_be_steady(net);
  const std::string mode = setup.rule.text("mode");
  for (const auto& p : net.populations) {
    if (mode == "coupled" || p.noise.empty()) continue;
    diagnostics.add({section.where, "learning.mode",
                     fmt::format("population \"{}\" has white noise, under which activity has no steady state", p.name),
                     "\"" + mode + "\"", "mode = \"coupled\", or a model without xi", ""});
    return problem;
  }
  if (mode == "coupled") {
    problem = coupled_problem(setup);
  } else {
    problem = setup.steady ? layered_adiabatic_problem(setup) : recurrent_adiabatic_problem(setup);
  }
  problem.learns = true;
  problem.mode = mode;
  problem.output_population = setup.output;
  return problem;
}

}  // namespace neurode::learning
