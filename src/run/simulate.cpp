#include "neurode/run/simulate.hpp"

#include <algorithm>
#include <chrono>

#include "neurode/core/errors.hpp"
#include "neurode/core/threads.hpp"
#include "neurode/scenario/read.hpp"

namespace neurode::run {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Feeds one time axis of the file: samples its variables together and lays them out as the file has them.
class AxisWriter {
 public:
  AxisWriter(Prepared& p, record::Recorder& recorder, int axis) : p_(p), recorder_(recorder), axis_(axis) {
    std::vector<ValueId> values;
    for (auto& v : p.plan.variables) {
      if (v.file.axis != axis) continue;
      variables_.push_back(&v);
      if (v.value.valid()) values.push_back(v.value);
      size_ += v.size();
    }
    if (!values.empty()) {
      sampler_ = p.problem.sampler(values);
      sampled_.setZero(sampler_->size());
    }
    laid_out_.setZero(std::max<Index>(size_, 1));
    Index at = 0;
    for (const auto* v : variables_) {
      spans_.emplace_back(laid_out_.data() + at, static_cast<std::size_t>(v->size()));
      at += v->size();
    }
  }

  void write(double t, const Vector& x) {
    if (has_last_ && t == last_) return;
    if (sampler_) sampler_->run(t, x.data(), sampled_.data());
    double* out = laid_out_.data();
    std::size_t value = 0;
    for (const auto* v : variables_) {
      if (v->value.valid()) {
        lay_out(*v, sampled_.data() + sampler_->offsets()[value++], out);
      } else if (v->metric) {
        *out = v->metric->evaluate(t, x.data());
      } else {
        *out = p_.plan.expressions[static_cast<std::size_t>(v->expression)].evaluate(t, x.data());
      }
      out += v->size();
    }
    recorder_.append(axis_, t, spans_);
    last_ = t;
    has_last_ = true;
  }

 private:
  /// In memory rows run fastest; in the file weights are post x pre with pre running fastest, activity sample x neuron.
  static void lay_out(const RecordedVariable& v, const double* in, double* out) {
    const Index kept = v.neurons.empty() ? v.rows : static_cast<Index>(v.neurons.size());
    const auto row = [&](Index k) {
      return v.neurons.empty() ? k : static_cast<Index>(v.neurons[static_cast<std::size_t>(k)]);
    };
    for (Index c = 0; c < v.cols; ++c) {
      for (Index k = 0; k < kept; ++k) {
        out[v.transposed ? k * v.cols + c : c * kept + k] = in[c * v.rows + row(k)];
      }
    }
  }

  Prepared& p_;
  record::Recorder& recorder_;
  int axis_;
  std::vector<RecordedVariable*> variables_;
  std::unique_ptr<learning::Sampler> sampler_;
  Vector sampled_, laid_out_;
  std::vector<std::span<const double>> spans_;
  Index size_ = 0;
  double last_ = 0;
  bool has_last_ = false;
};

/// Spikes as they come: a time axis for each population, with the neuron (and the sample) of each spike.
class SpikeWriter {
 public:
  SpikeWriter(const Prepared& p, std::vector<record::TimeAxis>& axes, std::vector<record::Variable>& variables)
      : spikes_(p.plan.spikes) {
    for (const auto& s : spikes_) {
      axis_.push_back(static_cast<int>(axes.size()));
      axes.push_back({s.population + ".spike_time", p.network->time_unit, "times of the spikes of " + s.population});
      record::Variable v;
      v.name = s.population + ".spike_neuron";
      v.axis = axis_.back();
      v.type = record::Type::int64;
      v.long_name = "which neuron of " + s.population + " spiked";
      v.attributes = {{"instance_dimension", s.population}};
      variables.push_back(v);
      if (s.cols == 1) continue;
      v.name = s.population + ".spike_sample";
      v.long_name = "in which sample";
      v.attributes = {{"instance_dimension", std::string("sample")}};
      variables.push_back(v);
    }
  }

