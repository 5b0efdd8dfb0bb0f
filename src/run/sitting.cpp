#include "run/sitting.hpp"

#include <algorithm>
#include <cmath>

#include "neurode/scenario/read.hpp"
#include "run/checkpoints.hpp"
#include "run/provenance.hpp"

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

std::vector<record::TimeAxis> axes_of(const Prepared& p) {
  const auto& time = p.scenario.time;
  std::vector<record::TimeAxis> axes = p.plan.axes;
  for (std::size_t k = 0; k < axes.size(); ++k) {
    const double every = p.plan.every[k];
    if (every > 0) axes[k].expected = static_cast<std::size_t>(std::ceil((time.end - time.start) / every)) + 1;
  }
  return axes;
}

std::vector<record::Variable> variables_of(const Prepared& p) {
  std::vector<record::Variable> variables;
  for (const auto& v : p.plan.variables) variables.push_back(v.file);
  for (const auto& e : p.plan.ends) variables.push_back(e.file);
  return variables;
}

}  // namespace

Declared::Declared(const Prepared& p) : axes(axes_of(p)), variables(variables_of(p)), spikes(p, axes, variables) {}

Sitting::Sitting(Prepared& p, const Declared& declared, record::Sink& sink)
    : p_(p), spikes_(declared.spikes), sink_(sink) {
  sink.attribute(kScenario, scenario::to_toml(p.scenario.root));
  for (const auto& e : p.plan.ends) sink.write(e.file.name, e.numbers);
  for (std::size_t k = 0; k < p.plan.axes.size(); ++k) {
    writers.push_back(std::make_unique<AxisWriter>(p, sink, static_cast<int>(k)));
  }
}

void Sitting::run(const RunHooks& hooks, const Continuation* from, Summary& summary) {
  summary.sittings = from ? from->sittings + 1 : 1;
  try {
    integrate(hooks, from, summary);
    write_end(summary);
  } catch (const Error& e) {  // a file that went away, a value that is not to be had: what was computed is kept
    sink_.attribute(kOutcome, std::string("failed"));
    sink_.attribute("message", std::string(e.what()));
    throw;
  }
}

void Sitting::integrate(const RunHooks& hooks, const Continuation* from, Summary& summary) {
  const auto& time = p_.scenario.time;
  std::vector<integrate::OutputGrid> grids;
  for (const double every : p_.plan.every) grids.push_back({every});
  // Facts about the run are taken on the grid of [record]; where nothing is recorded on it, on one of their own.
  std::size_t main_grid = grids.size();
  if (p_.report.follows()) {
    const auto at = std::find(p_.plan.every.begin(), p_.plan.every.end(), p_.scenario.record.every);
    main_grid = static_cast<std::size_t>(at - p_.plan.every.begin());
    if (main_grid == grids.size()) grids.push_back({p_.scenario.record.every});
  }
  const learning::Metric* loss = p_.problem.metric("loss");
  auto last_report = start_;

  integrate::Observer observer;
  observer.output = [&](std::size_t grid, std::int64_t, double t, const Vector& x) {
    if (grid < writers.size()) writers[grid]->write(t, x);
    if (grid == main_grid && p_.report.follows()) p_.report.take(t, x.data());
  };
  observer.interrupt = hooks.interrupt;
  observer.spike = [&](Index which, double t) { spikes_.write(sink_, which, t); };
  if (restart) observer.restart = restart;
  observer.failed = [&](integrate::Snapshot last) { summary.result.last = std::move(last); };
  observer.step = [&, pace = Pace(), now = start_](double t, double, const Vector& x,
                                                   const integrate::Statistics& s) mutable {
    if (!pace.look(now)) return;
    if (this->pause) this->pause();
    if (!hooks.progress) return;
    if (std::chrono::duration<double>(now - last_report).count() < hooks.progress_seconds) return;
    last_report = now;
    hooks.progress({t, time.start, time.end, s.steps, seconds_since(start_), loss != nullptr,
                    loss ? loss->evaluate(t, x.data()) : 0.0});
  };

  if (!from) p_.report.take(time.start, p_.problem.initial.data());
  if (const int holds = from ? -1 : holding_at_start(p_); holds >= 0) {
    summary.result.outcome = integrate::Outcome::stopped_by_condition;
    summary.result.t = time.start;
    summary.result.x = p_.problem.initial;
    summary.result.event = holds;
    summary.result.message = p_.stops[static_cast<std::size_t>(holds)].event.name + " holds at the start already";
    return;
  }
  auto options = p_.options;
  // Also where nobody notes them: they are where steps begin anew, and the numbers must not depend on who records.
  options.restarts = restart_points(p_.scenario.checkpoint, options.method);
  std::vector<integrate::Event> events;
  for (const auto& s : p_.stops) events.push_back(s.event);
  summary.result = integrate::drive(*p_.problem.system, time.start, p_.problem.initial, time.end, options, grids,
                                    events, observer, p_.steady_state, from ? &from->snapshot : nullptr);
}

/// Where a run ends between grid points, its last good state is recorded too; then what is said of its end.
void Sitting::write_end(Summary& summary) {
  const double t = summary.result.t;
  const Vector& x = summary.result.x;
  for (const auto& w : writers) w->write(t, x);
  const auto add = [&](const learning::Metric& m) {
    summary.metrics.emplace_back(m.name, m.evaluate(t, x.data()));
    sink_.attribute("final_" + m.name, summary.metrics.back().second);
  };
  for (const auto& m : p_.problem.metrics) add(m);
  for (const auto& m : p_.problem.made) add(*m);
  p_.report.take(t, x.data());
  summary.report = p_.report.facts(t, x.data());
  write_report(sink_, summary.report);
  write_outcome(sink_, summary);
}

}  // namespace neurode::run
