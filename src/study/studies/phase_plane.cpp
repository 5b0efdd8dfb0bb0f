#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "neurode/analysis/fixed_points.hpp"
#include "neurode/analysis/plane.hpp"
#include "neurode/core/errors.hpp"
#include "study/context.hpp"
#include "study/studies/list.hpp"

namespace neurode::study {

namespace {

using analysis::Place;
using analysis::Segment;

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

struct Box {
  Vector low{2}, high{2};
};

Box box_of(const Parameters& q, const Trajectory& way, const std::array<Index, 2>& at) {
  Box b;
  const char* names[2][2] = {{"x_from", "x_to"}, {"y_from", "y_to"}};
  for (int k = 0; k < 2; ++k) {
    const double width = way.high[at[k]] - way.low[at[k]], margin = width > 0 ? 0.4 * width : 1;
    b.low[k] = q.has(names[k][0]) ? q.number(names[k][0]) : way.low[at[k]] - margin;
    b.high[k] = q.has(names[k][1]) ? q.number(names[k][1]) : way.high[at[k]] + margin;
    if (!(b.low[k] < b.high[k])) {
      throw UsageError(fmt::format("--{}-from must be less than --{}-to", k == 0 ? "x" : "y", k == 0 ? "x" : "y"));
    }
  }
  return b;
}

plot::Curve of_segments(const std::string& name, const std::vector<Segment>& segments) {
  plot::Curve c{name, {}};
  c.marked = false;
  for (const auto& [a, b] : segments) {
    c.points.insert(c.points.end(), {{a.x, a.y}, {b.x, b.y}, {kNothing, kNothing}});
  }
  return c;
}

/// F on a grid of side x side points in the middles of as many cells.
struct Field {
  std::vector<double> x, y;    ///< [side] each
  std::vector<double> dx, dy;  ///< [side x side], y by y
};

Field field(analysis::Subsystem& plane, double t, const Box& b, int side) {
  Field f;
  for (int i = 0; i < side; ++i) {
    f.x.push_back(b.low[0] + (b.high[0] - b.low[0]) * (i + 0.5) / side);
    f.y.push_back(b.low[1] + (b.high[1] - b.low[1]) * (i + 0.5) / side);
  }
  for (const double y : f.y) {
    for (const double x : f.x) {
      const double at[2] = {x, y};
      double rate[2];
      plane.rhs(t, at, rate);
      f.dx.push_back(rate[0]), f.dy.push_back(rate[1]);
    }
  }
  return f;
}

/// Its directions; all arrows are as long, relative to the box.
plot::Curve arrows(const Field& f, const Box& b) {
  plot::Curve c{"direction", {}};
  c.joined = c.marked = false;
  c.arrows = true;
  const double side = static_cast<double>(f.x.size()), width = b.high[0] - b.low[0], height = b.high[1] - b.low[1];
  for (std::size_t k = 0; k < f.dx.size(); ++k) {
    const double u = f.dx[k] / width, v = f.dy[k] / height, length = std::hypot(u, v);
    if (!(length > 0) || !std::isfinite(length)) continue;
    const double x = f.x[k % f.x.size()], y = f.y[k / f.x.size()];
    const double dx = 0.3 / side * u / length * width, dy = 0.3 / side * v / length * height;
    c.points.emplace_back(x - dx, y - dy);
    c.points.emplace_back(x + dx, y + dy);
  }
  return c;
}

void add_field(Findings& f, const Field& of, const std::string names[2]) {
  f.dimensions.push_back({"row", of.y.size(), {}});
  f.dimensions.push_back({"column", of.x.size(), {}});
  f.add({"field_x", names[0] + " where the field is told", "", {"column"}, of.x, {}});
  f.add({"field_y", names[1] + " where the field is told", "", {"row"}, of.y, {}});
  f.add({"field_dx", "d" + names[0] + "/dt there", "", {"row", "column"}, of.dx, {}});
  f.add({"field_dy", "d" + names[1] + "/dt there", "", {"row", "column"}, of.dy, {}});
}

void add_segments(Findings& f, const std::string& name, const std::string& of, const std::vector<Segment>& segments) {
  f.dimensions.push_back({name + "_segment", segments.size(), {}});
  Quantity x{
      name + "_x", "ends of the segments where d" + of + "/dt = 0, horizontal", "", {name + "_segment", "end"}, {}, {}};
  Quantity y{name + "_y", "ends of the segments where d" + of + "/dt = 0, vertical", "", {name + "_segment", "end"}, {},
             {}};
  for (const auto& [a, b] : segments) {
    x.numbers.insert(x.numbers.end(), {a.x, b.x});
    y.numbers.insert(y.numbers.end(), {a.y, b.y});
  }
  f.add(std::move(x)), f.add(std::move(y));
}

Findings run(const Request& request) {
  const auto& q = request.parameters;
  auto p = ready(request);
  System& system = *p->problem.system;
  const StateLayout& layout = system.layout();
  const auto at = plane_of(layout, q);
  const double t = q.has("at") ? q.number("at") : p->scenario.time.start;
  const Trajectory way = trajectory(*p, 2000, request.interrupt);
  const Box b = box_of(q, way, at);
  analysis::Subsystem plane(system, {at[0], at[1]}, way.x.back());
  const int cells = static_cast<int>(q.integer("cells"));
  const std::vector<Segment> clines[2] = {analysis::nullcline(plane, t, 0, b.low, b.high, cells),
                                          analysis::nullcline(plane, t, 1, b.low, b.high, cells)};
  analysis::FixedPointSearch search;
  search.t = t;
  search.low = b.low, search.high = b.high;
  search.random = 300;
  search.interrupt = request.interrupt;
  auto points = analysis::find_fixed_points(plane, search);
  std::erase_if(points, [&](const auto& r) {
    return (r.x.array() < b.low.array()).any() || (r.x.array() > b.high.array()).any();
  });

  Findings f = about(request, "phase-plane", *p);
  f.complete = !(request.interrupt && request.interrupt());
  const std::string names[2] = {f.labels[static_cast<std::size_t>(at[0])], f.labels[static_cast<std::size_t>(at[1])]};
  f.heading = fmt::format(
      "{} and {}{}", names[0], names[1],
      layout.size() > 2 ? fmt::format("; the other {} states are held where the trajectory ends", layout.size() - 2)
                        : "");
  f.facts = {{"x", names[0]}, {"y", names[1]}, {"time", t}};
  f.dimensions = {{"point", points.size(), {}}, {"end", 2, {}}, {"moment", way.t.size(), {}}};
  Quantity kind{"kind", "what kind of rest it is, in the plane", "", {"point"}, {}, {}};
  for (int k = 0; k <= static_cast<int>(analysis::RestKind::marginal); ++k) {
    kind.words.emplace_back(analysis::rest_kind_name(static_cast<analysis::RestKind>(k)));
  }
  Quantity x{"point_x", names[0] + " at rest", "", {"point"}, {}, {}, 10};
  Quantity y{"point_y", names[1] + " at rest", "", {"point"}, {}, {}, 10};
  for (const auto& r : points) {
    kind.numbers.push_back(static_cast<double>(r.stability.kind));
    x.numbers.push_back(r.x[0]), y.numbers.push_back(r.x[1]);
  }
  f.add(std::move(kind)), f.add(std::move(x)), f.add(std::move(y));
  f.table = {"kind", "point_x", "point_y"};
  add_segments(f, "x_nullcline", names[0], clines[0]);
  add_segments(f, "y_nullcline", names[1], clines[1]);
  const Field directions = field(plane, t, b, 18);
  add_field(f, directions, names);
  f.add({"moment_time", "time", f.time_unit, {"moment"}, way.t, {}});
  Quantity tx{"trajectory_x", names[0] + " along the trajectory", "", {"moment"}, {}, {}};
  Quantity ty{"trajectory_y", names[1] + " along the trajectory", "", {"moment"}, {}, {}};
  for (const Vector& v : way.x) tx.numbers.push_back(v[at[0]]), ty.numbers.push_back(v[at[1]]);

  plot::Panel panel{"Phase plane", names[0], names[1], {}};
  panel.x_linear = panel.y_linear = true;
  panel.curves = {of_segments("d" + names[0] + "/dt = 0", clines[0]),
                  of_segments("d" + names[1] + "/dt = 0", clines[1])};
  plot::Curve orbit{"trajectory", {}};
  orbit.marked = false;
  for (std::size_t k = 0; k < tx.numbers.size(); ++k) orbit.points.emplace_back(tx.numbers[k], ty.numbers[k]);
  panel.curves.push_back(std::move(orbit));
  for (const bool stable : {true, false}) {
    plot::Curve rest{stable ? "rest, stable" : "rest, not stable", {}};
    rest.joined = false;
    for (const auto& r : points) {
      if ((r.stability.unstable == 0) == stable) rest.points.emplace_back(r.x[0], r.x[1]);
    }
    if (!rest.points.empty()) panel.curves.push_back(std::move(rest));
  }
  panel.curves.push_back(arrows(directions, b));
  f.add(std::move(tx)), f.add(std::move(ty));
  f.chart.title = "Phase plane: " + (f.title.empty() ? f.scenario : f.title);
  f.chart.subtitle = f.heading;
  f.chart.panels = {std::move(panel)};
  return f;
}

}  // namespace

StudyEntry phase_plane() {
  StudyEntry e;
  e.name = "phase-plane";
  e.summary = "nullclines, directions and states of rest of two elements of the state";
  e.parameters = {
      ParameterSpec::make(Kind::string, "x", "the horizontal one. Default: the first"),
      ParameterSpec::make(Kind::string, "y", "the vertical one. Default: the second"),
      ParameterSpec::make(Kind::number, "x_from",
                          "range that is looked at. Default: that of the trajectory and some more"),
      ParameterSpec::make(Kind::number, "x_to", "its end"),
      ParameterSpec::make(Kind::number, "y_from", "range of the vertical one"),
      ParameterSpec::make(Kind::number, "y_to", "its end"),
      ParameterSpec::make(Kind::number, "at", "time at which F is taken, where it depends on it. Default: the start"),
      ParameterSpec::make(Kind::integer, "cells", "cells of the grid on which nullclines are looked for, each way")
          .at_least(4)
          .at_most(2000)
          .standard(150),
  };
  e.run = run;
  return e;
}

}  // namespace neurode::study
