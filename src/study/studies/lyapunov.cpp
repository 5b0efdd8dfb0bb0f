#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "neurode/analysis/exponents.hpp"
#include "neurode/core/errors.hpp"
#include "study/context.hpp"
#include "study/studies/list.hpp"

namespace neurode::study {

namespace {

plot::Chart picture(const Findings& f, const analysis::Exponents& e, const std::string& rate) {
  plot::Chart chart;
  chart.title = "Lyapunov exponents: " + (f.title.empty() ? f.scenario : f.title);
  chart.subtitle = f.heading;
  chart.caption = "Means from the start of what counts up to each time.";
  plot::Panel panel{"Convergence",
                    "time" + (f.time_unit.empty() ? "" : " [" + f.time_unit + "]"),
                    "exponent" + (rate.empty() ? "" : " [" + rate + "]"),
                    {}};
  panel.x_linear = panel.y_linear = true;
  panel.level = 0;
  for (Index i = 0; i < std::min<Index>(e.values.size(), 10); ++i) {
    plot::Curve c{fmt::format("{}: {:.4g}", i, e.values[i]), {}};
    c.marked = false;
    // The first tenth is all over the place.
    for (std::size_t k = e.times.size() / 10; k < e.times.size(); ++k)
      c.points.emplace_back(e.times[k], e.course[k][i]);
    panel.curves.push_back(std::move(c));
  }
  chart.panels = {std::move(panel)};
  return chart;
}

Findings run(const Request& request) {
  const auto& q = request.parameters;
  auto p = ready(request);
  System& system = *p->problem.system;
  const auto& time = p->scenario.time;
  analysis::ExponentsOptions o;
  o.count = std::min<Index>(q.integer("count"), system.size());
  o.t0 = time.start;
  o.span = q.has("time") ? q.number("time") : time.end - time.start;
  o.skip = q.has("skip") ? q.number("skip") : 0.1 * o.span;
  o.interval = q.has("interval") ? q.number("interval") : o.span / 2000;
  o.integrator = tightened(*p, q.number("rtol"));
  o.integrator.method = "dop853";  // directions have no Jacobian
  o.interrupt = request.interrupt;
  if (o.interval * 20 > o.span) throw UsageError("--interval must be at most a twentieth of --time");
  const auto e = analysis::lyapunov_exponents(system, p->problem.initial, o);

  Findings f = about(request, "lyapunov", *p);
  const std::string rate = f.time_unit.empty() ? "" : "1/" + f.time_unit;
  f.complete = e.complete;
  f.heading = fmt::format("{} states; over {:g} after {:g}, made orthonormal every {:g}; dop853 at rtol {:g}",
                          system.size(), o.span, o.skip, o.interval, o.integrator.rtol);
  f.facts.emplace_back("time_span", o.span);
  f.facts.emplace_back("time_skipped", o.skip);
  f.facts.emplace_back("sum", e.values.sum());
  f.facts.emplace_back("kaplan_yorke_dimension", e.dimension);
  f.facts.emplace_back("mean_divergence", e.divergence);
  f.dimensions = {{"exponent_number", static_cast<std::size_t>(o.count), {}}, {"moment", e.times.size(), {}}};
  f.add({"exponent", "Lyapunov exponent", rate, {"exponent_number"}, {e.values.begin(), e.values.end()}, {}, 6});
  f.add({"error",
         "standard error, from the means of 20 pieces of the time",
         rate,
         {"exponent_number"},
         {e.errors.begin(), e.errors.end()},
         {},
         2});
  f.table = {"exponent", "error"};
  f.add({"moment_time", "time since the start of what counts", f.time_unit, {"moment"}, e.times, {}});
  Quantity course{"course", "the exponents as means up to each time", rate, {"moment", "exponent_number"}, {}, {}};
  for (const Vector& v : e.course) course.numbers.insert(course.numbers.end(), v.begin(), v.end());
  f.add(std::move(course));
  f.notes.push_back(fmt::format("sum {:.6g}{}; Kaplan-Yorke dimension {}", e.values.sum(),
                                std::isnan(e.divergence) ? "" : fmt::format(", mean divergence {:.6g}", e.divergence),
                                std::isnan(e.dimension) ? "not told by these" : fmt::format("{:.4g}", e.dimension)));
  f.chart = picture(f, e, rate);
  return f;
}

}  // namespace

StudyEntry lyapunov() {
  StudyEntry e;
  e.name = "lyapunov";
  e.summary = "Lyapunov exponents with their errors, from the variational equations";
  e.citation = "G. Benettin, L. Galgani, A. Giorgilli, J.-M. Strelcyn, Meccanica 15 (1980) 9-20 and 21-30";
  e.parameters = {
      ParameterSpec::make(Kind::integer, "count", "how many, from the largest on")
          .at_least(1)
          .at_most(1e6)
          .standard(10),
      ParameterSpec::make(Kind::number, "time", "time that counts. Default: the scenario's").above(0),
      ParameterSpec::make(Kind::number, "skip", "time before it, to come to the attractor. Default: a tenth of it")
          .at_least(0),
      ParameterSpec::make(Kind::number, "interval", "time between orthonormalisations. Default: 1/2000 of --time")
          .above(0),
      ParameterSpec::make(Kind::number, "rtol", "relative tolerance").above(0).below(1).standard(1e-8),
  };
  e.run = run;
  return e;
}

}  // namespace neurode::study
