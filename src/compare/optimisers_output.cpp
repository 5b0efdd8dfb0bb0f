// The comparison of optimisers as a table, as JSON and as a picture.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compare/problem.hpp"
#include "neurode/compare/optimisers.hpp"
#include "neurode/core/json.hpp"
#include "neurode/plot/chart.hpp"

namespace neurode::compare {

namespace {

std::string number(double x, const char* format = "{:.3g}") {
  return std::isnan(x) ? "-" : fmt::format(fmt::runtime(format), x);
}

/// The loss once so many evaluations were spent: that of the last point of the curve up to there.
std::string loss_after(const run::Training& t, double evaluations) {
  if (t.evaluations < evaluations) return t.reached ? "done" : "-";
  double loss = std::numeric_limits<double>::quiet_NaN();
  for (const auto& [n, l] : t.curve) {
    if (n <= evaluations) loss = l;
  }
  return number(loss);
}

std::vector<double> columns(const OptimiserComparison& c) {
  double most = 0;
  for (const auto& r : c.rows) most = std::max(most, r.run.evaluations);
  std::vector<double> out;
  for (double n = 10; n < most && out.size() < 7; n *= std::log10(n) == std::floor(std::log10(n)) ? 3 : 10.0 / 3) {
    out.push_back(std::round(n));
  }
  return out;
}

}  // namespace

std::string table_text(const OptimiserComparison& c) {
  std::string out = fmt::format("{}\n{}", c.scenario, c.title.empty() ? "" : c.title + "\n");
  out += fmt::format("loss against gradient evaluations (products with a Hessian or metric count), to a loss of {:g}",
                     c.target);
  if (c.sharpness > 0) {
    out += fmt::format("; lam_max {:.3g} at the start: gradient descent below {:.3g}", c.sharpness, 2 / c.sharpness);
  }
  out += "\n\n";
  std::size_t width = 10;
  for (const auto& r : c.rows) width = std::max(width, r.what.text.size());
  const auto at = columns(c);
  out += fmt::format("{:<{}} {:>11}", "flow/method@step", width, "evaluations");
  for (const double n : at) out += fmt::format(" {:>9}", fmt::format("@{:.0f}", n));
  out += fmt::format(" {:>9} {:>8} {:>9}  {}\n", "end", "test", "time", "");
  for (const auto& r : c.rows) {
    out += fmt::format("{:<{}}", r.what.text, width);
    if (!r.fault.empty()) {
      out += " " + r.fault.substr(0, r.fault.find('\n')) + "\n";
      continue;
    }
    out += fmt::format(" {:>11}", r.run.reached ? fmt::format("{:.0f}", r.run.evaluations) : "-");
    for (const double n : at) out += fmt::format(" {:>9}", loss_after(r.run, n));
    out += fmt::format(" {:>9} {:>8} {:>9}  {}{}\n", number(r.run.loss), number(r.run.test_accuracy, "{:.4f}"),
                       time_text(r.run.seconds), r.what.known_as,
                       r.run.reached ? "" : (r.what.known_as.empty() ? "" : "; ") + ("ended by " + r.run.ended));
  }
  out +=
      "\nevaluations: to that loss; @N: the loss after N of them (done: reached before); end, test: loss and test "
      "accuracy "
      "at the end\n";
  const OptimiserRow* best = nullptr;
  for (const auto& r : c.rows) {
    if (r.run.reached && (!best || r.run.evaluations < best->run.evaluations)) best = &r;
  }
  out += best ? fmt::format("fewest gradients: {}, {:.0f}\n", best->what.text, best->run.evaluations)
              : std::string("none came to that loss\n");
  return out;
}

/// Names short enough for a legend: keys left out, numbered where that makes them alike.
static std::vector<std::string> legend(const OptimiserComparison& c) {
  std::vector<std::string> names, bare;
  for (const auto& r : c.rows) {
    std::string name = r.what.text.substr(0, r.what.text.find_first_of("(/"));
    name += ", " + (r.what.method == "semi_implicit_euler" ? "semi-implicit" : r.what.method);
    if (r.what.step > 0) name += fmt::format(" {:.2g}", r.what.step);
    const auto alike = std::count(bare.begin(), bare.end(), name);
    bare.push_back(name);
    names.push_back(alike > 0 ? fmt::format("{} ({})", name, alike + 1) : name);
  }
  return names;
}

std::string json_text(const OptimiserComparison& c) {
  JsonWriter w;
  w.begin_object().member("scenario", c.scenario).member("title", c.title).member("target", c.target);
  w.member("sharpness", c.sharpness).key("rows").begin_array();
  for (const auto& r : c.rows) {
    w.begin_object().member("optimiser", r.what.text).member("method", r.what.method).member("step", r.what.step);
    w.member("known_as", r.what.known_as).member("fault", r.fault).member("reached", r.run.reached);
    w.member("evaluations", r.run.evaluations).member("loss", r.run.loss).member("accuracy", r.run.accuracy);
    w.member("test_accuracy", r.run.test_accuracy).member("seconds", r.run.seconds).member("ended", r.run.ended);
    w.key("curve").begin_array();
    for (const auto& [n, l] : r.run.curve) w.begin_array().value(n).value(l).end_array();
    w.end_array().end_object();
  }
  return w.end_array().end_object().text();
}

void write_picture(const OptimiserComparison& c, const std::filesystem::path& file) {
  plot::Chart chart;
  chart.title = "Optimisers: " + (c.title.empty() ? c.scenario : c.title);
  chart.subtitle = "fixed steps are discrete optimisers, tolerances their flows";
  chart.caption = "Gradient evaluations count products with a Hessian or metric.";
  plot::Panel panel{"Loss and gradients", "gradient evaluations", "training loss", {}, c.target, "asked for"};
  const auto names = legend(c);
  for (std::size_t k = 0; k < c.rows.size(); ++k) {
    const auto& r = c.rows[k];
    if (!r.fault.empty()) continue;
    plot::Curve curve{names[k], {}, {}};
    for (const auto& [n, l] : r.run.curve)
      curve.points.emplace_back(n, l);  // the start, at 0, has no place on the axis
    panel.curves.push_back(std::move(curve));
  }
  chart.panels = {panel};
  plot::draw(chart, file);
}

}  // namespace neurode::compare
