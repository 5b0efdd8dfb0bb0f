#include "neurode/scenario/edit.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "neurode/scenario/read.hpp"

namespace neurode::scenario {

/// All of a value stands at one place, under the key it has there.
static void relocate(Value& v, const Location& where, const std::string& key) {
  v.where = v.key_where = where;
  v.key = key;
  v.text_line = v.text_column = 0;
  if (v.is_list()) {
    for (std::size_t i = 0; i < v.list().size(); ++i) relocate(v.list()[i], where, fmt::format("{}[{}]", key, i));
  } else if (v.is_table()) {
    for (auto& [name, entry] : v.table()) relocate(entry, where, key + "." + key_text(name));
  }
}

const Value* set_key(Value& root, const std::vector<std::string>& path, Value value,
                     const std::optional<Location>& where) {
  Value* at = &root;
  std::string key;
  Location place = where.value_or(root.where);
  for (const auto& name : path) {
    if (at->is_none()) at->data = Value::Table{};
    if (!at->is_table()) return at;
    key += (key.empty() ? "" : ".") + key_text(name);
    Value* next = at->find(name);
    if (next == nullptr) {
      Value fresh;
      relocate(fresh, place, key);
      next = &at->table().emplace_back(name, std::move(fresh)).second;
    }
    at = next;
    if (!where) place = at->where;
  }
  relocate(value, place, key);
  *at = std::move(value);
  return nullptr;
}

void erase_key(Value& root, const std::vector<std::string>& path) {
  Value* at = &root;
  for (std::size_t k = 0; k + 1 < path.size(); ++k) {
    at = at->is_table() ? at->find(path[k]) : nullptr;
    if (!at) return;
  }
  if (at->is_table()) std::erase_if(at->table(), [&](const auto& entry) { return entry.first == path.back(); });
}

Value toml_value(const std::string& text) {
  Diagnostics faults;
  Value root = parse_toml("value = " + text, "", faults);
  faults.throw_if_any();
  return *root.find("value");
}

}  // namespace neurode::scenario
