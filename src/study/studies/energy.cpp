#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>

#include "neurode/core/errors.hpp"
#include "neurode/learning/families.hpp"
#include "neurode/run/train.hpp"
#include "study/context.hpp"
#include "study/hopfield.hpp"
#include "study/studies/list.hpp"

namespace neurode::study {

namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
constexpr double kRounding = 10;      ///< times rtol, of the largest |E|: what an integration leaves is no rise
constexpr double kSymmetric = 1e-12;  ///< |W - W^T| / |W|

/// A function of the state that is held to fall.
struct Energy {
  std::string kind, unit;
  std::function<double(double t, const Vector& x)> at;
  std::string formula;
  std::string why_not;  ///< why it need not fall; empty: it must
  std::unique_ptr<run::Monitor> monitor = {};
  std::unique_ptr<HopfieldEnergy> hopfield = {};
};

std::string plain_gradient_flow(const run::Prepared& p, const learning::Metric& loss) {
  const auto& l = *p.scenario.learning;
  const auto* rule = find_entry(learning::rules(), l.rule.name);
  if (rule && !rule->exact) return fmt::format("rule \"{}\" follows no gradient of the loss", l.rule.name);
  if (p.problem.mode == "coupled")
    return "activity and errors are on their way while weights move (mode = \"coupled\")";
  if (!l.flow.name.empty() && l.flow.name != "gradient")
    return fmt::format("flow \"{}\" is no gradient flow", l.flow.name);
  if (loss.name != "loss") return "weights follow the gradient on the samples shown";
  if (l.has_target() || (p.network->data && p.network->data->shown_in_time())) return "samples are shown over time";
  for (const auto& pr : p.network->projections) {
    if (pr.rule) return fmt::format("\"{}\" follows a local rule", pr.name);
    if (pr.plastic && pr.motion.penalised()) return fmt::format("weights of \"{}\" have a penalty", pr.name);
  }
  for (const auto& pop : p.network->populations) {
    for (const auto& b : pop.biases) {
      if (b.rule) return fmt::format("\"{}\" follows a local rule", b.name);
      if (b.plastic && b.motion.penalised()) return fmt::format("\"{}\" has a penalty", b.name);
    }
  }
  return "";
}

Energy energy_of(run::Prepared& p, const Parameters& q, const std::string& file) {
  Energy e;
  if (q.has("expression")) {
    Diagnostics diagnostics;
    e.kind = "expression";
    e.formula = q.text("expression");
    e.monitor = std::make_unique<run::Monitor>(equations::SourceText{e.formula, {"--expression", 0, 0}, "--expression"},
                                               p.problem, diagnostics);
    diagnostics.throw_if_any();
    e.unit = e.monitor->unit();
    e.why_not = "of an expression nothing is known";
    e.at = [&m = *e.monitor](double t, const Vector& x) { return m.evaluate(t, x.data()); };
    return e;
  }
  if (p.problem.learns) {
    const auto* loss = run::loss_of(p.problem);
    if (!loss) throw UsageError(file + ": its rule has no loss that could fall; --expression names what is to fall");
    e.kind = "loss";
    e.formula = loss->name;
    e.why_not = plain_gradient_flow(p, *loss);
    e.at = [loss](double t, const Vector& x) { return loss->evaluate(t, x.data()); };
    return e;
  }
  std::string why = Units::refusal(*p.network);
  if (why.empty()) {
    e.hopfield = std::make_unique<HopfieldEnergy>(*p.network, p.scenario.time.start, p.problem.initial);
    why = e.hopfield->refusal();
  }
  if (!why.empty()) {
    throw UsageError(
        fmt::format("{}: no energy of this network is known: {}; --expression names what is to fall", file, why));
  }
  e.kind = e.hopfield->form();
  e.formula = "energy of Hopfield networks, form: " + e.kind;
  e.at = [&h = *e.hopfield](double t, const Vector& x) { return h.at(t, x); };
  if (e.hopfield->asymmetry() > kSymmetric) {
    e.why_not = fmt::format("the weights are not symmetric: |W - W^T| / |W| = {:.3g}", e.hopfield->asymmetry());
  }
  return e;
}

/// The largest rise above what was smallest before.
struct Rise {
  double most = 0, t = kNothing;
};
Rise rise_of(const std::vector<double>& t, const std::vector<double>& v) {
  Rise r;
  double least = v.front();
  for (std::size_t k = 1; k < v.size(); ++k) {
    if (v[k] - least > r.most) r = {v[k] - least, t[k]};
    least = std::min(least, v[k]);
  }
  return r;
}

Findings run(const Request& request) {
  const auto& q = request.parameters;
  auto p = run::prepare(request.scenario, request.overrides);
  System& system = *p->problem.system;
  Energy energy = energy_of(*p, q, request.scenario.path.string());
  const bool smooth = !system.noise() && !system.delays() && !system.jumps();
  const auto options = smooth ? tightened(*p, q.number("rtol")) : p->options;
  std::vector<double> times, values;
  const auto passage =
      pass(*p, options, static_cast<int>(q.integer("points")), 0, request.interrupt, [&](double t, const Vector& x) {
        times.push_back(t);
        values.push_back(energy.at(t, x));
      });
  if (values.empty()) throw NumericalError(passage.cut.empty() ? "interrupted" : passage.cut);
  if (!std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); })) {
    throw NumericalError("the energy is not finite" +
                         std::string(energy.hopfield ? ": the state leaves the range of the activation" : ""));
  }
  if (energy.hopfield && energy.hopfield->driven() && energy.why_not.empty()) {
    energy.why_not = "inputs change over time, and the energy with them";
  }
  const Rise rise = rise_of(times, values);
  double size = 0;
  for (const double v : values) size = std::max(size, std::abs(v));
  const bool monotone = rise.most <= kRounding * options.rtol * size;

  Findings f = about(request, "energy", *p);
  f.complete = passage.complete;
  f.labels.clear();
  f.heading = fmt::format("E = {}; {}, {} at rtol {:g}", energy.formula, describe(passage, times.size()),
                          options.method, options.rtol);
  f.facts.emplace_back("energy_kind", energy.kind);
  f.facts.emplace_back("must_fall", std::string(energy.why_not.empty() ? "yes" : "no"));
  if (energy.hopfield) f.facts.emplace_back("asymmetry", energy.hopfield->asymmetry());
  f.dimensions = {{"run", 1, {}}, {"moment", times.size(), {}}};
  const auto one = [&](const char* name, const char* long_name, const std::string& unit, double value) {
    f.add({name, long_name, unit, {"run"}, {value}, {}, 10});
    f.table.emplace_back(name);
  };
  one("initial", "E at the start", energy.unit, values.front());
  one("final", "E at the end", energy.unit, values.back());
  one("largest_rise", "the most E rises above what it was before", energy.unit, rise.most);
  one("rise_time", "time up to which it does", f.time_unit, rise.t);
  f.add({"monotone",
         "E never rises, but for the error of the integration",
         "",
         {"run"},
         {monotone ? 1.0 : 0.0},
         {"no", "yes"}});
  f.table.emplace_back("monotone");
  f.add({"moment_time", "time", f.time_unit, {"moment"}, times, {}});
  f.add({"energy", "E along the run", energy.unit, {"moment"}, values, {}});
  f.notes.push_back(energy.why_not.empty() ? "E must fall along every trajectory: a Lyapunov function."
                                           : "E need not fall: " + energy.why_not + ".");
  if (!passage.cut.empty()) f.notes.push_back(passage.cut);
  f.chart.title = "Energy: " + (f.title.empty() ? f.scenario : f.title);
  f.chart.subtitle = f.heading;
  plot::Panel panel{monotone ? "Falls all the way" : "Rises",
                    "time" + (f.time_unit.empty() ? "" : " [" + f.time_unit + "]"),
                    "E" + (energy.unit.empty() ? "" : " [" + energy.unit + "]"),
                    {}};
  panel.x_linear = panel.y_linear = true;
  plot::Curve curve{"E", {}};
  curve.marked = false;
  for (std::size_t k = 0; k < times.size(); ++k) curve.points.emplace_back(times[k], values[k]);
  panel.curves.push_back(std::move(curve));
  if (!monotone) panel.upright = rise.t;
  f.chart.panels = {std::move(panel)};
  return f;
}

}  // namespace

StudyEntry energy() {
  StudyEntry e;
  e.name = "energy";
  e.summary = "does an energy fall along the trajectory? Of symmetric networks, of the loss, of an expression";
  e.citation =
      "M. A. Cohen, S. Grossberg, IEEE Trans. Syst. Man Cybern. 13 (1983) 815-826; J. J. Hopfield, PNAS 81 (1984) "
      "3088-3092";
  e.parameters = {
      ParameterSpec::make(Kind::string, "expression",
                          "of what can be recorded: p.v[0]^2 + p.v[1]^2. Default: the loss of a scenario that learns, "
                          "else the energy of Hopfield networks"),
      ParameterSpec::make(Kind::integer, "points", "times at equal distances").at_least(2).at_most(1e7).standard(2000),
      ParameterSpec::make(Kind::number, "rtol", "relative tolerance, but of noise, delays and spikes")
          .above(0)
          .below(1)
          .standard(1e-10),
  };
  e.run = run;
  return e;
}

}  // namespace neurode::study
