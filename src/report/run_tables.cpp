// Outcome, cost and provenance of a run.
#include <fmt/format.h>

#include <cmath>

#include "neurode/run/report.hpp"
#include "report/html.hpp"
#include "report/parts.hpp"

namespace neurode::report {

namespace {

constexpr std::size_t kMostRows = 300;

std::string with_unit(const std::string& number, const std::string& unit) {
  return number.empty() || unit.empty() || unit == "1" ? number : number + " " + unit;
}

std::string short_number(double x) { return std::isnan(x) ? "" : fmt::format("{:.5g}", x); }

std::string seconds_text(double s) {
  if (std::isnan(s)) return "";
  if (s < 1) return fmt::format("{:.3g} ms", 1e3 * s);
  return s < 120 ? fmt::format("{:.3g} s", s)
                 : fmt::format("{:.0f} min {:.0f} s", std::floor(s / 60), std::fmod(s, 60));
}

std::string facts_table(const Source& source) {
  const auto facts = run::read_report(source.reader);
  if (facts.empty()) return "";
  Table t;
  t.columns = {{"fact"}, {"value", true}, {"unit"}, {"expected", true}, {"within", true}, {"off by", true}, {""}};
  for (const auto& f : facts) {
    std::vector<std::string> row = {escaped(f.name), fmt::format("{:.12g}", f.value), escaped(f.unit)};
    if (f.expected) {
      const char* verdict =
          f.holds() ? "<span class=\"good\">holds</span>" : "<span class=\"bad\">does not hold</span>";
      for (const auto& text : {fmt::format("{:.12g}", *f.expected), fmt::format("{:g}", *f.within),
                               fmt::format("{:.2g}", f.off()), std::string(verdict)}) {
        row.push_back(text);
      }
    } else {
      row.insert(row.end(), 4, "");
    }
    t.add(std::move(row), kMostRows);
  }
  return "<h3>Facts</h3>\n" + t.html();
}

std::string last_values(const Source& source) {
  Table t;
  t.sorts = false;
  t.columns = {{"figure"}, {"last value", true}, {"unit"}, {"meaning"}};
  for (const auto& v : source.reader.variables()) {
    if (v.coordinate || v.axis.empty() || v.shape.size() != 1 || v.shape[0] == 0 || !v.attributes.empty()) continue;
    const auto last = source.reader.read(v.name, {{v.shape[0] - 1}, {1}});
    t.add({escaped(v.name), fmt::format("{:.10g}", last[0]), escaped(v.unit), escaped(v.long_name)}, kMostRows);
  }
  return t.rows.empty() ? "" : "<h3>At the end</h3>\n" + t.html();
}

}  // namespace

std::string answer(const Source& source) {
  const std::string outcome = source.text("outcome"), message = source.text("message");
  const bool good = outcome == "reached_end" || outcome == "stopped_by_condition" || outcome == "steady_state";
  const std::string more = message.starts_with(outcome) ? message.substr(outcome.size()) : " " + message;
  std::string out = fmt::format("<p class=\"outcome\"><span class=\"{}\">{}</span>{}</p>\n", good ? "good" : "bad",
                                escaped(outcome), escaped(more));
  if (outcome == "running") {
    out += "<p class=\"note\">The run has not ended, or was cut off: this is what it has written so far.</p>\n";
  }
  return out + facts_table(source) + last_values(source);
}

std::string cost(const Source& source) {
  const std::string unit = source.time_unit();
  std::vector<std::pair<std::string, std::string>> rows = {
      {"steps", source.shown("steps")},
      {"rejected steps", source.shown("rejected")},
      {"right-hand sides", source.shown("rhs")},
      {"Jacobians", source.shown("jacobians")},
      {"factorisations", source.shown("factorisations")},
      {"products J v", source.shown("jvps")},
      {"switches of method", source.number("switches") > 0 ? source.shown("switches") : ""},
      {"spikes", source.number("spikes") > 0 ? source.shown("spikes") : ""},
      {"smallest step", escaped(with_unit(short_number(source.number("dt_smallest")), unit))},
      {"largest step", escaped(with_unit(short_number(source.number("dt_largest")), unit))},
      {"time reached", escaped(with_unit(source.shown("time_reached"), unit))},
      {"wall time", seconds_text(source.number("wall_seconds"))},
      {"sittings", source.number("sittings") > 1 ? source.shown("sittings") : ""},
  };
  return definitions(rows);
}

std::string provenance(const Source& source, std::size_t most) {
  std::string overrides, files;
  for (const auto& line : source.lines("overrides")) overrides += "<code>--set " + escaped(line) + "</code><br>";
  for (const auto& line : source.lines("data_files")) files += "<code>" + escaped(line) + "</code><br>";
  std::string out = definitions({{"result file", escaped(source.name)},
                                 {"neurode", escaped(source.text("neurode_version"))},
                                 {"build", escaped(source.text("build"))},
                                 {"scenario file", escaped(source.text("scenario_file"))},
                                 {"in folder", escaped(source.text("scenario_folder"))},
                                 {"overrides", overrides},
                                 {"data files", files},
                                 {"seed", source.shown("seed")},
                                 {"threads", source.shown("threads")}});
  const std::string text = source.text("scenario");
  if (!text.empty()) {
    out += "<details><summary>The scenario as it was run</summary><pre class=\"scenario\">" +
           escaped(shortened(text, most)) + "</pre></details>\n";
  }
  return out;
}

}  // namespace neurode::report
