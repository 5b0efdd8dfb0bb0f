#include "scenario/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "neurode/core/units.hpp"

namespace neurode::scenario {

const SectionTable& section_table(const std::string& section) {
  for (const auto& s : section_tables()) {
    if (s.section == section) return s;
  }
  throw std::logic_error("no section \"" + section + "\" is declared");
}

void fault(Diagnostics& diagnostics, const Value& at, std::string problem, std::string allowed) {
  if (at.is_none()) return;  // refused and reported when it was parsed
  diagnostics.add({at.where, at.key, std::move(problem), at.describe(), std::move(allowed), ""});
}

void fault_at_key(Diagnostics& diagnostics, const Value& at, std::string problem, std::string allowed,
                  std::string suggestion) {
  diagnostics.add({at.key_where, at.key, std::move(problem), "", std::move(allowed), std::move(suggestion)});
}

Value absent(const Value& at) {
  Value v;
  v.where = at.where;
  v.key_where = at.key_where;
  v.key = at.key;
  return v;
}

Value table_at(const Value& at, Value::Table entries) {
  Value v = absent(at);
  v.data = std::move(entries);
  return v;
}

Parameters read_section(const std::string& section, const Value& table, const std::string& owner,
                        Diagnostics& diagnostics, Value* rest) {
  const SectionTable& declared = section_table(section);
  if (rest != nullptr) *rest = table_at(table, {});
  if (!declared.open || !table.is_table()) return read_parameters(declared.keys, table, owner, diagnostics);
  Value known = table_at(table, {});
  for (const auto& entry : table.table()) {
    const bool is_known = std::any_of(declared.keys.begin(), declared.keys.end(),
                                      [&](const ParameterSpec& s) { return s.name == entry.first; });
    if (is_known) {
      known.table().push_back(entry);
    } else if (rest != nullptr) {
      rest->table().push_back(entry);
    }
  }
  return read_parameters(declared.keys, known, owner, diagnostics);
}

static bool is_made_of(const std::string& s, bool hyphen) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto rest = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || (hyphen && c == '-'); };
  return !s.empty() && letter(s.front()) && std::all_of(s.begin(), s.end(), rest);
}

bool is_identifier(const std::string& s) { return is_made_of(s, false); }
bool is_name(const std::string& s) { return is_made_of(s, true); }

std::vector<std::pair<std::string, const Value*>> named_tables(const Value& root, const std::string& kind,
                                                               Naming naming, Diagnostics& diagnostics) {
  std::vector<std::pair<std::string, const Value*>> out;
  const Value* group = root.find(kind);
  if (group == nullptr || !group->is_table()) return out;  // reported with the keys of the top
  for (const auto& [name, v] : group->table()) {
    if (v.is_none()) continue;
    if (!v.is_table()) {
      fault(diagnostics, v, "must be a table", fmt::format("[{}.NAME] with keys below it", kind));
    } else if (naming == Naming::identifier && !is_identifier(name)) {
      fault_at_key(diagnostics, v, fmt::format("\"{}\" is no name for a {}", name, kind),
                   "letters, digits and _, not starting with a digit");
    } else if (naming == Naming::name && !is_name(name)) {
      fault_at_key(diagnostics, v, fmt::format("\"{}\" is no name for a {}", name, kind),
                   "letters, digits, _ and -, starting with a letter or _");
    } else {
      out.emplace_back(name, &v);
    }
  }
  return out;
}

equations::SourceText source_text(const Value& v) {
  equations::SourceText s;
  s.text = v.is_string() ? v.string() : v.to_toml();
  s.origin = v.where;
  if (v.text_line > 0) {
    s.origin.line = v.text_line;
    s.origin.column = v.text_column;
  }
  s.key = v.key;
  return s;
}

/// A finite number, or (where `quantities`) a number with a known unit.
static bool check_scalar(const Value& v, bool quantities, Diagnostics& diagnostics, const std::string& allowed) {
  if (v.is_none()) return false;
  if (v.is_number() && std::isfinite(v.number())) return true;
  ParameterSpec spec = ParameterSpec::make(Kind::number, v.key, "");
  if (v.is_string() && quantities) {
    const auto q = parse_quantity(v.string());
    if (!q || q->unit.empty()) {
      fault(diagnostics, v, "must be a number", allowed);
      return false;
    }
    if (is_known_unit(q->unit)) spec.unit = q->unit;
  } else if (!v.is_number()) {
    fault(diagnostics, v, "must be a number", allowed);
    return false;
  }
  return check_value(spec, v, diagnostics).has_value();
}

bool check_initial(const Value& v, Diagnostics& diagnostics) {
  const std::string allowed = "a number, a list of one a neuron, or { init = ..., ... }";
  if (v.is_list()) {
    bool good = true;
    for (const auto& element : v.list()) good = check_scalar(element, true, diagnostics, allowed) && good;
    return good;
  }
  if (!v.is_table()) return check_scalar(v, true, diagnostics, allowed);
  if (v.find("init") != nullptr) return true;
  fault(diagnostics, v, "lacks the key \"init\", the name of a distribution", allowed);
  return false;
}

