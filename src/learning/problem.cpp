#include "neurode/learning/problem.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "learning/build.hpp"
#include "neurode/learning/families.hpp"

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

const Metric* Problem::figure(const std::string& name, std::string* why) {
  why->clear();
  if (const Metric* m = metric(name)) return m;
  for (const auto& m : made) {
    if (m->name == name) return m.get();
  }
  if (!maker) {
    if (find_entry(monitors(), name)) *why = "there is no [learning] with data or a target";
    return nullptr;
  }
  auto m = maker(name, why);
  if (!m) return nullptr;
  made.push_back(std::move(m));
  return made.back().get();
}

std::unique_ptr<Landscape> Problem::landscape(std::string* why) const {
  why->clear();
  if (surveyor) return surveyor(why);
  *why = "there is no [learning] with data or a target";
  return nullptr;
}

std::vector<std::string> Problem::monitor_names() const {
  return maker ? entry_names(monitors()) : std::vector<std::string>();
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

/// Numbers of two kinds, one behind the other.
class ShownTogether : public Presented {
 public:
  ShownTogether(std::unique_ptr<Presented> first, Index size, MoreShown second)
      : first_(std::move(first)), second_(std::move(second)), size_(size) {
    both_.setZero(size_ + second_.size);
  }
  const double* at(double t) override {
    std::copy_n(first_->at(t), size_, both_.data());
    std::copy_n(second_.numbers->at(t), second_.size, both_.data() + size_);
    return both_.data();
  }
  std::vector<double> breakpoints(double t0, double t1) const override {
    auto times = first_->breakpoints(t0, t1);
    for (const double t : second_.numbers->breakpoints(t0, t1)) times.push_back(t);
    std::sort(times.begin(), times.end());
    return times;
  }

 private:
  std::unique_ptr<Presented> first_;
  MoreShown second_;
  Index size_;
  Vector both_;
};

std::unique_ptr<Presented> all_shown(const Assembly& assembly, const network::Network& network, MoreShown more) {
  if (!assembly.shown) return std::move(more.numbers);
  auto batches = network::show_samples(*network.data);
  if (!more.numbers) return batches;
  return std::make_unique<ShownTogether>(std::move(batches), shown_size(assembly, network), std::move(more));
}

}  // namespace

Index shown_size(const Assembly& assembly, const network::Network& network) {
  if (!assembly.shown) return 0;
  const network::Samples& all = network.data->train;
  const Index kinds = network.data->masked ? 2 : 1;  // targets, and whether they are there
  return (all.input_rows() + kinds * all.target_rows()) * assembly.samples + 1;
}

Problem wrap(Assembly assembly, const network::Network& network, bool symmetric,
             std::function<std::vector<double>(double, double)> more_breakpoints, MoreShown more_shown) {
  Problem problem;
  problem.initial = assembly.initial;
  problem.named = std::move(assembly.named);
  auto system = std::make_unique<ProgramSystem>(
      std::move(assembly.program), std::move(assembly.layout), std::move(assembly.parts),
      [&network, more = std::move(more_breakpoints)](double t0, double t1) {
        auto times = network.breakpoints(t0, t1);
        if (more) {
          for (const double t : more(t0, t1)) times.push_back(t);
        }
        return times;
      },
      symmetric);
  if (!assembly.delayed.empty()) {
    system->read_past(std::move(assembly.delayed),
                      network::initial_history(network, system->layout(), problem.initial));
  }
  Index first = 0;
  for (const auto& rule : assembly.spikes.thresholds) {
    problem.spiking.push_back({rule.population, first, rule.rows, rule.cols});
    first += rule.rows * rule.cols;
  }
  if (auto shown = all_shown(assembly, network, std::move(more_shown))) system->show(std::move(shown));
  system->set_noise(std::move(assembly.noise));
  system->set_spikes(std::move(assembly.spikes));
  ProgramSystem* raw = system.get();
  problem.sampler = [raw](const std::vector<ValueId>& values) {
    return std::make_unique<ProgramSampler>(*raw, values);
  };
  problem.system = std::move(system);
  return problem;
}

Problem plain_problem(const scenario::Scenario& scenario, const network::Network& network, Diagnostics& diagnostics) {
  network::AssemblyOptions options;
  if (network.data) options.samples = &network.data->train;
  Assembly assembly = network::assemble(network, options);
  const std::size_t before = diagnostics.size();
  network::check_delays(assembly, scenario, diagnostics);
  if (diagnostics.size() > before) return {};
  return wrap(std::move(assembly), network, false);
}

ValueId add_loss(const Setup& setup, Assembly& a, const network::Samples* samples, bool steady) {
  const auto p = static_cast<std::size_t>(setup.output);
  const ValueId targets = targets_of(setup, a, samples);
  const bool softmax = steady && a.softmax[p].argument.valid();
  if (setup.scenario.learning->has_target()) {
    const auto& pop = setup.network.populations[p];
    a.named.push_back({pop.name + ".target", targets, pop.output_unit, "what population " + pop.name + " is to follow",
                       pop.dimension, samples ? "sample" : "", false, pop.size, a.samples, pop.name});
  }
  const ValueId loss =
      setup.loss->build({a.program, a.outputs[p], targets, softmax ? &a.softmax[p] : nullptr, setup.loss_parameters,
                         a.shown ? a.shown->mask : ValueId{}, &a, &setup.network, p});
  return name_loss(setup, a, loss);
}

double per_sample(const Setup& setup, Index samples) {
  return setup.loss_parameters.text("reduction") == "mean" ? 1 / static_cast<double>(samples) : 1.0;
}

ValueId name_loss(const Setup& setup, Assembly& a, ValueId loss) {
  if (a.shown) {
    auto& g = a.program.graph();
    loss = a.program.elementwise(1, 1, g.mul(a.program.node(a.shown->present), a.program.node(loss)));
  }
  const bool batch = a.shown && setup.network.data->batching;
  a.named.push_back({batch ? "batch_loss" : "loss", loss, "",
                     (a.shown ? "loss on the samples shown: " : "loss on the training samples: ") + setup.loss->name,
                     "", "", false, 1, 1, ""});
  return loss;
}

}  // namespace neurode::learning
