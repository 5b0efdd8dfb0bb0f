#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "neurode/core/errors.hpp"
#include "neurode/integrate/drive.hpp"
#include "study/context.hpp"
#include "study/studies/list.hpp"

namespace neurode::study {

namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

/// Where a trajectory ends up: the range of each element late in the run.
struct Attractor {
  Vector low, high;
  double share = 0;
  bool rests(double same, const Vector& unit) const { return ((high - low).array() <= same * unit.array()).all(); }
};

Findings run(const Request& request) {
  const auto& q = request.parameters;
  auto p = ready(request);
  System& system = *p->problem.system;
  const StateLayout& layout = system.layout();
  const auto at = plane_of(layout, q);
  const double from[2] = {q.number("x_from"), q.number("y_from")}, to[2] = {q.number("x_to"), q.number("y_to")};
  if (!(from[0] < to[0]) || !(from[1] < to[1]))
    throw UsageError("--x-from and --y-from must be less than --x-to and --y-to");
  const int side = static_cast<int>(q.integer("points"));
  const auto& time = p->scenario.time;
  const double late = time.start + 0.75 * (time.end - time.start), same = q.number("same");
  std::vector<Attractor> attractors;
  Vector unit = Vector::Ones(layout.size());
  std::vector<double> map;
  bool interrupted = false;
  const auto count = static_cast<std::size_t>(side * side);
  for (std::size_t k = 0; k < count && !interrupted; ++k) {
    Vector x = p->problem.initial;
    x[at[0]] = from[0] + (to[0] - from[0]) * static_cast<double>(k % static_cast<std::size_t>(side)) / (side - 1);
    x[at[1]] = from[1] + (to[1] - from[1]) * static_cast<double>(k / static_cast<std::size_t>(side)) / (side - 1);
    Attractor a;
    integrate::Observer observer;
    observer.output = [&](std::size_t, std::int64_t, double t, const Vector& y) {
      if (t < late) return;
      if (a.low.size() == 0) a.low = a.high = y;
      a.low = a.low.cwiseMin(y), a.high = a.high.cwiseMax(y);
    };
    observer.interrupt = request.interrupt;
    const auto r =
        integrate::drive(system, time.start, x, time.end, p->options, {{(time.end - time.start) / 800}}, {}, observer);
    interrupted = r.outcome == integrate::Outcome::interrupted;
    if (!integrate::succeeded(r.outcome) || a.low.size() == 0) {
      map.push_back(kNothing);
      continue;
    }
    unit = unit.cwiseMax(a.high.cwiseAbs()).cwiseMax(a.low.cwiseAbs());
    const auto known = std::find_if(attractors.begin(), attractors.end(), [&](const Attractor& b) {
      return ((a.low - b.low).array().abs() <= same * unit.array()).all() &&
             ((a.high - b.high).array().abs() <= same * unit.array()).all();
    });
    map.push_back(static_cast<double>(known - attractors.begin()));
    if (known == attractors.end()) attractors.push_back(a);
  }
  map.resize(count, kNothing);
  for (const double m : map) {
    if (!std::isnan(m)) attractors[static_cast<std::size_t>(m)].share += 1.0 / static_cast<double>(count);
  }

  Findings f = about(request, "basins", *p);
  f.complete = !interrupted && !attractors.empty();
  const std::string names[2] = {f.labels[static_cast<std::size_t>(at[0])], f.labels[static_cast<std::size_t>(at[1])]};
  f.heading = fmt::format("{} x {} starts in {} and {}, each to t = {:g}", side, side, names[0], names[1], time.end);
  f.facts = {{"x", names[0]}, {"y", names[1]}};
  if (attractors.empty()) f.notes.push_back("No run came to its end.");
  const auto s = static_cast<std::size_t>(side), n = static_cast<std::size_t>(layout.size());
  f.dimensions = {{"attractor", attractors.size(), {}}, {"state", n, {}}, {"row", s, {}}, {"column", s, {}}};
  Quantity kind{"kind", "what it is", "", {"attractor"}, {}, {"rest", "oscillation"}};
  Quantity share{"share", "share of the starts that end there", "1", {"attractor"}, {}, {}, 4};
  Quantity low{"low", "smallest value late in the run", "", {"attractor", "state"}, {}, {}};
  Quantity high{"high", "largest value late in the run", "", {"attractor", "state"}, {}, {}};
  for (const auto& a : attractors) {
    kind.numbers.push_back(a.rests(same, unit) ? 0 : 1);
    share.numbers.push_back(a.share);
    low.numbers.insert(low.numbers.end(), a.low.begin(), a.low.end());
    high.numbers.insert(high.numbers.end(), a.high.begin(), a.high.end());
  }
  for (const Index i : {at[0], at[1]}) {
    for (const bool up : {false, true}) {
      Quantity c{f.labels[static_cast<std::size_t>(i)] + (up ? " max" : " min"), "", "", {"attractor"}, {}, {}};
      for (const auto& a : attractors) c.numbers.push_back((up ? a.high : a.low)[i]);
      f.shown.push_back(std::move(c));
    }
  }
  plot::Panel panel{"Where starts end up", names[0], names[1], {}};
  panel.x_linear = panel.y_linear = true;
  for (std::size_t k = 0; k < attractors.size() && k < 10; ++k) {
    panel.curves.push_back({fmt::format("{}: {}", k, kind.words[static_cast<std::size_t>(kind.numbers[k])]), {}});
    panel.curves.back().joined = false;
  }
  Quantity x{"start_x", names[0] + " at the start", "", {"column"}, {}, {}},
      y{"start_y", names[1] + " at the start", "", {"row"}, {}, {}};
  for (int k = 0; k < side; ++k) {
    x.numbers.push_back(from[0] + (to[0] - from[0]) * k / (side - 1));
    y.numbers.push_back(from[1] + (to[1] - from[1]) * k / (side - 1));
  }
  for (std::size_t k = 0; k < count; ++k) {
    if (std::isnan(map[k]) || map[k] >= static_cast<double>(panel.curves.size())) continue;
    panel.curves[static_cast<std::size_t>(map[k])].points.emplace_back(x.numbers[k % s], y.numbers[k / s]);
  }
  f.add(std::move(kind)), f.add(std::move(share)), f.add(std::move(low)), f.add(std::move(high));
  f.add(std::move(x)), f.add(std::move(y));
  f.add({"basin", "number of the attractor that a start ends at", "1", {"row", "column"}, std::move(map), {}});
  f.table = {"kind", "share"};
  f.chart.title = "Basins: " + (f.title.empty() ? f.scenario : f.title);
  f.chart.subtitle = f.heading;
  f.chart.panels = {std::move(panel)};
  return f;
}

}  // namespace

StudyEntry basins() {
  StudyEntry e;
  e.name = "basins";
  e.summary = "which attractor the starts of a plane end up at";
  e.parameters = {
      ParameterSpec::make(Kind::string, "x", "the element that varies horizontally. Default: the first"),
      ParameterSpec::make(Kind::string, "y", "the one that varies vertically. Default: the second"),
      ParameterSpec::make(Kind::number, "x_from", "its smallest start").needed(),
      ParameterSpec::make(Kind::number, "x_to", "its largest").needed(),
      ParameterSpec::make(Kind::number, "y_from", "of the vertical one, the smallest").needed(),
      ParameterSpec::make(Kind::number, "y_to", "the largest").needed(),
      ParameterSpec::make(Kind::integer, "points", "starts each way").at_least(2).at_most(10000).standard(40),
      ParameterSpec::make(Kind::number, "same",
                          "attractors are one where late ranges differ by less, relative to the "
                          "largest values")
          .above(0)
          .standard(1e-3),
  };
  e.run = run;
  return e;
}

}  // namespace neurode::study
