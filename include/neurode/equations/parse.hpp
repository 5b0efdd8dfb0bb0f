#pragma once

#include <optional>
#include <string>
#include <vector>

#include "neurode/core/diagnostics.hpp"
#include "neurode/equations/graph.hpp"

namespace neurode::equations {

/// Equation text and where it stands: `origin` is the place of its first character; later lines start at column 1
/// of the following lines of the file.
struct SourceText {
  std::string text;
  Location origin;
  std::string key;  ///< dotted key of the scenario, for messages
  /// Of a text put together from several: where each line of it stands; empty: as `origin` says.
  std::vector<Location> lines = {};

  Location at(std::size_t offset) const;
  /// A place counted from `origin`, as the file has it.
  Location place(int line, int column) const;
};

/// A function of one argument that equations may call: the activation `f`. `body` is an expression of `argument`.
struct UserFunction {
  std::string name;
  Node argument;
  Node body;
};

struct ParseOptions {
  std::vector<UserFunction> functions;
  /// Allow names with dots, indices and reductions, as monitors have them: `hidden.a[3]`, `hidden.a[3, 1]`,
  /// `mean(hidden.a)`. Each becomes one symbol, spelled without spaces. `"A -> B".weights[0, 1]` likewise.
  bool paths = false;
};

/// Use of a name in parsed text, so that a later "unknown symbol" can point at it.
struct SymbolUse {
  Node symbol;
  Location where;
};

/// `dNAME/dt = value` (is_rate) or the definition `NAME = value`.
struct Statement {
  std::string name;
  bool is_rate = false;
  Node value;
  Location where;
};

struct EquationSet {
  std::vector<Statement> statements;  ///< in the order of the text; definitions not yet inlined
  std::vector<SymbolUse> uses;
};

/// Grammar: one statement a line or between `;` (a line that ends in an operator, comma or open parenthesis, or inside
/// parentheses, goes on unless the next one begins a statement), `#` starts a comment. Operators, loosest first: `or`,
/// `and`, `not`, comparisons (< <= > >= == !=, not chained), + -, * /, unary + -, ^ or ** (right associative, binds
/// tighter than unary minus: -x^2 = -(x^2)). `pi` is a constant, `t` is time. Functions: see function_names(). Faults
/// go to `diagnostics`, each with its place; parsing goes on at the next line. A statement whose right side is faulty
/// is there all the same (value 0), so that its name is known. Columns count characters (UTF-8), from 1. min and max
/// take two or more arguments. Reported here: syntax errors, unknown functions, wrong argument counts, a name defined
/// twice, a function's name or `t`, `pi` defined. Depth of nesting is bounded (200).
EquationSet parse_equations(Graph& graph, const SourceText& source, const ParseOptions& options,
                            Diagnostics& diagnostics);

/// Where a statement stands in its text: [begin, end), without the blanks and comments around it.
struct StatementText {
  std::string name;  ///< "v" of `dv/dt = ...` as of `v = ...`; empty where no name is to be found
  std::size_t begin = 0, end = 0;
};
/// The statements of a text as parse_equations() tells them apart, faulty ones included.
std::vector<StatementText> split_statements(const SourceText& source);

struct ParsedExpression {
  Node value;
  std::vector<SymbolUse> uses;
};
/// One expression (may span lines). Nothing if it had faults (reported).
std::optional<ParsedExpression> parse_expression(Graph& graph, const SourceText& source, const ParseOptions& options,
                                                 Diagnostics& diagnostics);

/// Definitions inlined into every statement's value, whatever order they stand in. A cycle is reported with its path
/// ("a -> b -> a") at the first definition in it, and its names are left as symbols.
/// Returns the statements in the same order with resolved values.
std::vector<Statement> resolve_definitions(Graph& graph, const EquationSet& set, const SourceText& source,
                                           Diagnostics& diagnostics);

/// Names of the built-in functions, sorted.
const std::vector<std::string>& function_names();

}  // namespace neurode::equations
