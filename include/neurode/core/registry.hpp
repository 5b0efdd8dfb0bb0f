#pragma once

#include <string>
#include <vector>

#include "neurode/core/diagnostics.hpp"
#include "neurode/core/parameters.hpp"

namespace neurode {

/// What every entry of a family (model, integrator, rule, loss, stimulus, ...) carries.
struct Entry {
  std::string name;
  std::string summary;  ///< one line
  ParameterTable parameters;
  std::string citation;  ///< empty only where there is nothing to cite
  std::string needs;     ///< what it needs of the rest of the scenario, in words; may be empty
};

/// The entry called `name` in a list of things derived from Entry, or null.
template <class List>
auto find_entry(const List& list, std::string_view name) -> decltype(&*list.begin()) {
  for (const auto& e : list) {
    if (e.name == name) return &e;
  }
  return nullptr;
}

template <class List>
std::vector<std::string> entry_names(const List& list) {
  std::vector<std::string> names;
  for (const auto& e : list) names.push_back(e.name);
  return names;
}

/// "unknown `what` `name`", with the allowed names and the nearest one.
Diagnostic unknown_name(const std::string& what, const Value& at, const std::string& name,
                        const std::vector<std::string>& allowed);

}  // namespace neurode
