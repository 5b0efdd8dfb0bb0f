#include "neurode/run/simulate.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "neurode/core/errors.hpp"
#include "neurode/record/copy.hpp"
#include "neurode/scenario/read.hpp"
#include "run/checkpoints.hpp"
#include "run/provenance.hpp"
#include "run/writers.hpp"

namespace neurode::run {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Tells after which steps the clock is worth a look: after each, unless they are short.
class Pace {
 public:
  bool look(Clock::time_point& now) {
    if (--left_ > 0) return false;
    now = Clock::now();
    every_ = now - last_ < kShort ? std::min(2 * every_, kMost) : 1;
    left_ = every_;
    last_ = now;
    return true;
  }

 private:
  static constexpr auto kShort = std::chrono::milliseconds(1);
  static constexpr int kMost = 64;
  int every_ = 1, left_ = 1;
  Clock::time_point last_ = Clock::now();
};

/// A stop condition that holds before the first step: no integration, the state at the start is the result.
int holds_at_start(Prepared& p) {
  for (std::size_t k = 0; k < p.stops.size(); ++k) {
    if (p.stops[k].holds(p.scenario.time.start, p.problem.initial.data())) return static_cast<int>(k);
  }
  return -1;
}

/// Where a run ends between grid points, its last good state is in the file too; then what is said of its end.
void write_end(Prepared& p, record::Recorder& recorder, const std::vector<std::unique_ptr<AxisWriter>>& writers,
               Summary& summary) {
  const double t = summary.result.t;
  const Vector& x = summary.result.x;
  for (const auto& w : writers) w->write(t, x);
  const auto add = [&](const learning::Metric& m) {
    summary.metrics.emplace_back(m.name, m.evaluate(t, x.data()));
    recorder.attribute("final_" + m.name, summary.metrics.back().second);
  };
  for (const auto& m : p.problem.metrics) add(m);
  for (const auto& m : p.problem.made) add(*m);
  p.report.take(t, x.data());
  summary.report = p.report.facts(t, x.data());
  write_report(recorder, summary.report);
  write_outcome(recorder, summary);
}

}  // namespace

Summary simulate(Prepared& p, const std::filesystem::path& file, bool overwrite, const RunHooks& hooks,
                 const Earlier* earlier) {
  const auto& time = p.scenario.time;
  const Continuation* from = earlier && earlier->from ? &*earlier->from : nullptr;
  std::vector<record::Variable> variables;
  for (const auto& v : p.plan.variables) variables.push_back(v.file);
  record::FileOptions file_options;
  file_options.overwrite = overwrite;
  file_options.gzip = p.plan.gzip;
  file_options.flush_seconds = p.scenario.record.flush;
  file_options.unpublished = true;  // until it says where it comes from, and has all that an earlier file had
  for (const auto& e : p.plan.ends) variables.push_back(e.file);
  std::vector<record::TimeAxis> axes = p.plan.axes;
  for (std::size_t k = 0; k < axes.size(); ++k) {
    const double every = p.plan.every[k];
    if (every > 0) axes[k].expected = static_cast<std::size_t>(std::ceil((time.end - time.start) / every)) + 1;
  }
  SpikeWriter spikes(p, axes, variables);
  record::Recorder recorder(file, p.plan.dimensions, axes, variables, provenance(p), file_options);
  recorder.text("scenario", scenario::to_toml(p.scenario.root));
  for (const auto& e : p.plan.ends) recorder.write(e.file.name, e.numbers);
  if (!from) recorder.publish();

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
  auto options = p.options;
  options.restarts = restart_points(p.scenario.checkpoint, options.method);
  Checkpoints checkpoints(p.scenario.checkpoint, time.start, recorder, writers, p.report);
  if (from) {
    record::copy_points(earlier->file, from->points, recorder);
    checkpoints.take_up(*from);
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
  observer.restart = [&, published = from == nullptr](double t, const integrate::Statistics& s,
                                                      const integrate::SnapshotSource& source) mutable {
    checkpoints.passed(t, s, source);
    if (!published) recorder.publish();
    published = true;
  };
  observer.step = [&, pace = Pace(), now = start](double t, double, const Vector& x,
                                                  const integrate::Statistics& s) mutable {
    if (!pace.look(now)) return;
    recorder.flush_if_due();
    if (!hooks.progress) return;
    if (std::chrono::duration<double>(now - last_report).count() < hooks.progress_seconds) return;
    last_report = now;
    hooks.progress({t, time.start, time.end, s.steps, seconds_since(start), loss != nullptr,
                    loss ? loss->evaluate(t, x.data()) : 0.0});
  };

  Summary summary;
  summary.file = file;
  summary.sittings = from ? from->sittings + 1 : 1;
  if (!from) p.report.take(time.start, p.problem.initial.data());
  try {
    if (const int holds = from ? -1 : holds_at_start(p); holds >= 0) {
      summary.result.outcome = integrate::Outcome::stopped_by_condition;
      summary.result.t = time.start;
      summary.result.x = p.problem.initial;
      summary.result.event = holds;
      summary.result.message = p.stops[static_cast<std::size_t>(holds)].event.name + " holds at the start already";
    } else {
      std::vector<integrate::Event> events;
      for (const auto& s : p.stops) events.push_back(s.event);
      summary.result = integrate::drive(*p.problem.system, time.start, p.problem.initial, time.end, options, grids,
                                        events, observer, p.steady_state, from ? &from->snapshot : nullptr);
    }
    write_end(p, recorder, writers, summary);
  } catch (const Error& e) {  // a file that went away, a value that is not to be had: what was computed is kept
    recorder.attribute("outcome", std::string("failed"));
    recorder.attribute("message", std::string(e.what()));
    checkpoints.close_with(summary.result.last);
    throw;
  }
  checkpoints.close_with(summary.result.last);
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