  void write(record::Recorder& recorder, Index which, double t) {
    for (std::size_t k = 0; k < spikes_.size(); ++k) {
      const auto& s = spikes_[k];
      const Index at = which - s.first;
      if (at < 0 || at >= s.rows * s.cols) continue;
      const double neuron = static_cast<double>(at % s.rows), sample = static_cast<double>(at / s.rows);
      const std::span<const double> both[] = {{&neuron, 1}, {&sample, 1}};
      recorder.append(axis_[k], t, {both, s.cols == 1 ? 1UL : 2UL});
    }
  }

 private:
  const std::vector<learning::Spiking>& spikes_;
  std::vector<int> axis_;
};

record::Attributes provenance(const Prepared& p) {
  return {
      {"title", p.scenario.title},
      {"scenario_file", std::filesystem::path(p.scenario.file).filename().string()},
      {"seed", static_cast<std::int64_t>(p.scenario.seed)},
      {"neurode_version", version()},
      {"build", build_text()},
      {"threads", static_cast<std::int64_t>(max_threads())},
      {"integrator", p.options.method},
      {"outcome", std::string("running")},
  };
}

void write_outcome(record::Recorder& recorder, const integrate::Result& r) {
  const auto& s = r.statistics;
  recorder.attribute("outcome", std::string(integrate::outcome_name(r.outcome)));
  recorder.attribute("message", r.message);
  recorder.attribute("time_reached", r.t);
  recorder.attribute("steps", s.steps);
  recorder.attribute("rejected", s.rejected);
  recorder.attribute("rhs", s.rhs);
  recorder.attribute("jacobians", s.jacobians);
  recorder.attribute("factorisations", s.factorisations);
  recorder.attribute("jvps", s.jvps);
  recorder.attribute("switches", s.switches);
  recorder.attribute("spikes", s.spikes);
  if (!r.switches.empty()) {
    std::vector<double> times;
    std::string methods;
    for (const auto& change : r.switches) {
      times.push_back(change.t);
      methods += (methods.empty() ? "" : " ") + change.to;
    }
    recorder.attribute("switch_times", times);
    recorder.text("switch_methods", methods);
  }
  recorder.attribute("dt_smallest", s.dt_min);
  recorder.attribute("dt_largest", s.dt_max);
  recorder.attribute("wall_seconds", s.wall_seconds);
}

/// A stop condition that holds before the first step: no integration, the state at the start is the result.
int holds_at_start(Prepared& p) {
  for (std::size_t k = 0; k < p.stops.size(); ++k) {
    if (p.stops[k].holds(p.scenario.time.start, p.problem.initial.data())) return static_cast<int>(k);
  }
  return -1;
}

}  // namespace

