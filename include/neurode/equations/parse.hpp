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

  Location at(std::size_t offset) const;
};

/// A function of one argument that equations may call: the activation `f`. `body` is an expression of `argument`.
struct UserFunction {
  std::string name;
  Node argument;
  Node body;
};

/// `delay(argument, delay)` in an equation: what `argument` was that long ago.
struct DelayCall {
  Node symbol;  ///< stands for the call; the same for equal calls
  Node argument, delay;
  Location where;        ///< of the word `delay`
  Location delay_where;  ///< of its second argument
};

struct ParseOptions {
  std::vector<UserFunction> functions;
  /// Where calls of `delay` are put; null: they are reported as faults.
  std::vector<DelayCall>* delays = nullptr;
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
/// take two or more arguments. `delay(x, tau)` is x a time tau ago, where ParseOptions::delays collects such calls; a
/// name `delay` that is not called is a name like any other. Reported here: syntax errors, unknown functions, wrong
/// argument counts, a name defined twice, a function's name or `t`, `pi` defined. Depth of nesting is bounded (200).
EquationSet parse_equations(Graph& graph, const SourceText& source, const ParseOptions& options,
                            Diagnostics& diagnostics);

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
