// Learning by a loss over an episode of time.
#include "learning/trajectory/episode.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstring>

#include "dynamics/structure.hpp"
#include "learning/trajectory/sweep.hpp"

namespace neurode::learning {

using network::Assembly;

namespace {

/// Where the results of an episode stand in vector Sweep::kEpisode: the loss, then output and target at each instant.
struct Instants {
  std::vector<double> times;
  ValueId output, target;
  Index size = 0;  ///< numbers of an output
  Index numbers() const { return 1 + 2 * size * static_cast<Index>(times.size()); }
};

/// What the data show at a time of the episode, the learning time being given: batches stay as they are during an
/// episode; sequences and schedules go through it, those of a batch from its first step on.
class EpisodeData {
 public:
  EpisodeData(const network::Data& data, double start)
      : data_(data), start_(start), presented_(network::show_samples(data)) {}

  void learn_at(double t) { slot_ = data_.batching ? slot(t) : 0; }
  double slot(double t) const {
    const auto& b = *data_.batching;
    return b.start + b.period * std::max(0.0, std::floor((t - b.start) / b.period));
  }
  const double* at(double t) {
    if (!data_.batching) return presented_->at(t);
    return presented_->at(data_.sequence ? slot_ + (t - start_) : slot_);
  }
  bool in_learning_time() const { return data_.batching.has_value(); }
  /// Of an episode.
  std::vector<double> inside(double length) const {
    if (!data_.batching) return presented_->breakpoints(start_, start_ + length);
    if (!data_.sequence) return {};
    auto times = presented_->breakpoints(data_.batching->start, data_.batching->start + length);
    for (double& t : times) t += start_ - data_.batching->start;
    return times;
  }
  std::vector<double> of_learning(double t0, double t1) const {
    std::vector<double> times;
    if (!data_.batching) return times;
    for (double t = slot(t0); t < t1; t += data_.batching->period) {
      if (t > t0) times.push_back(t);
    }
    return times;
  }

 private:
  const network::Data& data_;
  double start_, slot_ = 0;
  std::unique_ptr<Presented> presented_;
};

class EpisodeGradient : public Gradient {
 public:
  EpisodeGradient(const Setup& setup, Assembly assembly, ValueId loss, Instants instants, Way way)
      : a_(std::move(assembly)), instants_(std::move(instants)), way_(way) {
    const double start = setup.scenario.time.start, length = setup.rule.number("episode");
    auto times = settle_time_conditions(a_.program);
    const auto also = [&times](const std::vector<double>& more) {
      times.insert(times.end(), more.begin(), more.end());
    };
    also(setup.network.breakpoints(start, start + length));
    if (setup.target_table) also(setup.target_table->times);
    if (a_.shown) {
      data_ = std::make_unique<EpisodeData>(*setup.network.data, start);
      data_->learn_at(start);
      also(data_->inside(length));
    }
    std::erase_if(times, [&](double t) { return !(t > start && t < start + length); });
    Sweep::ShownAt shown;
    if (data_) shown = [data = data_.get()](double t) { return data->at(t); };
    sweep_ = std::make_unique<Sweep>(a_, loss, Timeline(start, length, setup.rule.number("dt"), std::move(times)),
                                     setup.rule.integer("checkpoints"), setup.rule.flag("average"), std::move(shown));
    w_.setConstant(sweep_->weights(), std::nan(""));
    g_ = direction_ = w_;
    episode_.setZero(instants_.numbers());
    if (instants_.times.empty()) return;
    const std::vector<Executable::Output> both = {{instants_.output, 0, 0, instants_.size},
                                                  {instants_.target, 1, 0, instants_.size}};
    shown_values_ = std::make_unique<Executable>(a_.program, both);
  }

  const Sweep& sweep() const { return *sweep_; }
  Index size() const override { return sweep_->weights(); }
  std::vector<double> breakpoints(double t0, double t1) const override {
    return data_ ? data_->of_learning(t0, t1) : std::vector<double>{};
  }

  void evaluate(double t, const double* w, double* g, double* loss) override {
    settle(t, w);
    if (!has_gradient_) {
      if (way_ == Way::backward) {
        sweep_->backward(w, g_.data());
      } else {
        for (Index k = 0; k < size(); ++k) {
          direction_.setZero();
          direction_[k] = 1;
          g_[k] = sweep_->slope(w, direction_.data());
        }
      }
      has_gradient_ = true;
    }
    std::memcpy(g, g_.data(), static_cast<std::size_t>(size()) * sizeof(double));
    *loss = loss_;
  }
  void product(double t, const double* w, const double* v, double* hv, double* slope) override {
    learn_at(t);
    *slope = sweep_->product(w, v, hv);
  }
  void transposed(double t, const double* w, const double* u, double* hu) override {
    double slope = 0;
    product(t, w, u, hu, &slope);  // a Hessian
  }
  Program& program() override { return a_.program; }
  std::unique_ptr<Sampler> sampler(const std::vector<ValueId>& values) override {
    bool instants = false;
    for (const ValueId v : values) {
      const auto& value = a_.program[v];
      instants = instants ||
                 (value.source == Program::Value::Source::input && value.vector == Sweep::kEpisode && value.offset > 0);
    }
    return std::make_unique<GradientSampler>(
        a_.program, values, [this, instants](Executable& code, double t, const double* w, double* out) {
          sample(code, t, w, out, instants);
        });
  }

