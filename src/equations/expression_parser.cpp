#include "equations/expression_parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numbers>

#include "equations/functions.hpp"

namespace neurode::equations {

namespace {

struct Comparison {
  std::string_view text;
  Op op;
  bool swapped;
};
constexpr std::array kComparisons{Comparison{"<", Op::less, false},   Comparison{"<=", Op::less_equal, false},
                                  Comparison{">", Op::less, true},    Comparison{">=", Op::less_equal, true},
                                  Comparison{"==", Op::equal, false}, Comparison{"!=", Op::not_equal, false}};

const Comparison* find_comparison(const Token& token) {
  for (const auto& c : kComparisons) {
    if (token.is(c.text)) return &c;
  }
  return nullptr;
}

/// Counts how deep the parser is, also when an error unwinds it.
class Nesting {
 public:
  explicit Nesting(int& depth) : depth_(depth) { ++depth_; }
  ~Nesting() { --depth_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;

 private:
  int& depth_;
};

}  // namespace

ExpressionParser::ExpressionParser(Graph& graph, const SourceText& source, const ParseOptions& options,
                                   Diagnostics& diagnostics, std::vector<Token> tokens)
    : graph_(graph), source_(source), options_(options), diagnostics_(diagnostics), tokens_(std::move(tokens)) {}

std::string ExpressionParser::describe(const Token& token) {
  switch (token.kind) {
    case Token::Kind::end:
      return "the end of the text";
    case Token::Kind::separator:
      return token.text == ";" ? "\";\"" : "the end of the line";
    default:
      return fmt::format("\"{}\"", token.text);
  }
}

void ExpressionParser::report(const Token& token, std::string problem, std::string found, std::string allowed,
                              std::string suggestion) {
  diagnostics_.add(
      {where(token), source_.key, std::move(problem), std::move(found), std::move(allowed), std::move(suggestion)});
}

void ExpressionParser::fail(const Token& token, std::string problem, std::string found, std::string allowed,
                            std::string suggestion) {
  report(token, std::move(problem), std::move(found), std::move(allowed), std::move(suggestion));
  throw SyntaxError{};
}

bool ExpressionParser::accept(std::string_view text) {
  if (!peek().is(text)) return false;
  take();
  return true;
}

Node ExpressionParser::parse_whole() {
  if (at_end()) fail(peek(), "the expression is empty", {}, "an expression");
  const Node value = disjunction();
  if (at_end()) return value;
  const Token& t = peek();
  if (t.kind == Token::Kind::bad) primary();  // says what it is
  if (t.is(")")) fail(t, "\")\" without \"(\"");
  if (t.is("="))
    fail(t, "unexpected \"=\" in an expression", {}, "\"==\" to compare; one statement a line or \";\" between");
  if (t.is("[") || t.is(".")) {
    fail(t, fmt::format("unexpected {}", describe(t)), {}, "plain names here, without dots and indices");
  }
  fail(t, "an operator is missing", describe(t), "an operator between two values, as in \"2*x\"");
}

Node ExpressionParser::disjunction() {
  Node value = conjunction();
  while (accept("or")) value = graph_.binary(Op::logical_or, value, conjunction());
  return value;
}

Node ExpressionParser::conjunction() {
  Node value = negation();
  while (accept("and")) value = graph_.binary(Op::logical_and, value, negation());
  return value;
}

Node ExpressionParser::negation() {
  std::size_t times = 0;
  while (accept("not")) ++times;
  Node value = comparison();
  for (; times > 0; --times) value = graph_.unary(Op::logical_not, value);
  return value;
}

Node ExpressionParser::comparison() {
  const Node left = sum();
  const Comparison* c = find_comparison(peek());
  if (c == nullptr) return left;
  take();
  const Node right = sum();
  if (find_comparison(peek()) != nullptr) {
    fail(peek(), "comparisons cannot be chained", describe(peek()), "\"a < b and b < c\"");
  }
  return c->swapped ? graph_.binary(c->op, right, left) : graph_.binary(c->op, left, right);
}

Node ExpressionParser::sum() {
  Node value = product();
  for (;;) {
    if (accept("+")) {
      value = graph_.add(value, product());
    } else if (accept("-")) {
      value = graph_.sub(value, product());
    } else {
      return value;
    }
  }
}

Node ExpressionParser::product() {
  Node value = signed_power();
  for (;;) {
    if (accept("*")) {
      value = graph_.mul(value, signed_power());
    } else if (accept("/")) {
      value = graph_.div(value, signed_power());
    } else {
      return value;
    }
  }
}

Node ExpressionParser::signed_power() {
  bool negative = false;
  while (peek().is("-") || peek().is("+")) negative ^= take().is("-");
  const Node value = power();
  return negative ? graph_.neg(value) : value;
}

Node ExpressionParser::power() {
  const Nesting nesting(depth_);
  if (depth_ > kMaxDepth) {
    fail(peek(), "nested too deeply", {}, fmt::format("at most {} levels of parentheses and powers", kMaxDepth));
  }
  const Node base = primary();
  if (!accept("^") && !accept("**")) return base;
  return graph_.binary(Op::pow, base, signed_power());
}

void ExpressionParser::expect_close(const Token& open) {
  if (accept(")")) return;
  const Token& t = peek();
  if (t.kind == Token::Kind::bad) primary();  // says what it is
  if (at_end()) fail(open, "missing \")\" for this \"(\"", describe(t));
  if (t.is("=")) fail(t, "unexpected \"=\" in an expression", {}, "\"==\" to compare");
  fail(t, "missing \")\" or an operator", describe(t));
}

Node ExpressionParser::parenthesized() {
  const Token open = take();
  if (peek().is(")")) fail(peek(), "nothing between \"(\" and \")\"", {}, "an expression");
  const Node value = disjunction();
  expect_close(open);
  return value;
}

Node ExpressionParser::primary() {
  const Token& t = peek();
  switch (t.kind) {
    case Token::Kind::number:
      return graph_.constant(take().value);
    case Token::Kind::quoted:
      return symbol(t, path());
    case Token::Kind::name: {
      if (t.text == "not") fail(t, "\"not\" must stand in parentheses here", {}, "\"(not x)\"");
      if (is_word_operator(t.text)) break;
      if (options_.paths && is_reduction()) return reduction();
      if (peek(1).is("(")) return call(take());
      if (is_function(t.text)) {
        fail(t, fmt::format("the function \"{}\" needs its arguments in parentheses", t.text), describe(peek(1)));
      }
      if (t.text == "pi") {
        take();
        return graph_.constant(std::numbers::pi);
      }
      if (options_.paths) return symbol(t, path());
      return symbol(t, std::string(take().text));
    }
    case Token::Kind::bad: {
      const std::string_view word = t.text == "&&" ? "and" : t.text == "||" ? "or" : t.text == "!" ? "not" : "";
      if (t.text == "\"") fail(t, "unexpected character", describe(t), options_.paths ? "a closing quote" : "");
      fail(t, "unexpected character", describe(t), {}, std::string(word));
    }
    default:
      break;
  }
  if (t.is("(")) return parenthesized();
  if (next_ > 0 && !tokens_[next_ - 1].is("(")) {
    fail(at_end() ? tokens_[next_ - 1] : t, fmt::format("a value is missing after {}", describe(tokens_[next_ - 1])),
         describe(t));
  }
  fail(t, "a value is missing", describe(t), "a number, a name, a function or \"(\"");
}

bool ExpressionParser::is_function(std::string_view name) const {
  return find_function(name) != nullptr || find_composed(name) != nullptr ||
         std::any_of(options_.functions.begin(), options_.functions.end(),
                     [&](const UserFunction& f) { return f.name == name; });
}

Node ExpressionParser::symbol(const Token& name, std::string spelled) {
  const Node node = graph_.symbol(spelled);
  uses.push_back({node, where(name)});
  return node;
}

}  // namespace neurode::equations
