#include "neurode/analysis/period.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "study/context.hpp"
#include "study/studies/list.hpp"

namespace neurode::study {

namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kShown = 8;

/// A turn, from the last crossing on: times since then and the element that crosses, into the file and the picture.
void tell_course(Findings& f, run::Prepared& p, const analysis::Period& found, double t, double span,
                 const integrate::Options& options) {
  const std::string of = f.labels[static_cast<std::size_t>(found.element)];
  Quantity time{"course_time", "time since the crossing", f.time_unit, {"moment"}, {}, {}};
  Quantity course{"course", of + " over a period", "", {"moment"}, {}, {}};
  integrate::Observer observer;
  observer.output = [&](std::size_t, std::int64_t, double when, const Vector& x) {
    time.numbers.push_back(when - t), course.numbers.push_back(x[found.element]);
  };
  integrate::drive(*p.problem.system, t, found.x, t + span, options, {{span / 500}}, {}, observer);

  plot::Panel panel{
      "Course", "time since the crossing" + (f.time_unit.empty() ? "" : " [" + f.time_unit + "]"), of, {}};
  panel.x_linear = panel.y_linear = true;
  panel.level = found.level;
  panel.level_label = "section";
  plot::Curve curve{of, {}};
  curve.marked = false;
  for (std::size_t k = 0; k < time.numbers.size(); ++k) curve.points.emplace_back(time.numbers[k], course.numbers[k]);
  panel.curves = {std::move(curve)};
  f.chart.title = "One period: " + (f.title.empty() ? f.scenario : f.title);
  f.chart.subtitle = f.heading;
  f.chart.caption = "From a crossing of the section on.";
  f.chart.panels = {std::move(panel)};
  f.facts.emplace_back("of", of);
  f.facts.emplace_back("level", found.level);
  f.dimensions.push_back({"moment", time.numbers.size(), {}});
  f.add(std::move(time)), f.add(std::move(course));
}

Findings run(const Request& request) {
  const auto& q = request.parameters;
  auto p = ready(request);
  System& system = *p->problem.system;
  const auto& time = p->scenario.time;
  const double duration = time.end - time.start;
  analysis::PeriodSearch s;
  s.t0 = time.start;
  s.span = q.has("time") ? q.number("time") : duration;
  s.skip = q.has("skip") ? q.number("skip") : duration;
  if (q.has("of")) s.element = element(system.layout(), q.text("of"));
  s.has_level = q.has("level");
  if (s.has_level) s.level = q.number("level");
  s.same = q.number("same");
  s.integrator = tightened(*p, q.number("rtol"));
  s.interrupt = request.interrupt;
  const auto found = analysis::find_period(system, p->problem.initial, s);

  Findings f = about(request, "period", *p);
  f.complete = found.found && !(request.interrupt && request.interrupt());
  f.heading = fmt::format("{} states; crossings of {} = {:.6g} upwards, over {:g} after {:g}; {} at rtol {:g}",
                          system.size(), f.labels[static_cast<std::size_t>(found.element)], found.level, s.span, s.skip,
                          s.integrator.method, s.integrator.rtol);
  f.dimensions = {{"orbit", 1, {}}, {"state", static_cast<std::size_t>(system.size()), {}}};
  const auto one = [&](const char* name, const char* long_name, const std::string& unit, double x, int digits) {
    f.add({name, long_name, unit, {"orbit"}, {x}, {}, digits});
    f.table.emplace_back(name);
  };
  one("period", "period", f.time_unit, found.found ? found.period : kNothing, 12);
  one("spread", "largest difference between the last four periods", f.time_unit, found.found ? found.spread : kNothing,
      2);
  one("frequency", "1 / period",
      f.time_unit == "ms"   ? "Hz"
      : f.time_unit.empty() ? ""
                            : "1/" + f.time_unit,
      found.found ? (f.time_unit == "ms" ? 1000 : 1) / found.period : kNothing, 12);
  one("crossings", "crossings of the section a period", "1", found.found ? static_cast<double>(found.turns) : kNothing,
      6);
  one("change", "what is left between crossings that are the same, relative to the ranges", "1",
      found.found ? found.change : kNothing, 2);
  const auto row = [&](const char* name, const char* long_name, const Vector& x) {
    f.add({name, long_name, "", {"orbit", "state"}, {x.begin(), x.end()}, {}});
  };
  row("x", "state at the last crossing", found.x);
  row("low", "smallest value", found.low);
  row("high", "largest value", found.high);
  if (!found.found && found.crossings < 2) {
    f.notes.push_back(
        fmt::format("The section was crossed {} times: no period. --time looks longer, --of and --level "
                    "take another section.",
                    found.crossings));
  } else if (!found.found) {
    f.notes.push_back(
        fmt::format("{} crossings, and none came back to another: not periodic, or not yet; --skip waits "
                    "longer.",
                    found.crossings));
  }
  for (std::size_t k = 0; k < std::min(kShown, f.labels.size()); ++k) {
    const auto i = static_cast<Index>(k);
    f.notes.push_back(fmt::format("{}: {:.9g} to {:.9g}", f.labels[k], found.low[i], found.high[i]));
  }
  tell_course(f, *p, found, s.t0, found.found ? found.period : s.span, s.integrator);
  return f;
}

}  // namespace

StudyEntry period() {
  StudyEntry e;
  e.name = "period";
  e.summary = "the period of what the scenario does, to the integrator's accuracy";
  e.parameters = {
      ParameterSpec::make(Kind::string, "of",
                          "element whose crossings are counted. Default: the one that swings widest"),
      ParameterSpec::make(Kind::number, "level", "that it crosses upwards. Default: the middle of its range"),
      ParameterSpec::make(Kind::number, "skip", "time before, to come to the orbit. Default: the scenario's")
          .at_least(0),
      ParameterSpec::make(Kind::number, "time", "time that is looked at. Default: the scenario's").above(0),
      ParameterSpec::make(Kind::number, "same",
                          "crossings are the same where they differ by less, relative to the ranges")
          .above(0)
          .standard(1e-6),
      ParameterSpec::make(Kind::number, "rtol", "relative tolerance").above(0).below(1).standard(1e-10),
  };
  e.run = run;
  return e;
}

}  // namespace neurode::study