bool check_numbers(const Value& v, bool rows, bool quantities, Diagnostics& diagnostics) {
  const std::string allowed = rows ? "a list of rows, each a list of numbers" : "a list of numbers";
  if (!v.is_list()) {
    fault(diagnostics, v, "must be a list", allowed);
    return false;
  }
  if (v.list().empty()) {
    fault(diagnostics, v, "is empty", allowed);
    return false;
  }
  bool good = true;
  for (const auto& element : v.list()) {
    if (!rows) {
      good = check_scalar(element, quantities, diagnostics, allowed) && good;
    } else if (!element.is_list()) {
      fault(diagnostics, element, "must be a row of numbers", allowed);
      return false;  // one is enough: all rows are likely to be the same
    } else {
      good = check_numbers(element, false, quantities, diagnostics) && good;
      const std::size_t first = v.list().front().list().size();
      if (element.list().size() != first) {
        fault(diagnostics, element, fmt::format("must be as long as the first row, {}", first), allowed);
        good = false;
      }
    }
  }
  return good;
}

std::vector<std::int64_t> read_neurons(const Value& v, std::int64_t size, Diagnostics& diagnostics) {
  std::vector<std::int64_t> out;
  if (v.is_none() || (v.is_string() && v.string() == "all")) return out;
  if (!v.is_list() || v.list().empty()) {
    fault(diagnostics, v, "must be a list of neuron numbers", "a list of integers >= 0, or \"all\"");
    return out;
  }
  const ParameterSpec spec = ParameterSpec::make(Kind::integer, "neurons", "").at_least(0);
  for (const auto& element : v.list()) {
    const auto n = check_value(spec, element, diagnostics);
    if (!n) continue;
    if (size < 0 || n->integer() < size) {
      out.push_back(n->integer());
    } else {
      fault(diagnostics, element, "is no neuron of the population", size == 1 ? "0" : fmt::format("0 to {}", size - 1));
    }
  }
  return out;
}

std::optional<Choice> read_choice(const std::string& section, const std::string& name_key, const Value& v,
                                  Diagnostics& diagnostics) {
  if (v.is_none()) return std::nullopt;
  Choice c;
  c.source = v;
  c.settings = table_at(v, {});
  if (v.is_string()) {
    c.name = v.string();
    return c;
  }
  if (!v.is_table()) {
    fault(diagnostics, v, "must be a name or a table", fmt::format("\"name\", or {{ {} = \"name\", ... }}", name_key));
    return std::nullopt;
  }
  const Parameters p = read_section(section, v, name_key, diagnostics, &c.settings);
  if (!p.has(name_key)) return std::nullopt;
  c.name = p.text(name_key);
  return c;
}

/// [low, high], where one may be infinite.
static bool check_bounds(const Value& v, Diagnostics& diagnostics) {
  const auto good = [](const Value& x) { return x.is_number() && !std::isnan(x.number()); };
  if (v.is_list() && v.list().size() == 2 && good(v.list()[0]) && good(v.list()[1]) &&
      v.list()[0].number() < v.list()[1].number()) {
    return true;
  }
  fault(diagnostics, v, "must be two numbers, the smaller first", "[low, high]; -inf and inf for an open side");
  return false;
}

std::optional<WeightsSection> read_weights(const std::string& section, const Value& v, bool rows,
                                           Diagnostics& diagnostics) {
  WeightsSection out;
  out.init.source = v;
  out.init.settings = table_at(v, {});
  if (v.is_none()) return std::nullopt;
  Value init = v;
  if (v.is_table()) {
    const auto known = read_section(section, v, rows ? "weights" : "a bias", diagnostics, &out.init.settings);
    if (!known.has("init") || !known.has("plastic")) return std::nullopt;
    init = known.at("init");
    out.plastic = known.flag("plastic");
    if (const Value* rule = rows ? nullptr : known.find("plasticity")) {
      out.plasticity = read_choice("projection.*.plasticity", "rule", *rule, diagnostics);
    }
    out.motion = known;
    if (const Value* bounds = known.find("bounds"); bounds && !check_bounds(*bounds, diagnostics)) return std::nullopt;
    if (init.is_string() && is_identifier(init.string())) {
      out.init.name = init.string();
      return out;
    }
  }
  const auto& settings = out.init.settings;
  const std::string member = init.is_list() ? "values" : "value";
  if (settings.find(member) != nullptr) {
    fault_at_key(diagnostics, *settings.find(member), "is given twice, here and by \"init\"");
    return std::nullopt;
  }
  const std::string allowed = rows ? "a number, a list of rows (to x from), or { init = ..., plastic = ... }"
                                   : "a number, a list of one a neuron, or { init = ..., plastic = ... }";
  const bool good =
      init.is_list() ? check_numbers(init, rows, true, diagnostics) : check_scalar(init, true, diagnostics, allowed);
  if (!good) return std::nullopt;
  out.init.name = init.is_list() ? "values" : "constant";
  out.init.settings.table().emplace_back(member, std::move(init));
  return out;
}

}  // namespace neurode::scenario
