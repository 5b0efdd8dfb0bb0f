#include "report/columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>

namespace neurode::report {

namespace {

constexpr std::size_t kMost = 1 << 22;
constexpr std::size_t kStates = 6;
constexpr std::size_t kMostColumns = 40;

std::string cell(double x, int digits) { return std::isnan(x) ? "" : fmt::format("{:.{}g}", x, digits); }

std::string head(const std::string& name, const std::string& unit) {
  return escaped(name) + (unit.empty() || unit == "1" ? "" : " <small>[" + escaped(unit) + "]</small>");
}

}  // namespace

const record::VariableInfo* Columns::find(const std::string& name) const {
  const auto* v = reader_.find(name);
  if (!v) return nullptr;
  std::size_t n = 1;
  for (const auto s : v->shape) n = s > 0 && n > kMost / s ? kMost + 1 : n * s;
  return n <= kMost ? v : nullptr;
}

const std::vector<double>& Columns::numbers(const std::string& name) const {
  const auto at = read_.find(name);
  if (at != read_.end()) return at->second;
  return read_[name] = has(name) ? reader_.read(name) : std::vector<double>();
}

std::size_t Columns::width(const std::string& name) const {
  const std::size_t rows = length(name, 0);
  return rows == 0 ? 0 : numbers(name).size() / rows;
}

std::vector<double> Columns::column(const std::string& name, std::size_t k) const {
  const std::size_t n = width(name);
  std::vector<double> out;
  if (k >= n) return out;
  const auto& all = numbers(name);
  for (std::size_t i = k; i < all.size(); i += n) out.push_back(all[i]);
  return out;
}

std::size_t Columns::length(const std::string& name, std::size_t d) const {
  const auto* v = find(name);
  return v && d < v->shape.size() ? v->shape[d] : 0;
}

std::vector<std::string> Columns::words(const std::string& name) const {
  std::vector<std::string> out;
  const auto* v = find(name);
  if (!v) return out;
  for (const auto& [attribute, value] : v->attributes) {
    if (attribute != "flag_meanings" || !std::holds_alternative<std::string>(value)) continue;
    std::istringstream in(std::get<std::string>(value));
    for (std::string word; in >> word;) {
      // Studies write blanks as underscores; names of integrators have underscores of their own.
      if (reader_.attribute("study")) std::replace(word.begin(), word.end(), '_', ' ');
      out.push_back(word);
    }
  }
  return out;
}

std::string Columns::word(const std::string& name, std::size_t k) const {
  const auto all = words(name);
  const auto& x = numbers(name);
  if (k >= x.size() || !(x[k] >= 0) || x[k] >= static_cast<double>(all.size())) return "";
  return all[static_cast<std::size_t>(x[k])];
}

std::string Columns::unit(const std::string& name) const {
  const auto* v = find(name);
  return v ? v->unit : "";
}

std::string Columns::long_name(const std::string& name) const {
  const auto* v = find(name);
  return v ? v->long_name : "";
}

Table Columns::table(const std::string& dimension, const std::vector<std::string>& only,
                     const std::vector<std::string>& states, std::size_t most, int digits) const {
  Table t;
  std::vector<std::vector<std::string>> cells;  // column by column
  std::size_t rows = 0;
  const auto add = [&](const std::string& title, const std::string& name, const std::vector<std::string>& texts,
                       bool number) {
    if (cells.size() == kMostColumns ||
        std::all_of(texts.begin(), texts.end(), [](const auto& s) { return s.empty(); })) {
      return;
    }
    t.columns.push_back({head(title, unit(name)), number, long_name(name)});
    cells.push_back(texts);
  };
  std::vector<std::string> names = only;
  for (const auto& v : reader_.variables()) {
    if (only.empty() && !v.coordinate) names.push_back(v.name);
  }
  for (const auto& name : names) {
    const auto* v = find(name);
    if (!v || v->dimensions.empty() || v->dimensions[0] != dimension) continue;
    const std::size_t kept = std::min(v->shape[0], most);
    rows = kept;
    t.left_out = v->shape[0] - kept;
    if (v->shape.size() == 1) {
      const bool worded = !words(name).empty();
      std::vector<std::string> texts;
      for (std::size_t k = 0; k < kept; ++k)
        texts.push_back(worded ? escaped(word(name, k)) : cell(numbers(name)[k], digits));
      const bool prefixed = name.starts_with(dimension + "_") && name.size() > dimension.size() + 1;
      add(prefixed ? name.substr(dimension.size() + 1) : name, name, texts, !worded);
    } else if (v->shape.size() == 2 && v->dimensions[1] == "state") {
      for (std::size_t s = 0; s < std::min(v->shape[1], kStates); ++s) {
        const auto all = column(name, s);
        std::vector<std::string> texts;
        for (std::size_t k = 0; k < kept; ++k) texts.push_back(cell(all[k], digits));
        add(name + " " + (s < states.size() ? states[s] : std::to_string(s)), name, texts, true);
      }
    }
  }
  t.rows.resize(cells.empty() ? 0 : rows);
  for (const auto& column : cells) {
    for (std::size_t k = 0; k < t.rows.size(); ++k) t.rows[k].push_back(k < column.size() ? column[k] : "");
  }
  return t;
}

}  // namespace neurode::report
