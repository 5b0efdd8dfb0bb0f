#include "study/context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "neurode/core/bytes.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/integrate/drive.hpp"
#include "neurode/scenario/read.hpp"

namespace neurode::study {

Findings about(const Request& request, const std::string& study, const run::Prepared& p) {
  Findings f;
  f.study = study;
  f.scenario = request.scenario.path.string();
  f.title = p.scenario.title;
  f.time_unit = p.network->time_unit;
  f.scenario_text = scenario::to_toml(p.scenario.root);
  f.labels = state_labels(p.problem.system->layout());
  f.facts = {{"state_count", static_cast<std::int64_t>(p.problem.system->size())}};
  return f;
}

std::unique_ptr<run::Prepared> ready(const Request& request) {
  auto p = run::prepare(request.scenario, request.overrides);
  System& system = *p->problem.system;
  const char* what = system.delays()  ? "delays: what it does depends on its past"
                     : system.noise() ? "white noise: it never rests"
                     : system.jumps() ? "spikes: its state jumps"
                                      : nullptr;
  if (what) {
    throw UsageError(fmt::format("{}: analyze looks at x' = F(t, x), and this scenario has {}",
                                 request.scenario.path.string(), what));
  }
  return p;
}

Trajectory trajectory(run::Prepared& p, int count, const std::function<bool()>& interrupt) {
  const auto& time = p.scenario.time;
  Trajectory out;
  integrate::Observer observer;
  observer.output = [&](std::size_t, std::int64_t, double t, const Vector& x) {
    out.t.push_back(t);
    out.x.push_back(x);
  };
  observer.interrupt = interrupt;
  std::vector<integrate::Event> events;
  for (const auto& s : p.stops) events.push_back(s.event);
  integrate::drive(*p.problem.system, time.start, p.problem.initial, time.end, p.options,
                   {{(time.end - time.start) / count}}, events, observer, p.steady_state);
  if (out.x.empty()) out.t.push_back(time.start), out.x.push_back(p.problem.initial);
  out.low = out.high = out.x.front();
  for (const Vector& x : out.x) {
    out.low = out.low.cwiseMin(x);
    out.high = out.high.cwiseMax(x);
  }
  return out;
}

Passage pass(run::Prepared& p, const integrate::Options& options, int count, double skip,
             const std::function<bool()>& interrupt, const std::function<void(double t, const Vector& x)>& visit) {
  const auto& time = p.scenario.time;
  std::vector<integrate::Event> events;
  for (const auto& s : p.stops) events.push_back(s.event);
  Passage out{time.start + skip, run::holding_at_start(p) < 0 ? time.end : time.start, "", true};
  integrate::Observer observer;
  observer.interrupt = interrupt;
  System& system = *p.problem.system;
  ByteWriter before;
  system.save(before);
  for (const bool looks : {false, true}) {
    if (!looks && ((events.empty() && p.steady_state == 0) || out.end == time.start)) continue;  // its end is known
    std::vector<integrate::OutputGrid> grids;
    if (looks) {
      if (!(out.end > out.begin)) throw UsageError("the run ends before there is anything to look at");
      integrate::OutputGrid grid;
      const double step = (out.end - out.begin) / (count - 1);
      for (int k = 0; k + 1 < count; ++k) grid.times.push_back(out.begin + k * step);
      grid.times.push_back(out.end);
      grids.push_back(std::move(grid));
      observer.output = [&](std::size_t, std::int64_t, double t, const Vector& x) { visit(t, x); };
    }
    const auto r =
        integrate::drive(system, time.start, p.problem.initial, out.end, options, grids,
                         looks ? std::vector<integrate::Event>{} : events, observer, looks ? 0 : p.steady_state);
    if (!looks) {
      out.end = r.t;
      ByteReader restored(before.bytes());
      system.load(restored);
    }
    out.complete = out.complete && r.outcome != integrate::Outcome::interrupted;
    if (!integrate::succeeded(r.outcome)) {
      out.cut = fmt::format("The run ended at {:g}: {}", r.t, r.message);
      if (looks) out.end = r.t;
    }
  }
  return out;
}

std::string describe(const Passage& passage, std::size_t count) {
  return fmt::format("{} times from {:g} to {:g} of a run of the scenario", count, passage.begin, passage.end);
}

integrate::Options tightened(const run::Prepared& p, double rtol) {
  integrate::Options o = p.options;
  const auto* method = find_entry(integrate::methods(), o.method);
  o.method = method && method->stiff ? "rodas5p" : "dop853";
  o.atol *= rtol / o.rtol;
  o.rtol = rtol;
  o.dt = 0;
  return o;
}

std::vector<std::string> state_labels(const StateLayout& layout) {
  std::vector<std::string> labels;
  for (Index k = 0; k < layout.size(); ++k) labels.push_back(layout.describe(k));
  return labels;
}

Index element(const StateLayout& layout, const std::string& name) {
  const auto labels = state_labels(layout);
  for (const std::string& tried : {name, name + "[0]"}) {
    const auto at = std::find(labels.begin(), labels.end(), tried);
    if (at != labels.end()) return at - labels.begin();
  }
  Diagnostic d;
  d.problem = fmt::format("\"{}\" is no element of the state", name);
  d.allowed =
      labels.size() <= 12 ? quoted_list(labels) : fmt::format("one of {}, e.g. \"{}\"", labels.size(), labels.front());
  d.suggestion = nearest_name(name, labels);
  throw UsageError(d.format());
}

std::array<Index, 2> plane_of(const StateLayout& layout, const Parameters& q) {
  if (layout.size() < 2) throw UsageError("the state has one element: there is no plane");
  const std::array<Index, 2> at = {q.has("x") ? element(layout, q.text("x")) : 0,
                                   q.has("y") ? element(layout, q.text("y")) : 1};
  if (at[0] == at[1]) throw UsageError("--x and --y must be two elements of the state");
  return at;
}

}  // namespace neurode::study