 private:
  /// Values at the end of the episode; those of vector kEpisode are about all of it. `instants`: with what it shows.
  void sample(Executable& code, double t, const double* w, double* out, bool instants) {
    settle(t, w);
    if (instants && !has_instants_) {
      const auto count = static_cast<Index>(instants_.times.size());
      sweep_->visit(w, instants_.times, [&](std::size_t i, double at, double mid, const double* x) {
        double* output = episode_.data() + 1 + static_cast<Index>(i) * instants_.size;
        double* both[] = {output, output + count * instants_.size};
        sweep_->run(*shown_values_, at, mid, x, w, both);
      });
      has_instants_ = true;
    }
    episode_[0] = loss_;
    const auto last = sweep_->timeline().step(sweep_->timeline().steps() - 1);
    double* const to[] = {out};
    sweep_->run(code, sweep_->timeline().end(), last.mid(), sweep_->last().data(), w, to, episode_.data());
  }

  double learn_at(double t) {
    if (!data_ || !data_->in_learning_time()) return 0;
    data_->learn_at(inside(t));
    return data_->slot(inside(t));
  }

  /// The episode at weights w, unless it is the one at hand.
  void settle(double t, const double* w) {
    const double slot = learn_at(t);
    const auto bytes = static_cast<std::size_t>(size()) * sizeof(double);
    if (slot == slot_ && std::memcmp(w, w_.data(), bytes) == 0) return;
    std::memcpy(w_.data(), w, bytes);
    slot_ = slot;
    has_gradient_ = has_instants_ = false;
    loss_ = sweep_->forward(w);
  }

