// What a run needs of memory and disk, before it takes any.
#include "neurode/run/estimate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <regex>
#include <utility>
#include <vector>

#include "network/connectivity/wiring.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/core/machine.hpp"
#include "neurode/dynamics/program_system.hpp"
#include "neurode/integrate/memory.hpp"
#include "neurode/network/families.hpp"
#include "run/checkpoints.hpp"

namespace neurode::run {

namespace {

constexpr double kNumber = sizeof(double);
constexpr double kProgram = 15e6;      // measured: peak of `neurode run` on a scenario of two states
constexpr double kRecorder = 4e6;      // HDF5's own, of a file of a few variables
constexpr double kNoMatter = 100e6;    // no machine is that small
constexpr Index kLargeState = 100000;  // from here on the scratch memory of the equations is looked up, not guessed
constexpr double kLargest = 4e6;       // above this a point fills its chunk, and is not kept
constexpr double kCopies = 4;          // of the state at the least: before and after a step, its rate, what is recorded

double bytes_of(const network::Network& net) {
  double numbers = 0, bytes = 0;
  for (const auto& pop : net.populations) {
    for (const auto& p : pop.parameters) numbers += static_cast<double>(p.values.size());
    for (const auto& [name, values] : pop.initial) numbers += static_cast<double>(values.size());
    for (const auto& b : pop.biases) numbers += static_cast<double>(b.values.size());
    for (const auto& d : pop.delays) numbers += static_cast<double>(d.size());
    numbers += static_cast<double>(pop.refractory.size());
  }
  numbers *= 2;  // as they are given, and as the equations read them
  for (const auto& pr : net.projections) {
    if (pr.weights) numbers += static_cast<double>(pr.weights->size());
    numbers += 2 * static_cast<double>(pr.delay.size());
    for (const auto& [name, values] : pr.rule.initial) numbers += static_cast<double>(values.size());
    if (!pr.wiring) continue;
    if (pr.wiring->left) numbers += static_cast<double>(pr.wiring->left->size());
    if (pr.wiring->right) numbers += static_cast<double>(pr.wiring->right->size());
    if (!pr.wiring->pattern) continue;
    bytes += 4 * static_cast<double>(pr.wiring->pattern->column.size());
    bytes += 8 * static_cast<double>(pr.wiring->pattern->start.size());
  }
  return bytes + kNumber * numbers;
}

double bytes_of(const network::Samples& s) { return kNumber * static_cast<double>(s.inputs.size() + s.targets.size()); }

double bytes_of(const RecordPlan& plan) {
  const auto chunk = static_cast<double>(record::FileOptions{}.chunk_bytes);
  double bytes = kRecorder;
  for (const auto& v : plan.variables) {
    const double point = kNumber * static_cast<double>(v.size());
    bytes += 2 * point;  // sampled, and laid out as the file has it
    bytes += point >= kLargest ? 2 * kLargest : std::max(chunk, point);
  }
  for (const auto& e : plan.ends) bytes += kNumber * static_cast<double>(e.numbers.size());
  return bytes;
}

/// Past states: for each step over the longest delay, as many points as the dense output has orders.
double bytes_of_past(Prepared& p, const integrate::MethodEntry& method) {
  if (p.problem.system->delays() == nullptr) return 0;
  constexpr double kPieces = 64;  // that there is room for at first
  return kNumber * kPieces * static_cast<double>((method.dense_order + 1) * p.problem.system->size());
}

/// What a right-hand side and, with `products`, J v work in.
double scratch_bytes(System& system, bool products) {
  const auto n = static_cast<double>(system.size());
  double numbers = 4 * n;
  if (auto* s = dynamic_cast<ProgramSystem*>(&system); s && system.size() > kLargeState) {
    std::vector<Executable::Output> outputs;
    for (std::size_t k = 0; k < s->parts().size(); ++k) {
      const Slice& slice = s->layout().slices()[k];
      outputs.push_back({s->parts()[k].rate, 0, slice.offset, slice.size()});
    }
    numbers = static_cast<double>(Executable(s->program(), outputs).scratch_size());
  }
  return kNumber * numbers * (products ? 3 : 1);  // J v: the same values, and their derivatives
}

/// Adds up what populations and connections take, by their sizes alone.
class SizeCheck {
 public:
  SizeCheck(const scenario::Scenario& scenario, Diagnostics& diagnostics)
      : scenario_(scenario), diagnostics_(diagnostics), available_(available_memory()) {
    if (!scenario.integrator.method.is_string()) return;
    const auto* method = find_entry(integrate::methods(), scenario.integrator.method.string());
    if (method) copies_ = integrate::vectors_held(*method);
  }

  bool run() {
    const double samples = samples_shown();
    for (const auto& p : scenario_.populations) {
      const double states = std::max(1.0, static_cast<double>(states_of(p.model)));
      add(copies_ * kNumber * static_cast<double>(p.size) * states * samples, fmt::format("{} neurons", p.size),
          p.size_where, "population." + p.name + ".size");
    }
    for (const auto& p : scenario_.projections) add_projection(p);
    return good_;
  }

 private:
  double samples_shown() const {
    if (!scenario_.data) return 1;
    const auto& data = *scenario_.data;
    if (data.batch && data.batch->has("size")) return static_cast<double>(data.batch->integer("size"));
    const bool listed = data.inputs && data.inputs->is_list() && !data.schedule;
    return listed ? static_cast<double>(data.inputs->list().size()) : 1;
  }

  std::size_t states_of(const std::string& name) const {
    const auto* model = find_entry(scenario_.models, name);
    if (!model) model = find_entry(network::models(), name);
    if (!model) return 1;
    static const std::regex rate(R"((^|[^A-Za-z0-9_.])d[A-Za-z_][A-Za-z0-9_]*/dt\s*=)");
    const std::string& text = model->equations.text;
    return static_cast<std::size_t>(std::distance(std::sregex_iterator(text.begin(), text.end(), rate), {}));
  }

