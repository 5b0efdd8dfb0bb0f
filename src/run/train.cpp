#include "neurode/run/train.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "neurode/core/errors.hpp"
#include "neurode/integrate/drive.hpp"
#include "neurode/run/prepare.hpp"
#include "neurode/scenario/edit.hpp"

namespace neurode::run {

using scenario::erase_key;
using scenario::set_key;
using scenario::toml_value;

namespace {

constexpr double kForever = 100;  ///< times the scenario's duration; breakpoints up to there are listed

double metric_at(const learning::Problem& problem, const char* name, double t, const Vector& x) {
  const auto* m = problem.metric(name);
  return m ? m->evaluate(t, x.data()) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

const learning::Metric* loss_of(const learning::Problem& problem) {
  const auto* loss = problem.metric("loss");
  return loss ? loss : problem.metric("batch_loss");
}

void set_method(Value& root, const std::string& method, double step) {
  const auto* entry = find_entry(integrate::methods(), method);
  const bool adaptive = entry && entry->adaptive();
  set_key(root, {"integrator", "method"}, toml_value(quoted_text(method)));
  for (const char* key : {"rtol", "atol", "dt", "dt_min", "dt_max", "control"}) {
    const std::string name = key;
    if (!adaptive || name == "dt" || name == "control") erase_key(root, {"integrator", name});
  }
  set_key(root, {"integrator", adaptive ? "rtol" : "dt"}, toml_value(number_text(step)));
  if (adaptive) set_key(root, {"integrator", "atol"}, toml_value(number_text(1e-2 * step)));
}

Training train(const Value& root, const ScenarioFile& file, const TrainingLimits& limits) {
  Value plain = root;
  for (const char* section : {"record", "report"}) erase_key(plain, {section});
  erase_key(plain, {"time", "stop"});
  const auto p = prepare(plain, file);
  const auto* loss = loss_of(p->problem);
  if (!loss) throw UsageError("the scenario has no loss that learning could bring down");
  const Sparsity* pattern = p->problem.system->sparsity();
  const auto columns = static_cast<double>(pattern ? pattern->groups.size() : p->problem.initial.size());
  const auto evaluations = [&](const integrate::Statistics& s) {
    const double solves = p->problem.products ? static_cast<double>(p->problem.products()) : 0.0;
    return static_cast<double>(s.rhs + s.jvps) + static_cast<double>(s.jacobians) * columns + solves;
  };

  Training out;
  const auto begin = std::chrono::steady_clock::now();
  const auto passed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(); };
  const double start = p->scenario.time.start;
  out.curve.emplace_back(0, loss->evaluate(start, p->problem.initial.data()));
  if (limits.loss > 0 && out.curve[0].second <= limits.loss) {
    out.reached = true;
    out.loss = out.curve[0].second;
    out.accuracy = metric_at(p->problem, "accuracy", start, p->problem.initial);
    out.test_accuracy = metric_at(p->problem, "test_accuracy", start, p->problem.initial);
    return out;
  }
  std::vector<integrate::Event> events;
  if (limits.loss > 0) {
    events.push_back(
        {"loss", [&](double t, const Vector& x) { return limits.loss - loss->evaluate(t, x.data()); }, 1, true, false});
  }
  integrate::Observer observer;
  bool spent = false;
  double next = 1;
  observer.step = [&](double t, double, const Vector& x, const integrate::Statistics& s) {
    const double now = evaluations(s);
    spent = now >= limits.evaluations;
    if (now < next) return;
    out.curve.emplace_back(now, loss->evaluate(t, x.data()));
    next = now * 1.08;
  };
  observer.interrupt = [&] { return spent || (limits.interrupt && limits.interrupt()); };
  auto options = p->options;
  options.max_wall_seconds = limits.seconds;
  const double end = start + kForever * (p->scenario.time.end - start);
  const auto r = integrate::drive(*p->problem.system, start, p->problem.initial, end, options, {}, events, observer);

  out.seconds = passed();
  out.evaluations = evaluations(r.statistics);
  out.loss = loss->evaluate(r.t, r.x.data());
  out.accuracy = metric_at(p->problem, "accuracy", r.t, r.x);
  out.test_accuracy = metric_at(p->problem, "test_accuracy", r.t, r.x);
  out.curve.emplace_back(out.evaluations, out.loss);
  out.reached = r.outcome == integrate::Outcome::stopped_by_condition || (limits.loss > 0 && out.loss <= limits.loss);
  if (!out.reached) out.ended = spent ? "evaluations" : std::string(integrate::outcome_name(r.outcome));
  return out;
}

}  // namespace neurode::run