  Assembly a_;
  Instants instants_;
  Way way_;
  std::unique_ptr<EpisodeData> data_;
  std::unique_ptr<Sweep> sweep_;
  std::unique_ptr<Executable> shown_values_;
  Vector w_, g_, direction_, episode_;
  double loss_ = 0, slot_ = std::nan("");
  bool has_gradient_ = false, has_instants_ = false;
};

/// Names for the record what the episode looks like: POP.episode and POP.episode_target.
Instants add_instants(const Setup& setup, Assembly& a) {
  Instants out;
  const auto count = setup.rule.integer("instants");
  const auto& pop = setup.network.populations[static_cast<std::size_t>(setup.output)];
  out.output = a.outputs[static_cast<std::size_t>(setup.output)];
  out.target = targets_of(setup, a, setup.train());
  out.size = a.program[out.output].size();
  const double start = setup.scenario.time.start, length = setup.rule.number("episode");
  for (std::int64_t i = 0; i < count; ++i) {
    out.times.push_back(start + length * static_cast<double>(i) / static_cast<double>(count - 1));
  }
  if (count == 0) return out;
  const Index cols = static_cast<Index>(count) * a.samples;
  const auto name = [&](const std::string& suffix, const std::string& what, Index offset) {
    const ValueId v = a.program.input(Sweep::kEpisode, offset, pop.size, cols);
    a.named.push_back({pop.name + suffix, v, pop.output_unit,
                       what + " at " + std::to_string(count) + " equally spaced instants of the episode", pop.dimension,
                       a.samples > 1 ? "instant_sample" : "instant", false, pop.size, cols, pop.name});
  };
  name(".episode", "output of population " + pop.name, 1);
  name(".episode_target", "what population " + pop.name + " is to follow,", 1 + out.size * static_cast<Index>(count));
  return out;
}

std::string bytes_text(double bytes) {
  if (bytes < 1e6) return fmt::format("{:.0f} kB", bytes / 1e3);
  return bytes < 1e9 ? fmt::format("{:.1f} MB", bytes / 1e6) : fmt::format("{:.1f} GB", bytes / 1e9);
}

}  // namespace

ParameterTable episode_parameters(bool needed) {
  auto episode =
      ParameterSpec::make(Kind::number, "episode", "duration of an episode, from the start of [time] on").above(0);
  auto dt =
      ParameterSpec::make(Kind::number, "dt", "step of the episode's integration: classical Runge-Kutta").above(0);
  if (needed) {
    episode = std::move(episode).needed();
    dt = std::move(dt).needed();
  }
  return {
      std::move(episode),
      std::move(dt),
      ParameterSpec::make(Kind::boolean, "average", "the loss is divided by the duration").standard(false),
      ParameterSpec::make(Kind::integer, "checkpoints",
                          "states kept along the episode; 0: about the root of the number of steps")
          .at_least(0)
          .standard(0),
      ParameterSpec::make(Kind::integer, "instants", "of the episode, at which POP.episode shows the output; 0: none")
          .at_least(0)
          .standard(101),
  };
}

double sensitivities(const Setup& setup) {
  double states = 0, weights = 0;
  const auto& net = setup.network;
  const double samples = net.data ? static_cast<double>(net.data->columns()) : 1;
  for (const auto& p : net.populations) {
    states += static_cast<double>(p.size) * static_cast<double>(p.initial.size()) * samples;
    for (const auto& b : p.biases) weights += b.plastic ? static_cast<double>(b.values.size()) : 0;
  }
  for (const auto& pr : net.projections) weights += pr.plastic ? static_cast<double>(pr.weights->size()) : 0;
  return states * weights;
}

void check_episode(const Setup& setup, Diagnostics& diagnostics) {
  const auto& net = setup.network;
  const auto& rule = setup.scenario.learning->rule.source;
  const auto refuse = [&](const std::string& problem, const std::string& found, const std::string& allowed) {
    diagnostics.add({rule.where, "learning.rule", problem, found, allowed, ""});
  };
  for (const char* key : {"episode", "dt"}) {
    if (setup.rule.has(key)) continue;
    diagnostics.add(
        {setup.scenario.learning->where, "learning", fmt::format("lacks the key \"{}\"", key), "", "a number > 0", ""});
  }
  for (const auto& p : net.populations) {
    if (!p.noise.empty()) {
      refuse(fmt::format("population \"{}\" has white noise, and each episode would have another gradient", p.name),
             fmt::format("rule \"{}\"", setup.rule_entry->name), "a model without xi");
    }
    for (const auto& b : p.biases) {
      if (!b.moves() || b.plastic) continue;
      refuse(fmt::format("a local rule moves \"{}\" during the episode, in which weights stand still", b.name), "",
             "a bias that is fixed, or plastic = true");
    }
  }
  for (const auto& pr : net.projections) {
    if (!pr.moves() || pr.plastic) continue;
    refuse(fmt::format("a local rule moves \"{}.weights\" during the episode, in which weights stand still", pr.name),
           "", "weights that are fixed, or plastic = true");
  }
  if (setup.flow->stochastic) {
    diagnostics.add({setup.scenario.learning->flow.source.where, "learning.flow",
                     fmt::format("flow \"{}\" has noise, and episodes follow smooth weights alone", setup.flow->name),
                     "", "a flow without noise", ""});
  }
  bool states = false;
  for (const auto& p : net.populations) states = states || !p.initial.empty();
  if (!states) {
    refuse("no population has a state: there is no trajectory", "", "a model with a differential equation");
  }
  if (!setup.rule.has("episode") || !setup.rule.has("dt")) return;
  const double length = setup.rule.number("episode"), dt = setup.rule.number("dt");
  constexpr double kMostSteps = 1e9;
  if (length / dt > kMostSteps) {
    diagnostics.add({setup.rule.at("dt").where, "learning.dt", "an episode would take more than 1e9 steps",
                     fmt::format("{:.3g} steps", length / dt), "a larger dt, or a shorter episode", ""});
  }
  if (setup.rule.integer("instants") == 1) {
    diagnostics.add({setup.rule.at("instants").where, "learning.instants", "one instant shows no course", "1",
                     "0, or 2 and more", ""});
  }
  if (net.data && net.data->batching && net.data->sequence && length > net.data->batching->window) {
    diagnostics.add({setup.rule.at("episode").where, "learning.episode",
                     "an episode is longer than a batch of sequences is shown", fmt::format("{}", length),
                     fmt::format("at most {}", net.data->batching->window), ""});
  }
}

Problem episode_problem(const Setup& setup, Way way) {
  const auto* train = setup.train();
  Assembly a = network::assemble(setup.network, {train, false, false});
  const ValueId rate = add_loss(setup, a, train, false);
  const ValueId output = a.outputs[static_cast<std::size_t>(setup.output)];
  const ValueId loss = a.program.input(Sweep::kEpisode, 0, 1, 1);
  for (auto& n : a.named) {
    if (n.value != rate) continue;
    n.value = loss;
    n.long_name = (setup.rule.flag("average") ? "mean over the episode of the loss: "
                                              : "integral over the episode of the loss: ") +
                  setup.loss->name;
  }
  Instants instants = add_instants(setup, a);
  auto gradient = std::make_unique<EpisodeGradient>(setup, a, rate, std::move(instants), way);
  const Sweep& sweep = gradient->sweep();
  std::string note;
  if (way == Way::backward) {
    note = fmt::format("{} steps, {} checkpoints and {} states of {} numbers, {}", sweep.timeline().steps(),
                       sweep.checkpoints(), sweep.stretch(), sweep.activity(),
                       bytes_text(static_cast<double>(sweep.bytes())));
  } else {
    note = fmt::format("{} steps, {} sensitivities: {} states by {} weights", sweep.timeline().steps(),
                       sweep.activity() * sweep.weights(), sweep.activity(), sweep.weights());
  }
  // In the episode activity is on its way, and the times of targets are the episode's.
  Setup moving = setup;
  moving.steady = false;
  moving.target_table = nullptr;
  Problem problem = finish(moving, a, loss, output, std::move(gradient));
  problem.notes.emplace_back(setup.rule_entry->name, std::move(note));
  return problem;
}

}  // namespace neurode::learning
