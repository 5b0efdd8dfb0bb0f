// A comparison as JSON, as a netCDF-4 file and as a picture.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compare/problem.hpp"
#include "neurode/core/json.hpp"
#include "neurode/plot/chart.hpp"
#include "neurode/run/simulate.hpp"

namespace neurode::compare {

namespace {

/// A number of every row: its name, its meaning, and where it stands. JSON and the file have the same.
struct Field {
  const char* name;
  const char* long_name;
  const char* unit;
  double (*get)(const Row&);
  enum class Kind { number, count, time } kind = Kind::number;  ///< time: in the scenario's unit
};
using Kind = Field::Kind;

constexpr Field kFields[] = {
    {"rtol", "relative tolerance", "1", [](const Row& r) { return r.rtol; }},
    {"dt", "fixed step", "", [](const Row& r) { return r.dt; }, Kind::time},
    {"digits", "correct digits at the end (mescd)", "1", [](const Row& r) { return r.digits(); }},
    {"scd", "significant correct digits at the end, purely relative", "1", [](const Row& r) { return r.error.scd; }},
    {"error_end", "largest relative error at the end", "1", [](const Row& r) { return r.error.end; }},
    {"error", "largest relative error on the trajectory", "1", [](const Row& r) { return r.error.trajectory; }},
    {"error_activity", "the same, of activity", "1", [](const Row& r) { return r.error.activity; }},
    {"error_errors", "the same, of error signals", "1", [](const Row& r) { return r.error.errors; }},
    {"error_weights", "the same, of weights", "1", [](const Row& r) { return r.error.weights; }},
    {"error_loss", "largest error of the loss over the largest loss", "1", [](const Row& r) { return r.error.loss; }},
    {"error_per_tolerance", "error on the trajectory / rtol", "1",
     [](const Row& r) { return r.error_per_tolerance(); }},
    {"steps", "accepted steps", "1", [](const Row& r) { return static_cast<double>(r.statistics.steps); }, Kind::count},
    {"rejected", "rejected steps", "1", [](const Row& r) { return static_cast<double>(r.statistics.rejected); },
     Kind::count},
    {"rhs", "right-hand sides", "1", [](const Row& r) { return static_cast<double>(r.statistics.rhs); }, Kind::count},
    {"jacobians", "Jacobians", "1", [](const Row& r) { return static_cast<double>(r.statistics.jacobians); },
     Kind::count},
    {"factorisations", "factorisations", "1",
     [](const Row& r) { return static_cast<double>(r.statistics.factorisations); }, Kind::count},
    {"jvps", "products J v", "1", [](const Row& r) { return static_cast<double>(r.statistics.jvps); }, Kind::count},
    {"switches", "switches between methods", "1",
     [](const Row& r) { return static_cast<double>(r.statistics.switches); }, Kind::count},
    {"work", "right-hand sides, J v products and columns of Jacobians", "1", [](const Row& r) { return r.work; },
     Kind::count},
    {"dt_smallest", "smallest step", "", [](const Row& r) { return r.statistics.dt_min; }, Kind::time},
    {"dt_largest", "largest step", "", [](const Row& r) { return r.statistics.dt_max; }, Kind::time},
    {"seconds", "median wall time", "s", [](const Row& r) { return r.seconds; }},
    {"timed_runs", "runs the median is taken of", "1", [](const Row& r) { return static_cast<double>(r.timed); },
     Kind::count},
    {"time_reached", "simulated time reached", "", [](const Row& r) { return r.time_reached; }, Kind::time},
    {"best_time", "1: no row is both more exact and faster", "1", [](const Row& r) { return r.best_time ? 1.0 : 0.0; },
     Kind::count},
    {"best_work", "1: no row is both more exact and less work", "1",
     [](const Row& r) { return r.best_work ? 1.0 : 0.0; }, Kind::count},
    {"near_reference", "1: as good as the reference can tell", "1",
     [](const Row& r) { return r.near_reference ? 1.0 : 0.0; }, Kind::count},
};

std::vector<std::string> method_names(const Comparison& c) {
  std::vector<std::string> names;
  for (const Row& r : c.rows) {
    if (std::find(names.begin(), names.end(), r.integrator) == names.end()) names.push_back(r.integrator);
  }
  return names;
}

}  // namespace

std::string json_text(const Comparison& c) {
  JsonWriter w;
  w.begin_object().member("scenario", c.scenario).member("title", c.title).member("states", c.states);
  w.member("neurode_version", run::version()).member("time_unit", c.time_unit).key("overrides").begin_array();
  for (const auto& o : c.overrides) w.value(o);
  w.end_array();
  w.member("stiff", c.stiff).member("character", c.character);
  const Reference& r = c.reference;
  w.key("reference").begin_object().member("method", r.method).member("rtol", r.rtol).member("second_method", r.second);
  w.member("second_rtol", r.second_rtol).member("error", r.error).member("end", r.end);
  w.member("stopped_by", r.stopped_by).member("grid_points", static_cast<std::int64_t>(r.grid_points)).end_object();
  w.key("rows").begin_array();
  for (const Row& row : c.rows) {
    w.begin_object().member("integrator", row.integrator).member("state", state_name(row.state));
    w.member("cause", row.cause);
    for (const Field& f : kFields) {
      const double x = f.get(row);
      if (f.kind == Kind::count && std::isfinite(x)) {
        w.member(f.name, static_cast<std::int64_t>(std::llround(x)));
      } else {
        w.member(f.name, x);
      }
    }
    w.end_object();
  }
  w.end_array();
  const auto& advice = c.recommendation;
  w.key("recommendation").begin_object().member("accuracy", advice.accuracy).member("row", advice.row);
  if (advice.row >= 0) {
    const Row& row = c.rows[static_cast<std::size_t>(advice.row)];
    w.member("integrator", row.integrator).member("rtol", row.rtol).member("dt", row.dt);
  }
  w.member("text", advice.text).end_object().end_object();
  return w.text();
}

record::Memory as_result(const Comparison& c) {
  std::vector<record::Variable> variables;
  const auto names = method_names(c);
  std::string meanings;
  std::vector<std::int64_t> values;
  for (std::size_t k = 0; k < names.size(); ++k) {
    meanings += (k > 0 ? " " : "") + names[k];
    values.push_back(static_cast<std::int64_t>(k));
  }
  const auto flags = [&](const char* name, const char* long_name, const std::vector<std::int64_t>& numbers,
                         const std::string& words) {
    record::Variable v;
    v.name = name;
    v.dimensions = {"run"};
    v.type = record::Type::int64;
    v.long_name = long_name;
    v.attributes = {{"flag_values", numbers}, {"flag_meanings", words}};
    variables.push_back(v);
  };
  flags("integrator", "integrator", values, meanings);
  flags("state", "what came of the run", {0, 1, 2, 3}, "done failed refused skipped");
  for (const Field& f : kFields) {
    record::Variable v;
    v.name = f.name;
    v.dimensions = {"run"};
    v.unit = f.kind == Kind::time ? c.time_unit : f.unit;
    v.long_name = f.long_name;
    variables.push_back(v);
  }
  record::Attributes global = {
      {"title", "Comparison of integrators: " + c.title},
      {"scenario_file", std::filesystem::path(c.scenario).filename().string()},
      {"neurode_version", run::version()},
      {"build", run::build_text()},
      {"states", c.states},
      {"character", c.character},
      {"reference_method", c.reference.method},
      {"reference_rtol", c.reference.rtol},
      {"reference_second_method", c.reference.second},
      {"reference_error", c.reference.error},
      {"time_end", c.reference.end},
      {"stopped_by", c.reference.stopped_by},
      {"accuracy", c.recommendation.accuracy},
      {"recommended_run", static_cast<std::int64_t>(c.recommendation.row)},
      {"recommendation", c.recommendation.text},
  };
  record::Memory out({{"run", std::max<std::size_t>(1, c.rows.size()), {}}}, {}, variables, global);
  std::vector<double> numbers(std::max<std::size_t>(1, c.rows.size()), kUnknown);
  const auto write = [&](const char* name, const auto& get) {
    for (std::size_t k = 0; k < c.rows.size(); ++k) numbers[k] = get(c.rows[k]);
    out.write(name, numbers);
  };
  write("integrator", [&](const Row& r) {
    return static_cast<double>(std::find(names.begin(), names.end(), r.integrator) - names.begin());
  });
  write("state", [](const Row& r) { return static_cast<double>(r.state); });
  for (const Field& f : kFields) write(f.name, f.get);
  for (std::size_t k = 0; k < c.rows.size(); ++k) {
    if (!c.rows[k].cause.empty()) out.attribute(fmt::format("cause_{}", k), c.rows[k].cause);
  }
  out.attribute("scenario", c.scenario_text);
  return out;
}

void write_file(const Comparison& c, const std::filesystem::path& file, bool overwrite) {
  record::write_file(as_result(c), file, overwrite);
}

void write_picture(const Comparison& c, const std::filesystem::path& file) {
  plot::Chart chart;
  chart.title = "Work and precision: " + (c.title.empty() ? c.scenario : c.title);
  chart.subtitle = fmt::format("{} states; {}; reference {} at rtol {}", c.states, c.character, c.reference.method,
                               short_number(c.reference.rtol));
  chart.caption =
      "Each point is a run; from loose to tight tolerances along a curve. Ring: recommended. Right-hand sides include "
      "J v "
      "products and the columns of Jacobians.";
  plot::Panel work{"Error and work",          "right-hand sides",  "largest relative error on the trajectory", {},
                   c.recommendation.accuracy, "accuracy asked for"};
  plot::Panel time = work;
  time.title = "Error and time";
  time.x_label = "wall time [s]";
  for (const auto& name : method_names(c)) {
    plot::Curve by_work{name, {}, {}}, by_time{name, {}, {}};
    for (std::size_t k = 0; k < c.rows.size(); ++k) {
      const Row& r = c.rows[k];
      if (r.integrator != name || r.state != State::done) continue;
      if (static_cast<int>(k) == c.recommendation.row) {
        by_work.rings.push_back(by_work.points.size());
        by_time.rings.push_back(by_time.points.size());
      }
      by_work.points.emplace_back(r.work, r.error.trajectory);
      by_time.points.emplace_back(r.seconds, r.error.trajectory);
    }
    if (by_work.points.empty()) continue;
    work.curves.push_back(std::move(by_work));
    time.curves.push_back(std::move(by_time));
  }
  chart.panels = {std::move(work), std::move(time)};
  plot::draw(chart, file);
}

}  // namespace neurode::compare
