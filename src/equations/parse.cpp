#include "neurode/equations/parse.hpp"

#include <fmt/format.h>

#include <unordered_map>

#include "equations/expression_parser.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/core/limits.hpp"

namespace neurode::equations {

namespace {

/// False (reported): more text than equations have.
bool bounded(const SourceText& source, Diagnostics& diagnostics) {
  if (source.text.size() <= limits::kEquationBytes) return true;
  diagnostics.add({source.origin, source.key, "the equations are too long", fmt::format("{} bytes", source.text.size()),
                   fmt::format("up to {}", limits::kEquationBytes), ""});
  return false;
}

/// The graph does not know where it got too large: the statement at `where` made it so.
[[noreturn]] void tell_place(const ScenarioError& error, const Location& where, const std::string& key) {
  std::vector<Diagnostic> all = error.diagnostics();
  for (auto& d : all) {
    if (d.where.file.empty()) d.where = where;
    if (d.key.empty()) d.key = key;
  }
  throw ScenarioError(std::move(all));
}

class StatementParser {
 public:
  StatementParser(Graph& graph, const SourceText& source, const ParseOptions& options, Diagnostics& diagnostics)
      : graph_(graph),
        source_(source),
        tokens_(graph, source, options, diagnostics, tokenize(source, true, options.paths, diagnostics)) {}

  EquationSet run() {
    for (;;) {
      while (tokens_.peek().kind == Token::Kind::separator) tokens_.take();
      if (tokens_.peek().kind == Token::Kind::end) break;
      if (set_.statements.size() == limits::kStatements) {
        tokens_.report(tokens_.peek(), "too many statements", {}, fmt::format("up to {}", limits::kStatements));
        break;
      }
      const Location where = tokens_.where(tokens_.peek());
      try {
        statement();
      } catch (const ScenarioError& error) {
        tell_place(error, where, source_.key);
      }
      while (!tokens_.at_end()) tokens_.take();
    }
    set_.uses = std::move(tokens_.uses);
    return std::move(set_);
  }

 private:
  void statement() {
    Statement s;
    try {
      left_side(s);
      s.value = graph_.constant(0);  // stands where the right side is faulty: the name is known, the fault reported
      const std::size_t at = set_.statements.size();
      set_.statements.push_back(s);
      const Token equals = tokens_.take();
      if (tokens_.at_end()) {
        tokens_.fail(equals, fmt::format("the right side of \"{}\" is empty", spelled(s)), {}, "an expression");
      }
      set_.statements[at].value = tokens_.parse_whole();
    } catch (const ExpressionParser::SyntaxError&) {
    }
  }

  static std::string spelled(const Statement& s) { return s.is_rate ? "d" + s.name + "/dt" : s.name; }

  void left_side(Statement& s) {
    const Token first = tokens_.peek();
    if (first.kind != Token::Kind::name) {
      tokens_.fail(first, "a statement begins with a name", ExpressionParser::describe(first),
                   "\"dNAME/dt = ...\" or \"NAME = ...\"; a line goes on if it ends in an operator");
    }
    tokens_.take();
    s.where = tokens_.where(first);
    s.name = std::string(first.text);
    if (tokens_.peek().is("/")) rate(s, first);
    if (!tokens_.peek().is("=")) {
      const Token& t = tokens_.peek();
      tokens_.fail(t, fmt::format("\"=\" is missing after \"{}\"", spelled(s)), ExpressionParser::describe(t),
                   "\"dNAME/dt = ...\" or \"NAME = ...\"");
    }
    check_name(s, first);
  }

  void rate(Statement& s, const Token& first) {
    tokens_.take();
    const Token& dt = tokens_.peek();
    if (!dt.is("dt") || s.name[0] != 'd' || s.name.size() < 2) {
      tokens_.fail(first, "a rate is written dNAME/dt",
                   fmt::format("\"{}/{}\"", first.text, dt.kind == Token::Kind::name ? dt.text : ""));
    }
    tokens_.take();
    s.is_rate = true;
    s.name.erase(0, 1);
  }

  /// Faults of the name alone; the statement is taken all the same.
  void check_name(const Statement& s, const Token& first) {
    if (tokens_.is_function(s.name)) {
      tokens_.report(first, fmt::format("\"{}\" is a function and cannot be defined", s.name), {}, "another name");
    } else if (s.name == "t" || s.name == "pi" || s.name == "dt" || is_word_operator(s.name)) {
      const char* what = s.name == "t" ? "time" : s.name == "pi" ? "a constant" : "a word of the language";
      tokens_.report(first, fmt::format("\"{}\" is {} and cannot be defined", s.name, what), {}, "another name");
    }
    const auto [it, is_new] = defined_.emplace(s.name, s.where);
    if (!is_new) {
      tokens_.report(first, fmt::format("\"{}\" is defined twice", s.name), {},
                     fmt::format("one statement a name; the first is at line {}", it->second.line));
    }
  }

  Graph& graph_;
  const SourceText& source_;
  ExpressionParser tokens_;
  EquationSet set_;
  std::unordered_map<std::string, Location> defined_;
};

}  // namespace

EquationSet parse_equations(Graph& graph, const SourceText& source, const ParseOptions& options,
                            Diagnostics& diagnostics) {
  if (!bounded(source, diagnostics)) return {};
  return StatementParser(graph, source, options, diagnostics).run();
}

std::optional<ParsedExpression> parse_expression(Graph& graph, const SourceText& source, const ParseOptions& options,
                                                 Diagnostics& diagnostics) {
  if (!bounded(source, diagnostics)) return std::nullopt;
  const std::size_t faults = diagnostics.size();
  ExpressionParser parser(graph, source, options, diagnostics, tokenize(source, false, options.paths, diagnostics));
  try {
    const Node value = parser.parse_whole();
    if (diagnostics.size() != faults) return std::nullopt;
    return ParsedExpression{value, std::move(parser.uses)};
  } catch (const ExpressionParser::SyntaxError&) {
    return std::nullopt;
  } catch (const ScenarioError& error) {
    tell_place(error, source.origin, source.key);
  }
}

}  // namespace neurode::equations
