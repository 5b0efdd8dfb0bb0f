#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "import/lines.hpp"

namespace neurode::importing {

struct Expression;
using Tree = std::shared_ptr<const Expression>;

/// A formula, first as XPPAUT has it (names in lower case), then in neurode's language.
struct Expression {
  enum class Kind {
    number,
    name,
    negate,
    logical_not,
    binary,  ///< text: + - * / ^ < <= > >= == != and or
    call     ///< text: the function; XPPAUT's if, sum and shift as well
  };
  Kind kind = Kind::number;
  std::string text;  ///< the number as it was written, a name, an operator
  double value = 0;  ///< of a number
  std::vector<Tree> arguments;
  Location where;
  std::size_t size = 1;  ///< nodes when written out: parts may be shared
  int depth = 1;

  /// Sets size (no more than kLargest) and depth from the arguments; to be called when they have changed.
  void measure();
  static constexpr std::size_t kLargest = 200'000;
  static constexpr int kDeepest = 4'000;  ///< recursion goes that deep
  bool too_large() const { return size > kLargest || depth > kDeepest; }
};

Tree number(double value, const Location& where);
Tree name(std::string text, const Location& where);
Tree unary(Expression::Kind kind, Tree a, const Location& where);
Tree binary(std::string op, Tree a, Tree b, const Location& where);
Tree call(std::string function, std::vector<Tree> arguments, const Location& where);

/// Reads a formula of XPPAUT's. Its operators, tightest first: ^ ** and comparisons; unary -, not, * / &; + - |; all
/// from the left. Where that is not what the text looks like, a remark says so. Faults go to `diagnostics`.
/// @returns null if there were any
Tree parse_expression(const Line& line, Diagnostics& diagnostics, std::vector<Remark>& remarks);

/// Text in neurode's language, with as few parentheses as it needs.
std::string to_text(const Tree& tree);

/// Calls `visit` with every node, parents first.
template <class Visit>
void walk(const Tree& tree, const Visit& visit) {
  visit(*tree);
  for (const auto& a : tree->arguments) walk(a, visit);
}

/// Does the name occur?
bool mentions(const Tree& tree, const std::string& name);

/// With names replaced by trees.
Tree replaced(const Tree& tree, const std::unordered_map<std::string, Tree>& by);

/// The value of a formula in neurode's language, or nothing if a name has none in `values` or a delay occurs.
std::optional<double> evaluate(const Tree& tree, const std::unordered_map<std::string, double>& values);

}  // namespace neurode::importing
