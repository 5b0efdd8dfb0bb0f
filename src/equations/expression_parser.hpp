#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "equations/lexer.hpp"
#include "neurode/equations/parse.hpp"

namespace neurode::equations {

/// Recursive descent over tokens; see parse.hpp for the grammar. Recursion is bounded by kMaxDepth.
class ExpressionParser {
 public:
  static constexpr int kMaxDepth = 200;

  /// Thrown by a syntax error once it is reported; whoever parses a statement catches it and goes on behind it.
  struct SyntaxError {};

  ExpressionParser(Graph& graph, const SourceText& source, const ParseOptions& options, Diagnostics& diagnostics,
                   std::vector<Token> tokens);

  /// A whole expression, up to the end or a separator (not taken). @throws SyntaxError (reported)
  Node parse_whole();

  const Token& peek(std::size_t ahead = 0) const { return tokens_[std::min(next_ + ahead, tokens_.size() - 1)]; }
  const Token& take() { return tokens_[next_ + 1 < tokens_.size() ? next_++ : next_]; }
  bool at_end() const { return peek().kind == Token::Kind::separator || peek().kind == Token::Kind::end; }
  Location where(const Token& token) const { return source_.place(token.line, token.column); }
  void report(const Token& token, std::string problem, std::string found = {}, std::string allowed = {},
              std::string suggestion = {});
  [[noreturn]] void fail(const Token& token, std::string problem, std::string found = {}, std::string allowed = {},
                         std::string suggestion = {});
  /// A token as messages name it: `"+"`, `the end of the line`.
  static std::string describe(const Token& token);
  bool is_function(std::string_view name) const;

  std::vector<SymbolUse> uses;

 private:
  Node disjunction();
  Node conjunction();
  Node negation();
  Node comparison();
  Node sum();
  Node product();
  Node signed_power();
  Node power();
  Node primary();
  Node parenthesized();
  Node call(const Token& name);
  Node build_call(const Token& name, const std::vector<Node>& arguments);
  Node symbol(const Token& name, std::string spelled);
  bool is_reduction() const;
  Node reduction();
  std::string path();
  std::string path_head();
  bool accept(std::string_view text);
  void expect_close(const Token& open);

  Graph& graph_;
  const SourceText& source_;
  const ParseOptions& options_;
  Diagnostics& diagnostics_;
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
  int depth_ = 0;
};

}  // namespace neurode::equations
