#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "neurode/core/errors.hpp"
#include "neurode/integrate/drive.hpp"
#include "neurode/run/monitor.hpp"
#include "study/context.hpp"
#include "study/scenario_family.hpp"
#include "study/studies/list.hpp"

namespace neurode::study {

namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kSamples = 4000;

/// What one run comes to.
struct Course {
  double p = 0, last = kNothing, mean = kNothing, low = kNothing, high = kNothing;
  double frequency = kNothing;  ///< crossings of the middle of the range, upwards, per unit of time
  double spikes = kNothing;     ///< per neuron and unit of time; NaN where nothing spikes
  bool whole = false;           ///< it came to its end
};

/// 0 where the range is what the tolerance leaves; else upward crossings of the middle of the range, between the first
/// and the last of them, over the time between.
double frequency_of(const std::vector<double>& t, const std::vector<double>& v, double low, double high, double rtol) {
  const double middle = 0.5 * (low + high), least = 100 * rtol * (1 + std::max(std::abs(low), std::abs(high)));
  if (!(high - low > least)) return 0;
  std::vector<double> times;
  for (std::size_t k = 1; k < v.size(); ++k) {
    if (v[k - 1] < middle && v[k] >= middle) {
      times.push_back(t[k - 1] + (middle - v[k - 1]) / (v[k] - v[k - 1]) * (t[k] - t[k - 1]));
    }
  }
  return times.size() < 2 ? 0 : static_cast<double>(times.size() - 1) / (times.back() - times.front());
}

Course course(run::Prepared& p, run::Monitor& of, double skip, const std::function<bool()>& interrupt, Vector& state) {
  const auto& time = p.scenario.time;
  Course c;
  std::vector<double> t, v;
  std::int64_t spikes = 0;
  integrate::Observer observer;
  observer.output = [&](std::size_t, std::int64_t, double when, const Vector& x) {
    if (when < time.start + skip) return;
    t.push_back(when);
    v.push_back(of.evaluate(when, x.data()));
  };
  observer.spike = [&](Index, double when) { spikes += when >= time.start + skip; };
  observer.interrupt = interrupt;
  const auto r = integrate::drive(*p.problem.system, time.start, state, time.end, p.options,
                                  {{(time.end - time.start) / kSamples}}, {}, observer);
  c.whole = integrate::succeeded(r.outcome);
  state = r.x;
  if (v.empty()) return c;
  c.last = v.back();
  c.mean = 0;
  c.low = c.high = v.front();
  for (const double x : v) {
    c.mean += x / static_cast<double>(v.size());
    c.low = std::min(c.low, x), c.high = std::max(c.high, x);
  }
  c.frequency = frequency_of(t, v, c.low, c.high, p.options.rtol);
  Index neurons = 0;
  for (const auto& s : p.problem.spiking) neurons += s.rows * s.cols;
  if (neurons > 0)
    c.spikes = static_cast<double>(spikes) / static_cast<double>(neurons) / (time.end - time.start - skip);
  return c;
}

Findings run(const Request& request) {
  const auto& q = request.parameters;
  const std::string parameter = q.text("parameter");
  auto p = run::prepare(request.scenario, request.overrides);
  const auto& time = p->scenario.time;
  const double low = q.number("from"), high = q.number("to");
  const auto count = static_cast<std::size_t>(q.integer("count"));
  const double skip = q.has("skip") ? q.number("skip") : 0.5 * (time.end - time.start);
  if (!(skip < time.end - time.start)) throw UsageError("--skip leaves no time");
  const bool log = q.flag("log"), go_on = q.flag("hysteresis");
  if (log && !(low > 0 && high > 0)) throw UsageError("--log needs --from and --to > 0");
  ScenarioFamily family(*p, request.scenario, parameter);
  std::string of = q.has("of") ? q.text("of") : state_labels(p->problem.system->layout()).front();

  std::vector<double> places;
  for (std::size_t k = 0; k < count; ++k) {
    const double s = count == 1 ? 0 : static_cast<double>(k) / static_cast<double>(count - 1);
    places.push_back(log ? low * std::pow(high / low, s) : low + s * (high - low));
  }
  if (go_on) places.insert(places.end(), places.rbegin(), places.rend());
  std::vector<Course> courses;
  Vector state;
  std::string unit;
  for (const double place : places) {
    if (request.interrupt && request.interrupt()) break;
    run::Prepared& now = family.prepared_at(place);
    Diagnostics diagnostics;
    run::Monitor monitor({of, {"--of", 0, 0}, "--of"}, now.problem, diagnostics);
    diagnostics.throw_if_any();
    unit = monitor.unit();
    if (state.size() == 0 || !go_on) state = now.problem.initial;
    courses.push_back(course(now, monitor, skip, request.interrupt, state));
    courses.back().p = place;
  }

  Findings f = about(request, "scan", *p);
  f.complete = courses.size() == places.size();
  f.labels.clear();
  f.heading = fmt::format("{} for {} from {:g} to {:g}{}; times after {:g}", of, parameter, low, high,
                          go_on ? " and back, each run from where the one before it ended" : "", skip);
  f.facts = {{"of", of}, {"parameter", parameter}};
  f.dimensions = {{"run", courses.size(), {}}};
  const double hertz = f.time_unit == "ms" ? 1000 : 1;
  const std::string rate = f.time_unit == "ms" || f.time_unit == "s" ? "Hz"
                           : f.time_unit.empty()                     ? ""
                                                                     : "1/" + f.time_unit;
  const auto add = [&](const char* name, const std::string& long_name, const std::string& u, const auto& get) {
    Quantity v{name, long_name, u, {"run"}, {}, {}};
    for (const auto& c : courses) v.numbers.push_back(get(c));
    const bool any = std::any_of(v.numbers.begin(), v.numbers.end(), [](double x) { return !std::isnan(x); });
    if (any) f.table.emplace_back(name);
    f.add(std::move(v));
  };
  add("p", parameter, "", [](const Course& c) { return c.p; });
  add("final", of + " at the end", unit, [](const Course& c) { return c.last; });
  add("mean", "its mean", unit, [](const Course& c) { return c.mean; });
  add("min", "its smallest value", unit, [](const Course& c) { return c.low; });
  add("max", "its largest value", unit, [](const Course& c) { return c.high; });
  add("frequency", "its crossings of the middle of its range, upwards", rate,
      [=](const Course& c) { return hertz * c.frequency; });
  add("spike_rate", "spikes of a neuron, on average", rate, [=](const Course& c) { return hertz * c.spikes; });
  add("whole", "1: the run came to its end", "1", [](const Course& c) { return c.whole ? 1.0 : 0.0; });
  plot::Panel values{"Range and mean", parameter, of + (unit.empty() ? "" : " [" + unit + "]"), {}};
  plot::Panel rates{
      f.table.size() > 7 ? "Spike rate" : "Frequency", parameter, "rate" + (rate.empty() ? "" : " [" + rate + "]"), {}};
  values.x_linear = rates.x_linear = !log;
  values.y_linear = rates.y_linear = true;
  const auto curve = [&](const char* name, const auto& get) {
    plot::Curve c{name, {}};
    for (const auto& each : courses) c.points.emplace_back(each.p, get(each));
    return c;
  };
  values.curves = {curve("max", [](const Course& c) { return c.high; }),
                   curve("mean", [](const Course& c) { return c.mean; }),
                   curve("min", [](const Course& c) { return c.low; })};
  const bool spiking = !courses.empty() && !std::isnan(courses[0].spikes);
  rates.curves = {curve(spiking ? "spike rate" : "frequency",
                        [=](const Course& c) { return hertz * (spiking ? c.spikes : c.frequency); })};
  f.chart.title = "Scan: " + (f.title.empty() ? f.scenario : f.title);
  f.chart.subtitle = f.heading;
  f.chart.panels = {std::move(values), std::move(rates)};
  return f;
}

}  // namespace

StudyEntry scan() {
  StudyEntry e;
  e.name = "scan";
  e.summary = "a run for each of many values of a parameter: ranges, frequencies, spike rates (f-I curves)";
  e.parameters = {
      ParameterSpec::make(Kind::string, "parameter", "the key that varies, as for --set: population.p.I").needed(),
      ParameterSpec::make(Kind::number, "from", "its first value").needed(),
      ParameterSpec::make(Kind::number, "to", "its last value").needed(),
      ParameterSpec::make(Kind::integer, "count", "how many values").at_least(1).at_most(1e6).standard(21),
      ParameterSpec::make(Kind::boolean, "log", "their distances are equal on a logarithmic scale").standard(false),
      ParameterSpec::make(Kind::string, "of",
                          "expression of what can be recorded: p.v[0], mean(p.v), loss. Default: the first state"),
      ParameterSpec::make(Kind::number, "skip", "time that does not count. Default: half of the scenario's")
          .at_least(0),
      ParameterSpec::make(Kind::boolean, "hysteresis", "there and back, each run from where the one before it ended")
          .standard(false),
  };
  e.run = run;
  return e;
}

}  // namespace neurode::study
