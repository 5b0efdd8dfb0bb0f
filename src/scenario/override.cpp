#include <fmt/format.h>

#include <algorithm>

#include "neurode/scenario/edit.hpp"
#include "neurode/scenario/read.hpp"

namespace neurode::scenario {

namespace {

/// The '=' between key and value: the first one outside quotes; npos where there is none.
std::size_t split_point(const std::string& s) {
  char quote = 0;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (quote == '"' && s[i] == '\\') {
      ++i;
    } else if (quote != 0) {
      if (s[i] == quote) quote = 0;
    } else if (s[i] == '"' || s[i] == '\'') {
      quote = s[i];
    } else if (s[i] == '=') {
      return i;
    }
  }
  return std::string::npos;
}

std::string trimmed(const std::string& s) {
  const auto first = s.find_first_not_of(" \t");
  return first == std::string::npos ? "" : s.substr(first, s.find_last_not_of(" \t") - first + 1);
}

bool is_bare_word(const std::string& s) {
  const auto is_first = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto is_rest = [&](char c) { return is_first(c) || (c >= '0' && c <= '9') || c == '.' || c == '-'; };
  return !s.empty() && is_first(s.front()) && std::all_of(s.begin(), s.end(), is_rest);
}

}  // namespace

void apply_override(Value& root, const std::string& assignment, Diagnostics& diagnostics) {
  const Location where{"--set " + assignment, 0, 0};
  const auto refuse = [&](const std::string& key, std::string problem, std::string found, std::string allowed) {
    diagnostics.add({where, key, std::move(problem), std::move(found), std::move(allowed), ""});
  };
  const std::size_t equals = split_point(assignment);
  if (equals == std::string::npos || assignment.find_first_of("\r\n") != std::string::npos) {
    return refuse("", "is no assignment", "", "KEY=VALUE, e.g. population.hidden.tau=0.5");
  }
  const std::string key_part = trimmed(assignment.substr(0, equals)),
                    value_part = trimmed(assignment.substr(equals + 1));

  // The key as TOML reads it: a chain of tables with one entry each.
  Diagnostics faults;
  const Value chain = parse_toml(key_part + " = 0", where.file, faults);
  std::vector<std::string> path;
  for (const Value* v = &chain; v->is_table() && !v->table().empty(); v = &v->table().front().second) {
    path.push_back(v->table().front().first);
  }
  if (!faults.empty() || path.empty()) {
    return refuse("", "has no valid key", key_part.empty() ? "nothing before the \"=\"" : key_part,
                  "parts joined by dots, parts with other characters in quotes: projection.\"a -> b\".weights");
  }

  Value value;
  const Value holder = parse_toml("value = " + value_part, where.file, faults);
  if (const Value* parsed = faults.empty() ? holder.find("value") : nullptr; parsed != nullptr) {
    value = *parsed;
  } else if (is_bare_word(value_part)) {
    value.data = value_part;
  } else {
    return refuse("", "has no valid value", value_part.empty() ? "nothing behind the \"=\"" : value_part,
                  "a TOML value (a number, \"text\" in quotes, [a list], { a = table }), or one bare word");
  }

  if (const Value* obstacle = set_key(root, path, std::move(value), where)) {
    refuse(obstacle->key, fmt::format("is {}, in which nothing can be set", obstacle->kind_name()),
           obstacle->to_toml(60), "a table");
  }
}

}  // namespace neurode::scenario
