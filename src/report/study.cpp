// An analysis: tables of its main dimension, and figures by study.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "report/columns.hpp"
#include "report/parts.hpp"
#include "report/study.hpp"
#include "report/thin.hpp"

namespace neurode::report {

namespace {

constexpr std::size_t kMostRows = 500;
constexpr std::size_t kSmallTable = 50;    ///< rows of a table beside the main one
constexpr std::size_t kMostCourses = 8;    ///< of a figure
constexpr std::size_t kMostOverTime = 12;  ///< figures

/// Dimensions along which there are figures of one number each, in their order; the one whose table says most first.
std::vector<std::string> table_dimensions(const Source& source) {
  static const std::map<std::string, std::string> known = {
      {"continue", "special"}, {"lyapunov", "exponent_number"}, {"spectrum", "peak"}};
  const auto at = known.find(source.text("study"));
  std::vector<std::string> out;
  if (at != known.end()) out.push_back(at->second);
  for (const auto& v : source.reader.variables()) {
    if (v.coordinate || v.dimensions.size() != 1) continue;
    if (std::find(out.begin(), out.end(), v.dimensions[0]) == out.end()) out.push_back(v.dimensions[0]);
  }
  return out;
}

Axis axis_of(const Columns& c, const std::string& name) {
  const std::string label = c.long_name(name), unit = c.unit(name);
  return {label.empty() ? name : label, unit == "1" ? "" : unit, false};
}

Figure eigenvalues(const Source&, const Columns& c) {
  Figure f;
  f.title = "Eigenvalues";
  f.x = {"real part", c.unit("eigenvalue_real"), false};
  f.y = {"imaginary part", c.unit("eigenvalue_imaginary"), false};
  f.upright = 0;
  const auto &re = c.numbers("eigenvalue_real"), &im = c.numbers("eigenvalue_imaginary");
  const std::size_t n = c.length("eigenvalue_real", 1);
  for (std::size_t k = 0; n > 0 && (k + 1) * n <= std::min(re.size(), im.size()) && k < 12; ++k) {
    const auto from = static_cast<std::ptrdiff_t>(k * n), to = static_cast<std::ptrdiff_t>((k + 1) * n);
    f.series.push_back(points(fmt::format("{}: {}", k, c.word("kind", k)), {re.begin() + from, re.begin() + to},
                              {im.begin() + from, im.begin() + to}, "none", "dot"));
  }
  f.caption = "Left of the grey line what decays, right of it what grows.";
  return f;
}

/// Through each point of the field's grid a line along F, all of one length in units of the grid.
Series directions(const Columns& c) {
  Series s = points("direction", {}, {}, "solid", "none");
  const auto &x = c.numbers("field_x"), &y = c.numbers("field_y");
  const auto &dx = c.numbers("field_dx"), &dy = c.numbers("field_dy");
  if (x.size() < 2 || y.size() < 2 || std::min(dx.size(), dy.size()) < x.size() * y.size()) return s;
  const double cell_x = x[1] - x[0], cell_y = y[1] - y[0];
  for (std::size_t k = 0; k < x.size() * y.size(); ++k) {
    const double u = dx[k] / cell_x, v = dy[k] / cell_y, half = 0.35 / std::hypot(u, v);
    if (!std::isfinite(half)) continue;
    const double at_x = x[k % x.size()], at_y = y[k / x.size()];
    s.x.insert(s.x.end(), {at_x - half * u * cell_x, at_x + half * u * cell_x, NAN});
    s.y.insert(s.y.end(), {at_y - half * v * cell_y, at_y + half * v * cell_y, NAN});
  }
  return s;
}

Figure plane(const Source& source, const Columns& c) {
  Figure f;
  f.title = "Phase plane";
  f.x = {source.text("x"), "", false};
  f.y = {source.text("y"), "", false};
  for (const auto& [name, of] : {std::pair{"x_nullcline", source.text("x")}, {"y_nullcline", source.text("y")}}) {
    Series s = points("d" + of + "/dt = 0", {}, {}, "solid", "none");
    const auto &x = c.numbers(std::string(name) + "_x"), &y = c.numbers(std::string(name) + "_y");
    for (std::size_t k = 0; k + 1 < std::min(x.size(), y.size()); k += 2) {
      s.x.insert(s.x.end(), {x[k], x[k + 1], NAN});
      s.y.insert(s.y.end(), {y[k], y[k + 1], NAN});
    }
    f.series.push_back(std::move(s));
  }
  f.series.push_back(directions(c));
  f.series.push_back(points("trajectory", c.numbers("trajectory_x"), c.numbers("trajectory_y"), "solid", "none"));
  const auto &x = c.numbers("point_x"), &y = c.numbers("point_y");
  for (std::size_t k = 0; k < std::min(x.size(), y.size()); ++k) {
    if (std::isnan(x[k])) continue;
    f.series.push_back(points("rest: " + c.word("kind", k), {x[k]}, {y[k]}, "none", "dot"));
  }
  f.caption = "The short lines lie along F.";
  return f;
}

Figure spectrum(const Source& source, const Columns& c) {
  Figure f;
  f.title = "Power spectrum of " + source.text("of");
  f.x = axis_of(c, "frequency");
  f.y = axis_of(c, "power");
  f.x.log = f.y.log = true;
  f.series.push_back(points("power", c.numbers("frequency"), c.numbers("power"), "solid", "none"));
  f.series.push_back(points("maxima", c.numbers("peak_frequency"), c.numbers("peak_power"), "none", "ring"));
  return f;
}

Figure exponents(const Source&, const Columns& c) {
  Figure f;
  f.title = "Convergence of the exponents";
  f.x = axis_of(c, "moment_time");
  f.y = {"Lyapunov exponent", c.unit("exponent"), false};
  for (std::size_t k = 0; k < std::min<std::size_t>(c.length("course", 1), 10); ++k) {
    f.series.push_back(
        points(fmt::format("exponent {}", k), c.numbers("moment_time"), c.column("course", k), "solid", "none"));
  }
  return f;
}

Figure one_period(const Source& source, const Columns& c) {
  Figure f;
  f.title = "One period";
  f.x = axis_of(c, "course_time");
  f.y = {source.text("of"), c.unit("course"), false};
  f.series.push_back(points(source.text("of"), c.numbers("course_time"), c.numbers("course"), "solid", "none"));
  f.level = source.number("level");
  f.level_label = "section";
  return f;
}

Figure basins(const Source& source, const Columns& c) {
  Figure f;
  f.title = "Where starts end up";
  f.x = {source.text("x"), "", false};
  f.y = {source.text("y"), "", false};
  const auto &x = c.numbers("start_x"), &y = c.numbers("start_y"), &basin = c.numbers("basin");
  const std::size_t columns = c.length("basin", 1);
  for (std::size_t a = 0; a < std::min<std::size_t>(c.length("kind", 0), 10); ++a) {
    Series s = points(fmt::format("{}: {}", a, c.word("kind", a)), {}, {}, "none", "square");
    for (std::size_t k = 0; k < basin.size() && columns > 0; ++k) {
      if (basin[k] != static_cast<double>(a) || k / columns >= y.size() || k % columns >= x.size()) continue;
      s.x.push_back(x[k % columns]);
      s.y.push_back(y[k / columns]);
    }
    f.series.push_back(std::move(s));
  }
  return f;
}

std::vector<Figure> scan(const Source& source, const Columns& c) {
  std::vector<Figure> out;
  const auto figure = [&](const std::string& title, const std::vector<std::string>& names, const std::string& label) {
    Figure f;
    f.title = title;
    f.x = {source.text("parameter"), "", false};
    f.y = {label, c.unit(names[0]) == "1" ? "" : c.unit(names[0]), false};
    for (const auto& name : names) {
      if (c.has(name)) f.series.push_back(points(name, c.numbers("p"), c.numbers(name), "solid", "dot"));
    }
    if (!f.series.empty()) out.push_back(std::move(f));
  };
  figure("Range and mean", {"max", "mean", "min"}, source.text("of"));
  figure("Frequency", {"frequency"}, "frequency");
  const auto& spikes = c.numbers("spike_rate");
  if (std::any_of(spikes.begin(), spikes.end(), [](double r) { return std::isfinite(r); })) {
    figure("Spikes of a neuron", {"spike_rate"}, "spike rate");
  }
  return out;
}

/// Everything that is told over time, a figure each.
std::vector<Figure> over_time(const Source& source, const Columns& c) {
  std::vector<Figure> out;
  const std::string time = c.has("moment_time") ? "moment_time" : "time";
  const auto* axis = source.reader.find(time);
  if (!axis || axis->dimensions.size() != 1) return out;
  for (const auto& v : source.reader.variables()) {
    if (v.coordinate || v.name == time || v.dimensions.empty() || v.dimensions[0] != axis->dimensions[0]) continue;
    const std::size_t width = c.width(v.name);
    if (width == 0 || out.size() == kMostOverTime) continue;
    Figure f;
    f.title = v.long_name.empty() ? v.name : v.long_name;
    f.x = axis_of(c, time);
    f.y = {v.name, v.unit == "1" ? "" : v.unit, false};
    for (const std::size_t k : chosen(width, kMostCourses)) {
      f.series.push_back(points(width > 1 ? fmt::format("{} {}", v.name, k) : v.name, c.numbers(time),
                                c.column(v.name, k), "solid", "none"));
    }
    if (width > kMostCourses) f.caption = fmt::format("{} of {} courses.", kMostCourses, width);
    out.push_back(std::move(f));
  }
  return out;
}

}  // namespace

std::string study_tables(const Source& source) {
  const Columns c(source.reader);
  std::string out;
  if (source.number("complete") == 0) out += "<p class=\"outcome\"><span class=\"bad\">incomplete</span></p>\n";
  if (!source.text("heading").empty()) out += "<p>" + escaped(source.text("heading")) + "</p>\n";
  for (const auto& note : source.lines("notes")) out += "<p>" + escaped(note) + "</p>\n";
  bool main = true;
  for (const auto& dimension : table_dimensions(source)) {
    Table t = c.table(dimension, {}, source.lines("states"), kMostRows);
    if (!main && (t.columns.size() < 2 || t.rows.size() + t.left_out > kSmallTable)) continue;
    if (!t.rows.empty()) out += "<h3>" + escaped(dimension) + "</h3>\n" + t.html();
    main = false;
  }
  std::vector<std::pair<std::string, std::string>> facts;
  for (const auto& [name, value] : source.reader.attributes()) {
    if (std::holds_alternative<double>(value)) facts.emplace_back(escaped(name), source.shown(name));
  }
  return out + definitions(facts);
}

std::vector<Figure> study_figures(const Source& source, std::size_t most) {
  static const std::map<std::string, Figure (*)(const Source&, const Columns&)> one = {
      {"basins", basins},     {"fixed-points", eigenvalues}, {"lyapunov", exponents},
      {"period", one_period}, {"phase-plane", plane},        {"spectrum", spectrum}};
  const Columns c(source.reader);
  const std::string study = source.text("study");
  std::vector<Figure> figures;
  if (study == "continue") {
    figures = bifurcations(source, c);
  } else if (study == "scan") {
    figures = scan(source, c);
  } else if (const auto at = one.find(study); at != one.end()) {
    figures = {at->second(source, c)};
  } else {
    figures = over_time(source, c);
  }
  for (auto& f : figures) thin_series(f, most / figures.size());
  return figures;
}

}  // namespace neurode::report
