#include "study/context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "neurode/core/errors.hpp"
#include "neurode/integrate/drive.hpp"
#include "neurode/scenario/edit.hpp"
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

ScenarioFamily::ScenarioFamily(const run::Prepared& p, const ScenarioFile& file, const std::string& key)
    : file_(file),
      root_(p.scenario.root),
      now_(std::numeric_limits<double>::quiet_NaN()),
      size_(p.problem.system->size()) {
  file_.allowed.large = true;  // that it fits was looked at before
  Value chain;
  try {
    chain = scenario::toml_value("{ " + key + " = 0 }");
  } catch (const ScenarioError&) {
    throw UsageError(fmt::format("--parameter: \"{}\" is no path of keys, such as population.p.I", key));
  }
  for (const Value* v = &chain; v->is_table() && !v->table().empty(); v = &v->table().front().second) {
    path_.push_back(v->table().front().first);
  }
  const Value* at = &root_;
  for (const auto& k : path_) at = at ? at->find(k) : nullptr;
  standard_ = std::numeric_limits<double>::quiet_NaN();
  if (at && at->is_number()) standard_ = at->number();
  if (at || path_.size() != 3 || path_[0] != "population") return;
  for (const auto& population : p.network->populations) {
    if (population.name != path_[1]) continue;
    for (const auto& parameter : population.parameters) {
      if (parameter.name == path_[2] && parameter.values.size() == 1) standard_ = parameter.values[0];
    }
    if (path_[2] == "bias") standard_ = 0;
  }
}

System& ScenarioFamily::at(double p) {
  if (p == now_) return *prepared_->problem.system;
  Value number;
  number.data = p;
  if (const Value* obstacle = scenario::set_key(root_, path_, number)) {
    throw UsageError(
        fmt::format("--parameter: \"{}\" is {}, in which nothing can be set", obstacle->key, obstacle->kind_name()));
  }
  auto next = run::prepare(root_, file_);
  if (next->problem.system->size() != size_) {
    throw UsageError("--parameter: with it the number of states changes; it must be one that leaves the state alone");
  }
  prepared_ = std::move(next);
  now_ = p;
  return *prepared_->problem.system;
}

}  // namespace neurode::study
