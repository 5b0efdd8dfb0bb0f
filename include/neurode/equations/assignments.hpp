#pragma once

#include <string>
#include <vector>

#include "neurode/equations/parse.hpp"

namespace neurode::equations {

/// What a moment does to a variable: `name` becomes `value`, an expression of what stood before all assignments.
struct Assignment {
  std::string name;
  Node value;
  Location where;
};

struct AssignmentSet {
  std::vector<Assignment> assignments;  ///< one a name, in the order of first mention
  std::vector<SymbolUse> uses;
};

/// Assignments `NAME = expression`, `NAME += expression`, `-=`, `*=`, `/=`, one a line or between `;`, carried out one
/// after the other: later ones see what earlier ones did. `#` starts a comment. Faults go to `diagnostics`.
AssignmentSet parse_assignments(Graph& graph, const SourceText& source, Diagnostics& diagnostics);

/// A number that rises through zero where the condition becomes true: `a >= b` becomes a - b; `and`, `or` and `not`
/// the smaller, the larger and the negative. Nothing where `condition` is no condition, or compares for equality.
std::optional<Node> margin(Graph& graph, Node condition);

}  // namespace neurode::equations
