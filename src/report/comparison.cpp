// A comparison of integrators.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/columns.hpp"
#include "report/parts.hpp"

namespace neurode::report {

namespace {

constexpr std::size_t kMostRows = 1000;

/// One curve a method, from loose to tight.
Figure precision(const Source& source, const Columns& c, const std::string& title, const std::string& work,
                 const Axis& x) {
  Figure f;
  f.title = title;
  f.x = x;
  f.y = {"largest relative error on the trajectory", "", true};
  const auto &rtol = c.numbers("rtol"), &dt = c.numbers("dt"), &error = c.numbers("error"), &cost = c.numbers(work);
  const double recommended = source.number("recommended_run");
  const auto names = c.words("integrator");
  for (std::size_t m = 0; m < names.size(); ++m) {
    Series s;
    s.name = names[m];
    s.marks = "dot";
    for (std::size_t k = 0; k < std::min(error.size(), cost.size()); ++k) {
      if (c.word("integrator", k) != names[m] || c.word("state", k) != "done") continue;
      if (static_cast<double>(k) == recommended) s.rings.push_back(s.x.size());
      s.x.push_back(cost[k]);
      s.y.push_back(error[k]);
      s.notes.push_back(k < rtol.size() && rtol[k] > 0 ? fmt::format("rtol {:g}", rtol[k])
                        : k < dt.size()                ? fmt::format("dt {:g}", dt[k])
                                                       : "");
    }
    if (!s.x.empty()) f.series.push_back(std::move(s));
  }
  const double accuracy = source.number("accuracy");
  if (accuracy > 0) {
    f.level = accuracy;
    f.level_label = "accuracy asked for";
  }
  f.caption = "Each point is a run; from loose to tight along a curve. Ring: recommended.";
  return f;
}

}  // namespace

std::string comparison_tables(const Source& source) {
  const Columns c(source.reader);
  std::string out = "<p class=\"outcome\">" + escaped(source.text("recommendation")) + "</p>\n";
  out += definitions(
      {{"states", source.shown("states")},
       {"character", escaped(source.text("character"))},
       {"reference", escaped(fmt::format("{} at rtol {:g}, against {}: error {:.2g}", source.text("reference_method"),
                                         source.number("reference_rtol"), source.text("reference_second_method"),
                                         source.number("reference_error")))},
       {"to time", source.shown("time_end")},
       {"stopped by", escaped(source.text("stopped_by"))}});
  std::vector<std::string> names = {"integrator", "state"};
  for (const char* name : {"rtol", "dt", "digits", "error", "error_end", "error_loss", "steps", "rejected", "rhs",
                           "jacobians", "factorisations", "jvps", "work", "seconds", "dt_smallest", "dt_largest"}) {
    const auto& x = c.numbers(name);
    if (std::any_of(x.begin(), x.end(), [](double v) { return std::isfinite(v) && v != 0; })) names.emplace_back(name);
  }
  Table t = c.table("run", names, {}, kMostRows, 4);
  t.columns.push_back({"why not"});
  for (std::size_t k = 0; k < t.rows.size(); ++k) {
    t.rows[k].push_back(escaped(shortened(source.text(fmt::format("cause_{}", k)), 300)));
  }
  return out + "<h3>All runs</h3>\n" + t.html();
}

std::vector<Figure> comparison_figures(const Source& source) {
  const Columns c(source.reader);
  return {precision(source, c, "Error and work", "work", {"right-hand sides and their like", "", true}),
          precision(source, c, "Error and time", "seconds", {"wall time", "s", true})};
}

}  // namespace neurode::report
