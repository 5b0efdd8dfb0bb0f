#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "neurode/equations/graph.hpp"

namespace neurode::equations {

/// A function equations may call, and how many arguments it takes (`most` < 0: any number).
struct Function {
  std::string_view name;
  Op op;
  int least, most;
};

/// The built-in function of that name, if there is one.
const Function* find_function(std::string_view name);

/// A function that a call writes out in terms of others.
struct Composed {
  std::string_view name;
  int arguments;
  Node (*build)(Graph& graph, const Node* arguments);
};

/// All of them, sorted by name; the one of that name, if there is one.
std::span<const Composed> composed_functions();
const Composed* find_composed(std::string_view name);

/// What somebody who wrote `name` meant: a built-in or one of `more` (other spellings included: sigmoid, ln), or "".
std::string suggest_function(std::string_view name, const std::vector<std::string>& more);

}  // namespace neurode::equations