Summary simulate(Prepared& p, const std::filesystem::path& file, bool overwrite, const RunHooks& hooks) {
  const auto& time = p.scenario.time;
  std::vector<record::Variable> variables;
  for (const auto& v : p.plan.variables) variables.push_back(v.file);
  record::FileOptions file_options;
  file_options.overwrite = overwrite;
  file_options.gzip = p.plan.gzip;
  for (const auto& e : p.plan.ends) variables.push_back(e.file);
  std::vector<record::TimeAxis> axes = p.plan.axes;
  SpikeWriter spikes(p, axes, variables);
  record::Recorder recorder(file, p.plan.dimensions, axes, variables, provenance(p), file_options);
  recorder.text("scenario", scenario::to_toml(p.scenario.root));
  for (const auto& e : p.plan.ends) recorder.write(e.file.name, e.numbers);

  std::vector<std::unique_ptr<AxisWriter>> writers;
  std::vector<integrate::OutputGrid> grids;
  for (std::size_t k = 0; k < p.plan.axes.size(); ++k) {
    writers.push_back(std::make_unique<AxisWriter>(p, recorder, static_cast<int>(k)));
    grids.push_back({p.plan.every[k]});
  }
  // Facts about the run are taken on the grid of [record]; where nothing is recorded on it, on one of their own.
  std::size_t main_grid = grids.size();
  if (p.report.follows()) {
    const auto at = std::find(p.plan.every.begin(), p.plan.every.end(), p.scenario.record.every);
    main_grid = static_cast<std::size_t>(at - p.plan.every.begin());
    if (main_grid == grids.size()) grids.push_back({p.scenario.record.every});
  }
  const learning::Metric* loss = p.problem.metric("loss");
  const auto start = Clock::now();
  auto last_report = start;

  integrate::Observer observer;
  observer.output = [&](std::size_t grid, std::int64_t, double t, const Vector& x) {
    if (grid < writers.size()) writers[grid]->write(t, x);
    if (grid == main_grid && p.report.follows()) p.report.take(t, x.data());
  };
  observer.interrupt = hooks.interrupt;
  observer.spike = [&](Index which, double t) { spikes.write(recorder, which, t); };
  observer.step = [&](double t, double, const Vector& x, const integrate::Statistics& s) {
    if (!hooks.progress) return;
    const auto now = Clock::now();
    if (std::chrono::duration<double>(now - last_report).count() < hooks.progress_seconds) return;
    last_report = now;
    hooks.progress({t, time.start, time.end, s.steps, seconds_since(start), loss != nullptr,
                    loss ? loss->evaluate(t, x.data()) : 0.0});
  };
  if (!hooks.progress) observer.step = {};

  Summary summary;
  summary.file = file;
  p.report.take(time.start, p.problem.initial.data());
  const int holds = holds_at_start(p);
  if (holds >= 0) {
    summary.result.outcome = integrate::Outcome::stopped_by_condition;
    summary.result.t = time.start;
    summary.result.x = p.problem.initial;
    summary.result.event = holds;
    summary.result.message = p.stops[static_cast<std::size_t>(holds)].event.name + " holds at the start already";
  } else {
    std::vector<integrate::Event> events;
    for (const auto& s : p.stops) events.push_back(s.event);
    try {
      summary.result = integrate::drive(*p.problem.system, time.start, p.problem.initial, time.end, p.options, grids,
                                        events, observer, p.steady_state);
    } catch (const Error& e) {  // a file that went away, a fixed point that is none: what was computed is kept
      recorder.attribute("outcome", std::string("failed"));
      recorder.attribute("message", std::string(e.what()));
      recorder.close();
      throw;
    }
  }
  // Where a run ends between grid points, its last good state is in the file too.
  for (const auto& w : writers) w->write(summary.result.t, summary.result.x);
  for (const auto& m : p.problem.metrics) {
    summary.metrics.emplace_back(m.name, m.evaluate(summary.result.t, summary.result.x.data()));
    recorder.attribute("final_" + m.name, summary.metrics.back().second);
  }
  for (const auto& m : p.problem.made) {
    summary.metrics.emplace_back(m->name, m->evaluate(summary.result.t, summary.result.x.data()));
    recorder.attribute("final_" + m->name, summary.metrics.back().second);
  }
  p.report.take(summary.result.t, summary.result.x.data());
  summary.report = p.report.facts(summary.result.t, summary.result.x.data());
  write_report(recorder, summary.report);
  write_outcome(recorder, summary.result);
  recorder.close();
  summary.bytes = recorder.bytes();
  return summary;
}

std::filesystem::path default_output(const std::filesystem::path& scenario) {
  return free_file(scenario.stem().string(), ".h5");
}

std::filesystem::path free_file(const std::string& stem, const std::string& extension) {
  for (int k = 1;; ++k) {
    const std::filesystem::path name = k == 1 ? stem + extension : stem + "-" + std::to_string(k) + extension;
    std::error_code ignored;
    if (std::filesystem::symlink_status(name, ignored).type() == std::filesystem::file_type::not_found) return name;
  }
}

}  // namespace neurode::run
