// Several runs side by side.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "report/html.hpp"
#include "report/parts.hpp"
#include "report/recorded.hpp"

namespace neurode::report {

namespace {

constexpr std::size_t kMostKeys = 12;
constexpr std::size_t kLongestValue = 80;
constexpr std::size_t kMostOverlaid = 20;

using Flat = std::map<std::string, std::string>;

/// Every value of a scenario by its dotted key.
void flatten(const Value& v, const std::string& key, Flat& out) {
  if (!v.is_table()) {
    out[key] = v.to_toml(kLongestValue);
    return;
  }
  for (const auto& [name, value] : v.table()) flatten(value, key.empty() ? name : key + "." + name, out);
}

struct Differing {
  std::vector<std::string> keys;
  std::vector<Flat> values;  ///< of each run
};

Differing differing(const std::vector<const Source*>& runs) {
  Differing d;
  std::map<std::string, int> all;
  for (const auto* r : runs) {
    d.values.emplace_back();
    if (r->scenario) flatten(r->scenario->root, "", d.values.back());
    for (const auto& [key, value] : d.values.back()) ++all[key];
  }
  for (const auto& [key, count] : all) {
    if (key == "title") continue;
    const auto value = [&key = key](const Flat& f) {
      const auto at = f.find(key);
      return at == f.end() ? std::string() : at->second;
    };
    const std::string first = value(d.values[0]);
    if (std::any_of(d.values.begin(), d.values.end(), [&](const Flat& f) { return value(f) != first; })) {
      d.keys.push_back(key);
    }
  }
  return d;
}

bool is_metric(const record::VariableInfo& v) {
  return !v.coordinate && !v.axis.empty() && v.shape.size() == 1 && v.shape[0] > 0 && v.attributes.empty();
}

/// Names of metrics, in the order of the first run that has them, with how many have them.
std::vector<std::pair<std::string, std::size_t>> metrics(const std::vector<const Source*>& runs) {
  std::vector<std::pair<std::string, std::size_t>> out;
  for (const auto* r : runs) {
    for (const auto& v : r->reader.variables()) {
      if (!is_metric(v)) continue;
      const auto at = std::find_if(out.begin(), out.end(), [&](const auto& m) { return m.first == v.name; });
      if (at == out.end()) {
        out.emplace_back(v.name, 1);
      } else {
        ++at->second;
      }
    }
  }
  return out;
}

}  // namespace

std::vector<std::string> short_names(const std::vector<const Source*>& runs) {
  const Differing d = differing(runs);
  std::vector<std::string> names;
  for (std::size_t k = 0; k < runs.size(); ++k) {
    std::string name;
    for (std::size_t i = 0; i < d.keys.size() && d.keys.size() <= 3; ++i) {
      const auto& key = d.keys[i];
      const auto at = d.values[k].find(key);
      const auto dot = key.rfind('.');
      name += fmt::format("{}{} = {}", name.empty() ? "" : ", ", dot == std::string::npos ? key : key.substr(dot + 1),
                          at == d.values[k].end() ? "-" : at->second);
    }
    names.push_back(name.empty() ? runs[k]->name : name);
  }
  for (std::size_t k = 0; k < names.size(); ++k) {  // the same scenario twice: by file
    if (std::count(names.begin(), names.end(), names[k]) > 1) {
      for (std::size_t i = 0; i < names.size(); ++i) names[i] = runs[i]->name;
      break;
    }
  }
  return names;
}

std::string side_by_side(const std::vector<const Source*>& runs) {
  const Differing d = differing(runs);
  const auto all_metrics = metrics(runs);
  const std::size_t keys = std::min(d.keys.size(), kMostKeys);
  Table t;
  t.columns = {{"file"}};
  for (std::size_t i = 0; i < keys; ++i) t.columns.push_back({"<code>" + escaped(d.keys[i]) + "</code>", true});
  t.columns.push_back({"outcome"});
  for (const auto& [name, count] : all_metrics) t.columns.push_back({escaped(name), true, "last value"});
  for (const char* head : {"time reached", "steps", "rejected", "right-hand sides", "wall time [s]"}) {
    t.columns.push_back({head, true});
  }
  for (std::size_t k = 0; k < runs.size(); ++k) {
    const Source& r = *runs[k];
    std::vector<std::string> row = {fmt::format("<a href=\"#run-{}\">{}</a>", k + 1, escaped(r.name))};
    for (std::size_t i = 0; i < keys; ++i) {
      const auto at = d.values[k].find(d.keys[i]);
      row.push_back(at == d.values[k].end() ? "" : escaped(at->second));
    }
    row.push_back(escaped(r.text("outcome")));
    for (const auto& [name, count] : all_metrics) {
      const auto* v = r.reader.find(name);
      row.push_back(v && is_metric(*v) ? fmt::format("{:.6g}", r.reader.read(name, {{v->shape[0] - 1}, {1}})[0]) : "");
    }
    for (const char* attribute : {"time_reached", "steps", "rejected", "rhs", "wall_seconds"}) {
      const double x = r.number(attribute);
      row.push_back(std::isnan(x) ? "" : fmt::format("{:.6g}", x));
    }
    t.rows.push_back(std::move(row));
  }
  std::string out = d.keys.empty() ? "<p>The scenarios do not differ.</p>\n"
                                   : fmt::format("<p>{} key{} of the scenarios differ{}.</p>\n", d.keys.size(),
                                                 d.keys.size() == 1 ? "" : "s", d.keys.size() == 1 ? "s" : "");
  out += t.html();
  if (d.keys.size() > keys) {
    std::string rest;
    for (std::size_t i = keys; i < std::min(d.keys.size(), keys + 200); ++i) {
      rest += (rest.empty() ? "" : ", ") + std::string("<code>") + escaped(d.keys[i]) + "</code>";
    }
    out += "<p class=\"note\">They differ in " + rest + " as well.</p>\n";
  }
  return out;
}

std::vector<Figure> overlaid(const std::vector<const Source*>& runs, std::size_t most) {
  std::vector<Figure> out;
  auto shared = metrics(runs);
  std::erase_if(shared, [](const auto& m) { return m.second < 2; });
  if (shared.size() > 8) shared.resize(8);
  const auto names = short_names(runs);
  for (const auto& [name, count] : shared) {
    Figure f;
    f.title = name;
    const std::size_t drawn = std::min(count, kMostOverlaid);
    const std::size_t points = std::clamp<std::size_t>(most / shared.size() / (2 * drawn), 60, 1500);
    for (std::size_t k = 0; k < runs.size() && f.series.size() < drawn; ++k) {
      const auto* v = runs[k]->reader.find(name);
      if (!v || !is_metric(*v)) continue;
      auto c = courses(runs[k]->reader, *v, {0}, points);
      Series s = std::move(c.series[0]);
      s.name = names[k];
      s.x = std::move(c.t);
      f.series.push_back(std::move(s));
      f.x = time_axis(runs[k]->reader, v->axis);
      f.y = {name, v->unit, false};
    }
    if (count > drawn) f.caption = fmt::format("The first {} of {} runs.", drawn, count);
    set_log_loss(f);
    out.push_back(std::move(f));
  }
  return out;
}

}  // namespace neurode::report
