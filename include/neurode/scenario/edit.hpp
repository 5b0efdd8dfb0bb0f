#pragma once

#include <optional>
#include <string>
#include <vector>

#include "neurode/core/value.hpp"

namespace neurode::scenario {

/// Sets the value at a path of keys; tables that are not there are made. `where`: the place of all that is new;
/// nothing: that of the table it goes into. Returns what stands in the way, a value on the path that is no table; null:
/// done.
const Value* set_key(Value& root, const std::vector<std::string>& path, Value value,
                     const std::optional<Location>& where = std::nullopt);
/// Removes the key at a path, if it is there.
void erase_key(Value& root, const std::vector<std::string>& path);
/// The value that TOML text stands for: "0.5", "{ name = \"adam\" }". @throws ScenarioError
Value toml_value(const std::string& text);

}  // namespace neurode::scenario
