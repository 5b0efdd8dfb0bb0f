#include "neurode/analysis/fixed_points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "study/context.hpp"
#include "study/studies/list.hpp"

namespace neurode::study {

namespace {

constexpr Index kShown = 6;  ///< elements of the state in the table

/// Beside the range of the trajectory as much again, so that rest it never comes near is looked for too.
void widen(const Trajectory& way, double factor, Vector& low, Vector& high) {
  const Vector width = way.high - way.low;
  const Vector margin = (width.array() > 0).select(factor * width.array(), factor * (1 + way.low.array().abs()));
  low = way.low - margin;
  high = way.high + margin;
}

plot::Chart picture(const Findings& f, const std::vector<analysis::FixedPoint>& points) {
  plot::Chart chart;
  chart.title = "Eigenvalues at rest: " + (f.title.empty() ? f.scenario : f.title);
  chart.subtitle = f.heading;
  chart.caption = "Left of the axis a direction decays, right of it it grows.";
  plot::Panel panel{"Eigenvalues", "real part", "imaginary part", {}, {}, ""};
  panel.x_linear = panel.y_linear = true;
  panel.upright = 0.0;
  for (std::size_t k = 0; k < points.size() && k < 10; ++k) {
    plot::Curve c{fmt::format("{}: {}", k, analysis::rest_kind_name(points[k].stability.kind)), {}, {}};
    c.joined = false;
    for (const auto& v : points[k].spectrum.values) c.points.emplace_back(v.real(), v.imag());
    panel.curves.push_back(std::move(c));
  }
  chart.panels = {std::move(panel)};
  return chart;
}

Findings run(const Request& request) {
  auto p = ready(request);
  System& system = *p->problem.system;
  const auto& q = request.parameters;
  analysis::FixedPointSearch search;
  search.t = q.has("at") ? q.number("at") : p->scenario.time.start;
  search.random = static_cast<int>(q.integer("starts"));
  search.seed = p->scenario.seed;
  search.distance = q.number("distance");
  search.interrupt = request.interrupt;
  const Trajectory way = trajectory(*p, 50, request.interrupt);
  search.starts = way.x;
  widen(way, q.number("margin"), search.low, search.high);
  Vector ft(system.size());
  const bool moves = system.time_derivative(search.t, way.x.front().data(), ft.data());
  const auto points = analysis::find_fixed_points(system, search);

  Findings f = about(request, "fixed-points", *p);
  f.complete = !(request.interrupt && request.interrupt());
  f.heading = fmt::format("{} states; Newton's method from {} points of the trajectory and {} of a box around it{}",
                          system.size(), way.x.size(), search.random,
                          moves ? fmt::format(", with F as it is at t = {:g}", search.t) : "");
  f.facts.emplace_back("time", search.t);
  const std::size_t n = points.size(), states = static_cast<std::size_t>(system.size());
  const std::size_t values = n > 0 ? static_cast<std::size_t>(points[0].spectrum.values.size()) : 1;
  f.dimensions = {{"point", n, {}}, {"state", states, {}}, {"eigenvalue", values, {}}};
  const auto of_points = [&](const char* name, const char* long_name, const std::string& unit, const auto& get) {
    Quantity v{name, long_name, unit, {"point"}, {}, {}, 6};
    for (const auto& at : points) v.numbers.push_back(static_cast<double>(get(at)));
    return &f.add(std::move(v));
  };
  const std::string time = f.time_unit, rate = time.empty() ? "" : "1/" + time;
  Quantity* kind = of_points("kind", "what kind of rest it is", "",
                             [](const auto& at) { return static_cast<int>(at.stability.kind); });
  for (int k = 0; k <= static_cast<int>(analysis::RestKind::marginal); ++k) {
    kind->words.emplace_back(analysis::rest_kind_name(static_cast<analysis::RestKind>(k)));
  }
  of_points("unstable", "eigenvalues with a positive real part", "1",
            [](const auto& at) { return at.stability.unstable; });
  of_points("slowest_time", "slowest time scale: 1 / the smallest |real part| of an eigenvalue", time,
            [](const auto& at) { return at.stability.slowest_time; });
  of_points("leading_real", "real part of the eigenvalue furthest to the right", rate,
            [](const auto& at) { return at.spectrum.values[0].real(); });
  of_points("leading_imaginary", "its imaginary part", rate,
            [](const auto& at) { return at.spectrum.values[0].imag(); });
  of_points("residual", "largest |dx/dt| there", "", [](const auto& at) { return at.residual; });
  of_points("found", "starts that led there", "1", [](const auto& at) { return at.found; });
  f.table = {"kind", "unstable", "leading_real", "leading_imaginary", "slowest_time", "found"};
  for (Index k = 0; k < std::min(kShown, system.size()); ++k) {  // not into the file: "x" has them all
    f.shown.push_back({f.labels[static_cast<std::size_t>(k)], "", "", {"point"}, {}, {}, 9});
    for (const auto& at : points) f.shown.back().numbers.push_back(at.x[k]);
  }
  Quantity x{"x", "state at rest", "", {"point", "state"}, {}, {}};
  Quantity re{"eigenvalue_real", "eigenvalues of the Jacobian, real part", rate, {"point", "eigenvalue"}, {}, {}};
  Quantity im{
      "eigenvalue_imaginary", "eigenvalues of the Jacobian, imaginary part", rate, {"point", "eigenvalue"}, {}, {}};
  for (const auto& at : points) {
    x.numbers.insert(x.numbers.end(), at.x.begin(), at.x.end());
    for (const auto& v : at.spectrum.values) re.numbers.push_back(v.real()), im.numbers.push_back(v.imag());
  }
  f.add(std::move(x)), f.add(std::move(re)), f.add(std::move(im));
  if (n == 0) {
    f.notes.push_back("No state of rest was found. --margin looks further around the trajectory, --starts more often.");
    f.complete = false;
  } else if (system.size() > kShown) {
    f.notes.push_back(fmt::format("The first {} of {} elements of the state are shown; the file and --json have all.",
                                  kShown, system.size()));
  }
  if (n > 0 && !points[0].spectrum.whole) {
    f.notes.push_back(fmt::format("Of the eigenvalues, the {} furthest to the right are known.", values));
  }
  f.chart = picture(f, points);
  return f;
}

}  // namespace

StudyEntry fixed_points() {
  StudyEntry e;
  e.name = "fixed-points";
  e.summary = "states of rest, their eigenvalues, kind and slowest time scale";
  e.citation = "P. Deuflhard, Newton Methods for Nonlinear Problems (Springer, 2004)";
  e.parameters = {
      ParameterSpec::make(Kind::integer, "starts", "starts drawn at random in a box around the trajectory")
          .at_least(0)
          .at_most(1e6)
          .standard(200),
      ParameterSpec::make(Kind::number, "margin", "of that box, beside the trajectory's range: in units of its width")
          .at_least(0)
          .standard(0.5),
      ParameterSpec::make(Kind::number, "distance", "two are one where they differ by less, relative to 1 + |x|")
          .above(0)
          .standard(1e-6),
      ParameterSpec::make(Kind::number, "at", "time at which F is taken, where it depends on it. Default: the start"),
  };
  e.run = run;
  return e;
}

}  // namespace neurode::study