  const scenario::PopulationSection* population(const std::string& name) const {
    return find_entry(scenario_.populations, name);
  }

  void add_projection(const scenario::ProjectionSection& p) {
    const auto *pre = population(p.pre), *post = population(p.post);
    if (!pre || !post) return;  // reported
    const double pairs = static_cast<double>(pre->size) * static_cast<double>(post->size);
    const bool moves = p.weights.plastic || p.plasticity;
    const bool alike = p.weights.init.name == "constant" && !moves;
    double connections = alike || !p.weights_given ? 0 : pairs, indices = 0;
    if (p.connect && p.connect->name != "all_to_all") {
      connections = expected(p, *pre, *post);
      indices = connections * sizeof(std::int32_t);
      if (alike) connections = 0;
    }
    add(indices + kNumber * connections * (moves ? 1 + copies_ : 1),
        fmt::format("{} x {} connections", post->size, pre->size), p.where, "projection.\"" + p.name + "\"");
  }

  /// Of a connectivity; 0 where it keeps none one by one, or is faulty, which is told later.
  double expected(const scenario::ProjectionSection& p, const scenario::PopulationSection& pre,
                  const scenario::PopulationSection& post) const {
    const auto* entry = find_entry(network::connectivities(), p.connect->name);
    if (!entry || !entry->expected) return 0;
    Diagnostics told_later;
    const Parameters parameters = read_parameters(entry->parameters, p.connect->settings, "", told_later);
    if (!told_later.empty()) return 0;
    const network::Population from = placed(pre), to = placed(post);
    return entry->expected({from, to, p.pre == p.post, parameters, p.connect->source, scenario_, p.name});
  }
  static network::Population placed(const scenario::PopulationSection& section) {
    network::Population p;
    p.name = section.name;
    p.size = static_cast<Index>(section.size);
    p.shape.assign(section.shape.begin(), section.shape.end());
    if (p.shape.empty()) p.shape = {p.size};
    return p;
  }

  void add(double bytes, const std::string& what, const Location& where, const std::string& key) {
    if (planned_ + bytes <= available_.bytes) {
      planned_ += bytes;
      return;
    }
    good_ = false;
    const std::string before = planned_ > kNoMatter ? ", beside " + size_text(planned_) + " for what comes before" : "";
    diagnostics_.add(
        {where, key, what + " are more than memory holds", "a need of " + size_text(bytes) + before,
         fmt::format("up to {} ({}); or --allow-large of run and check", size_text(available_.bytes), available_.why),
         ""});
  }

  const scenario::Scenario& scenario_;
  Diagnostics& diagnostics_;
  const Available available_;
  double copies_ = kCopies, planned_ = 0;
  bool good_ = true;
};

}  // namespace

std::string MemoryEstimate::text() const {
  std::vector<std::pair<double, const char*>> parts = {{network, "network"},   {data, "data"},
                                                       {state, "state"},       {method, "method"},
                                                       {recorder, "recorder"}, {program, "program"}};
  std::stable_sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string out;
  for (const auto& [bytes, name] : parts) {
    if (bytes < total() / 100) break;
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", name, size_text(bytes));
  }
  return out;
}

MemoryEstimate estimate_memory(Prepared& p) {
  const auto& method = *find_entry(integrate::methods(), p.options.method);
  System& system = *p.problem.system;
  MemoryEstimate e;
  e.program = kProgram;
  e.network = bytes_of(*p.network);
  if (p.network->data) e.data = bytes_of(p.network->data->train) + bytes_of(p.network->data->test);
  const double vector = kNumber * static_cast<double>(system.size());
  e.state = 2 * vector;  // the initial one, and the tolerances
  e.state += scratch_bytes(system, method.needs_jvp || method.needs_jacobian) + bytes_of_past(p, method);
  e.method = integrate::memory_estimate(method, system);
  e.recorder = bytes_of(p.plan);
  // The state at the last restart point, and what is made of it for the file.
  if (restart_points(p.scenario.checkpoint, p.options.method).any()) e.recorder += 2 * vector;
  return e;
}

bool check_sizes(const scenario::Scenario& scenario, Diagnostics& diagnostics) {
  return SizeCheck(scenario, diagnostics).run();
}

void check_memory(Prepared& p, Diagnostics& diagnostics) {
  const MemoryEstimate e = estimate_memory(p);
  if (e.total() < kNoMatter) return;
  Available available = available_memory();
  available.bytes += e.network + e.data;  // which are there by now
  if (e.total() <= available.bytes) return;
  diagnostics.add(
      {{p.scenario.file, 0, 0},
       "",
       "a run needs more memory than there is",
       fmt::format("a need of about {} ({})", size_text(e.total()), e.text()),
       fmt::format("up to {} ({}): smaller populations, fewer samples, a method that holds less than \"{}\"; "
                   "or --allow-large of run and check",
                   size_text(available.bytes), available.why, p.options.method),
       ""});
}

void check_file_size(const Prepared& p, const std::filesystem::path& file) {
  const double bytes = p.plan.estimated_bytes(p.scenario.time.end - p.scenario.time.start);
  const auto free = free_space(file);
  if (!free || bytes <= *free) return;
  throw ScenarioError({{p.scenario.record.where, "record", "the result is larger than the free space where it is to be",
                        fmt::format("about {} before compression", size_text(bytes)),
                        fmt::format("up to {}: a larger record.every, fewer variables or neurons, another folder (-o); "
                                    "or --allow-large",
                                    size_text(*free)),
                        ""}});
}

}  // namespace neurode::run
