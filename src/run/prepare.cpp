#include "neurode/run/prepare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <optional>

#include "neurode/core/errors.hpp"
#include "neurode/core/machine.hpp"
#include "neurode/core/units.hpp"
#include "neurode/run/estimate.hpp"
#include "neurode/scenario/read.hpp"

namespace neurode::run {

namespace {

/// Absolute tolerance where nothing is said, relative to rtol.
constexpr double kAtolShare = 1e-3;

std::vector<std::string> tolerance_names(const StateLayout* layout) {
  std::vector<std::string> names = {"activity", "errors", "weights", "auxiliary"};
  if (layout) {
    for (const auto& s : layout->slices()) names.push_back(s.name);
  }
  return names;
}

/// A tolerance in the unit of a slice; nothing where it measures something else (reported).
std::optional<double> tolerance(const Value& v, const Slice& s, Diagnostics& diagnostics) {
  if (v.is_number()) return v.number();
  const auto q = parse_quantity(v.string());
  const auto x = s.unit.empty() ? std::nullopt : conversion_factor(q->unit, s.unit);
  if (x) return convert(q->value, q->unit, s.unit);
  const std::string its =
      s.unit.empty() ? "which has no unit" : fmt::format("which is in {} ({})", s.unit, dimension_text(s.unit));
  diagnostics.add({v.where, v.key,
                   fmt::format("has the unit {} ({}), which does not fit \"{}\", {}", q->unit, dimension_text(q->unit),
                               s.name, its),
                   v.to_toml(), s.unit.empty() ? "a number > 0 without a unit" : "a number > 0, in " + s.unit, ""});
  return std::nullopt;
}

/// Sets the tolerance of the slices that `is_meant`, up to one that it does not fit.
template <class IsMeant>
void set_atol(const Value& v, const StateLayout& layout, const IsMeant& is_meant, Vector& atol,
              Diagnostics& diagnostics) {
  for (const auto& s : layout.slices()) {
    if (!is_meant(s)) continue;
    const auto x = tolerance(v, s, diagnostics);
    if (!x) return;
    atol.segment(s.offset, s.size()).setConstant(*x);
  }
}

void read_atol(const scenario::Scenario& scenario, const StateLayout* layout, double rtol, integrate::Options& options,
               Diagnostics& diagnostics) {
  options.atol = Vector::Constant(layout ? layout->size() : 1, kAtolShare * rtol);
  for (const auto& [name, v] : scenario.integrator.atol) {
    if (name.empty() && v.is_number()) options.atol.setConstant(v.number());
    if (name.empty() && layout)
      set_atol(
          v, *layout, [](const Slice&) { return true; }, options.atol, diagnostics);
  }
  const auto names = tolerance_names(layout);
  for (const bool variables : {false, true}) {  // a variable's own tolerance goes before its block's
    for (const auto& [name, v] : scenario.integrator.atol) {
      if (name.empty()) continue;
      bool known = false;
      for (const auto& n : names) known = known || n == name;
      if (!known) {
        if (layout && !variables) {
          diagnostics.add({v.key_where, v.key, "no block or variable of the state is called \"" + name + "\"", "",
                           quoted_list(names), nearest_name(name, names)});
        }
        continue;
      }
      if (!layout) continue;
      const auto meant = [&, &what = name](const Slice& s) {
        return variables ? s.name == what : block_name(s.block) == what;
      };
      set_atol(v, *layout, meant, options.atol, diagnostics);
    }
  }
}

NamedMonitors named_expressions(Prepared& p) {
  NamedMonitors out;
  for (std::size_t k = 0; k < p.plan.expressions.size(); ++k) {
    out.emplace_back(p.scenario.record.expressions[k].first, &p.plan.expressions[k]);
  }
  return out;
}

void read_stops(Prepared& p, const NamedMonitors& names, Diagnostics& diagnostics) {
  auto& problem = p.problem;
  for (const auto& stop : p.scenario.time.stop) {
    if (stop.kind == "steady_state" && problem.system->noise()) {
      diagnostics.add({stop.value.key_where, stop.value.key, "under white noise the state never stands still", "",
                       "when = \"a condition\"", ""});
      continue;
    }
    if (stop.kind == "steady_state") {
      p.steady_state = stop.value.number();
      continue;
    }
    StopRule rule;
    if (stop.kind == "when") {
      equations::SourceText source{stop.value.string(), stop.value.where, stop.value.key};
      if (stop.value.text_line > 0) {
        source.origin.line = stop.value.text_line;
        source.origin.column = stop.value.text_column;
      }
      const std::size_t before = diagnostics.size();
      const auto monitor = std::make_shared<Monitor>(source, problem, diagnostics, &names);
      if (diagnostics.size() > before) continue;
      if (!monitor->is_condition()) {
        diagnostics.add({stop.value.where, stop.value.key, "must be a condition", stop.value.to_toml(),
                         "a comparison such as \"hidden.a[0] > 0.5\"", ""});
        continue;
      }
      rule.event = {"when " + stop.value.string(),
                    [monitor](double t, const Vector& x) { return monitor->margin(t, x.data()); }, 1, true};
      rule.holds = [monitor](double t, const double* x) { return monitor->evaluate(t, x) != 0; };
    } else {
      const learning::Metric* metric = problem.metric(stop.kind);
      if (!metric) {
        diagnostics.add({stop.value.key_where, stop.value.key, "there is no " + stop.kind + " to stop at", "",
                         "a scenario with [learning] and targets", ""});
        continue;
      }
      const auto evaluate = metric->evaluate;
      const double limit = stop.value.number();
      const double sign = stop.kind == "accuracy" ? 1 : -1;  // accuracy rises to its limit, loss falls to it
      rule.event = {
          stop.kind + (sign > 0 ? " >= " : " <= ") + stop.value.to_toml(),
          [evaluate, limit, sign](double t, const Vector& x) { return sign * (evaluate(t, x.data()) - limit); }, 1,
          true, false};
      rule.holds = [evaluate, limit, sign](double t, const double* x) { return sign * (evaluate(t, x) - limit) >= 0; };
    }
    p.stops.push_back(std::move(rule));
  }
}

}  // namespace

integrate::Options read_integrator(const scenario::Scenario& scenario, const StateLayout* layout,
                                   const std::string& time_unit, Diagnostics& diagnostics) {
  integrate::Options options;
  const auto& section = scenario.integrator;
  const std::size_t before = diagnostics.size();
  ParameterTable specs = integrate::integrator_parameters();
  for (auto& spec : specs) {
    if (spec.name == "dt" || spec.name == "dt_min" || spec.name == "dt_max") spec.unit = time_unit;
  }
  const Parameters p =
      read_parameters(scenario::with_section_keys(specs, "integrator"), section.settings, "[integrator]", diagnostics);
  options.method = section.method.is_string() ? section.method.string() : "tsit5";
  const auto* entry = find_entry(integrate::methods(), options.method);
  if (const auto library = integrate::missing_library(options.method); !library.empty()) {
    diagnostics.add({section.method.where, "integrator.method",
                     fmt::format("integrator \"{}\" needs {}, which this build lacks", options.method, library), "",
                     quoted_list(entry_names(integrate::methods())), ""});
    return options;
  }
  if (!entry) {
    diagnostics.add(unknown_name("integrator", section.method, options.method, entry_names(integrate::methods())));
    return options;
  }
  if (diagnostics.size() > before) return options;
  options.seed = scenario.seed;
  options.rtol = p.number("rtol");
  options.dt = p.number("dt");
  options.dt_min = p.number("dt_min");
  if (p.has("dt_max")) options.dt_max = p.number("dt_max");
  const std::string& control = p.text("control");
  options.control = control == "I"    ? integrate::Control::i
                    : control == "PI" ? integrate::Control::pi
                                      : integrate::Control::pid;
  options.max_steps = p.integer("max_steps");
  options.max_rhs = p.integer("max_rhs");
  options.max_rejected = p.integer("max_rejected");
  options.max_wall_seconds = p.number("max_wall_seconds");
  read_atol(scenario, layout, options.rtol, options, diagnostics);
  if (entry->adaptive()) {
    if (const Value* v = section.settings.find("control"); v && entry->own_control) {
      diagnostics.add({v->key_where, v->key, "\"" + entry->name + "\" chooses its steps itself", "",
                       "no control; or a method such as \"tsit5\"", ""});
    }
    if (const Value* v = section.settings.find("dt_min"); v && !(options.dt_min < options.dt_max)) {
      diagnostics.add(
          {v->where, v->key, "leaves no step", v->to_toml(), fmt::format("< dt_max = {}", options.dt_max), ""});
    }
    return options;
  }

  if (!(options.dt > 0)) {
    diagnostics.add({section.where, "integrator.dt", "\"" + entry->name + "\" takes fixed steps and needs their size",
                     "", "dt = a number > 0", ""});
  }
  for (const char* key : {"rtol", "dt_min", "dt_max", "control"}) {
    const Value* v = section.settings.find(key);
    if (!v) continue;
    diagnostics.add({v->key_where, v->key,
                     "\"" + entry->name + "\" takes fixed steps, which no tolerance or limit changes", "",
                     "dt; or an adaptive method such as \"tsit5\"", ""});
  }
  for (const auto& [name, v] : section.atol) {
    diagnostics.add({v.key_where, v.key,
                     "\"" + entry->name + "\" takes fixed steps, which no tolerance or limit changes", "",
                     "dt; or an adaptive method such as \"tsit5\"", ""});
  }
  return options;
}

/// What a learning rule adds to the state is known when it is built; what does not fit is the scenario's fault.
static void build_problem(Prepared& p, Diagnostics& diagnostics) {
  try {
    p.problem = learning::build_problem(p.scenario, *p.network, diagnostics);
  } catch (const std::bad_alloc&) {
    const Available left = available_memory();
    const Location where = p.scenario.learning ? p.scenario.learning->where : Location{p.scenario.file, 0, 0};
    diagnostics.add({where, p.scenario.learning ? "learning" : "", "the equations need more memory than there is",
                     "a need that could not be met", fmt::format("up to {} ({})", size_text(left.bytes), left.why),
                     ""});
  }
}

/// `diagnostics`: of reading it.
static std::unique_ptr<Prepared> prepare(scenario::Scenario scenario, Diagnostics& diagnostics, bool allow_large) {
  auto p = std::make_unique<Prepared>();
  p->scenario = std::move(scenario);
  if (!p->scenario.root.is_table() || p->scenario.root.table().empty()) diagnostics.throw_if_any();
  if (!allow_large && !check_sizes(p->scenario, diagnostics)) diagnostics.throw_if_any();
  p->network = network::build_network(p->scenario, diagnostics);
  const bool sound = diagnostics.empty();
  if (sound) build_problem(*p, diagnostics);
  const bool whole = sound && p->problem.system;
  p->options =
      read_integrator(p->scenario, whole ? &p->problem.system->layout() : nullptr, p->network->time_unit, diagnostics);
  if (whole) {
    if (const auto* entry = find_entry(integrate::methods(), p->options.method)) {
      const std::string why = integrate::refusal(*entry, *p->problem.system, p->options);
      if (!why.empty()) {
        const auto& section = p->scenario.integrator;
        diagnostics.add({section.method.where, "integrator.method", why, "",
                         p->problem.system->noise() ? "" : "another method, or \"auto\"", ""});
      }
    }
    p->plan = plan_record(p->scenario, p->problem, *p->network, diagnostics);
    const NamedMonitors names = named_expressions(*p);
    read_stops(*p, names, diagnostics);
    p->report = Report(p->scenario.report, p->problem, names, diagnostics);
    if (diagnostics.empty() && !allow_large) check_memory(*p, diagnostics);
  }
  diagnostics.throw_if_any();
  return p;
}

std::unique_ptr<Prepared> prepare(const ScenarioFile& file, const std::vector<std::string>& overrides) {
  Diagnostics diagnostics;
  scenario::Scenario scenario;
  try {
    scenario = scenario::load_scenario(file, overrides, diagnostics);
  } catch (const FileError& e) {
    throw UsageError(e.what());  // a wrong name, most likely: no trouble with files
  }
  auto p = prepare(std::move(scenario), diagnostics, file.allowed.large);
  p->overrides = overrides;
  return p;
}

std::unique_ptr<Prepared> prepare(const Value& root, const ScenarioFile& file) {
  Diagnostics diagnostics;
  return prepare(scenario::read_scenario(root, file, diagnostics), diagnostics, file.allowed.large);
}

int holding_at_start(const Prepared& p) {
  for (std::size_t k = 0; k < p.stops.size(); ++k) {
    if (p.stops[k].holds(p.scenario.time.start, p.problem.initial.data())) return static_cast<int>(k);
  }
  return -1;
}

}  // namespace neurode::run
