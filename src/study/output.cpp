#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "neurode/core/json.hpp"
#include "neurode/run/simulate.hpp"
#include "neurode/study/findings.hpp"

namespace neurode::study {

namespace {

std::string cell(const Quantity& q, std::size_t k) {
  const double x = q.numbers[k];
  if (!q.words.empty()) return std::isnan(x) ? "" : q.words[static_cast<std::size_t>(x)];
  if (std::isnan(x)) return "-";
  return fmt::format("{:.{}g}", x, q.digits);
}

std::string head(const Quantity& q) { return q.unit.empty() || q.unit == "1" ? q.name : q.name + " [" + q.unit + "]"; }

void json_attribute(JsonWriter& w, const record::Attribute& a) {
  std::visit(
      [&](const auto& x) {
        using T = std::decay_t<decltype(x)>;
        if constexpr (std::is_same_v<T, std::vector<double>> || std::is_same_v<T, std::vector<std::int64_t>>) {
          w.begin_array();
          for (const auto v : x) w.value(v);
          w.end_array();
        } else {
          w.value(x);
        }
      },
      a);
}

std::size_t size_of(const Findings& f, const std::string& dimension) {
  for (const auto& d : f.dimensions) {
    if (d.name == dimension) return d.size;
  }
  return 0;
}

/// Nested lists over the dimensions from `depth` on; `at` moves on.
void json_numbers(JsonWriter& w, const Findings& f, const Quantity& q, std::size_t depth, std::size_t& at) {
  if (depth == q.dimensions.size()) {
    const double x = q.numbers[at++];
    if (!q.words.empty() && !std::isnan(x)) {
      w.value(q.words[static_cast<std::size_t>(x)]);
    } else {
      w.value(x);
    }
    return;
  }
  w.begin_array();
  for (std::size_t k = 0; k < size_of(f, q.dimensions[depth]); ++k) json_numbers(w, f, q, depth + 1, at);
  w.end_array();
}

}  // namespace

const Quantity* Findings::find(const std::string& name) const {
  const auto at = std::find_if(quantities.begin(), quantities.end(), [&](const Quantity& q) { return q.name == name; });
  return at == quantities.end() ? nullptr : &*at;
}

std::string table_text(const Findings& f) {
  std::string out = f.scenario + "\n";
  if (!f.title.empty()) out += f.title + "\n";
  out += f.heading + "\n";
  std::vector<const Quantity*> columns;
  std::vector<std::size_t> widths;
  std::size_t rows = 0;
  for (const auto& name : f.table) columns.push_back(f.find(name));
  for (const auto& q : f.shown) columns.push_back(&q);
  for (const Quantity* q : columns) {
    rows = q->numbers.size();
    std::size_t width = head(*q).size();
    for (std::size_t k = 0; k < rows; ++k) width = std::max(width, cell(*q, k).size());
    widths.push_back(width);
  }
  const auto line = [&](const auto& text_of) {
    std::string row;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const std::string text = text_of(*columns[c]);
      row +=
          columns[c]->words.empty() ? fmt::format("{:>{}}", text, widths[c]) : fmt::format("{:<{}}", text, widths[c]);
      row += "  ";
    }
    row.erase(row.find_last_not_of(' ') + 1);
    out += row + "\n";
  };
  if (rows > 0) {
    out += "\n";
    line(head);
    for (std::size_t k = 0; k < rows; ++k) line([k](const Quantity& q) { return cell(q, k); });
  }
  if (!f.notes.empty()) out += "\n";
  for (const auto& n : f.notes) out += n + "\n";
  return out;
}

std::string json_text(const Findings& f) {
  JsonWriter w;
  w.begin_object().member("study", f.study).member("scenario", f.scenario).member("title", f.title);
  w.member("neurode_version", run::version()).member("complete", f.complete);
  for (const auto& [name, value] : f.facts) {
    w.key(name);
    json_attribute(w, value);
  }
  if (!f.labels.empty()) {
    w.key("states").begin_array();
    for (const auto& l : f.labels) w.value(l);
    w.end_array();
  }
  w.key("notes").begin_array();
  for (const auto& n : f.notes) w.value(n);
  w.end_array();
  w.key("quantities").begin_object();
  for (const auto& q : f.quantities) {
    w.key(q.name).begin_object().member("long_name", q.long_name).member("unit", q.unit);
    w.key("dimensions").begin_array();
    for (const auto& d : q.dimensions) w.value(d);
    w.end_array().key("values");
    std::size_t at = 0;
    json_numbers(w, f, q, 0, at);
    w.end_object();
  }
  w.end_object().end_object();
  return w.text();
}

record::Memory as_result(const Findings& f) {
  // netCDF has no dimension of nothing: of what was not found there is one, of missing values.
  auto dimensions = f.dimensions;
  for (auto& d : dimensions) d.size = std::max<std::size_t>(d.size, 1);
  std::vector<record::Variable> variables;
  for (const auto& q : f.quantities) {
    record::Variable v;
    v.name = q.name;
    v.dimensions = q.dimensions;
    v.unit = q.unit;
    v.long_name = q.long_name;
    if (!q.words.empty()) {
      std::string meanings;
      std::vector<std::int64_t> values;
      for (const auto& word : q.words) {
        std::string one = word.empty() ? "none" : word;  // flag_meanings are parted by blanks
        std::replace(one.begin(), one.end(), ' ', '_');
        meanings += (meanings.empty() ? "" : " ") + one;
        values.push_back(static_cast<std::int64_t>(values.size()));
      }
      v.type = record::Type::int64;
      v.attributes = {{"flag_values", values}, {"flag_meanings", meanings}};
    }
    variables.push_back(std::move(v));
  }
  record::Attributes global = {{"title", "neurode analyze " + f.study + ": " + f.title},
                               {"study", f.study},
                               {"heading", f.heading},
                               {"scenario_file", std::filesystem::path(f.scenario).filename().string()},
                               {"neurode_version", run::version()},
                               {"build", run::build_text()},
                               {"complete", static_cast<std::int64_t>(f.complete ? 1 : 0)}};
  global.insert(global.end(), f.facts.begin(), f.facts.end());
  record::Memory out(dimensions, {}, variables, global);
  for (const auto& q : f.quantities) {
    if (!q.numbers.empty()) out.write(q.name, q.numbers);
  }
  const auto lines = [&](const char* name, const std::vector<std::string>& texts) {
    if (!texts.empty()) out.attribute(name, fmt::format("{}", fmt::join(texts, "\n")));
  };
  lines("states", f.labels);
  lines("notes", f.notes);
  out.attribute("scenario", f.scenario_text);
  return out;
}

void write_file(const Findings& f, const std::filesystem::path& file, bool overwrite) {
  record::write_file(as_result(f), file, overwrite);
}

}  // namespace neurode::study
