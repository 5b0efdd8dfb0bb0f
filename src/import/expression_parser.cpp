// XPPAUT's formulas: tokens, then recursive descent by its own order of operators.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_set>

#include "import/expression.hpp"

namespace neurode::importing {

using Kind = Expression::Kind;

namespace {

constexpr int kMaxDepth = 150;

struct Token {
  enum class Kind { number, name, punctuation, bad, end } kind = Kind::end;
  std::string text;  ///< names in lower case
  double value = 0;
  Location where;
  bool is(std::string_view s) const { return (kind == Kind::punctuation || kind == Kind::name) && text == s; }
};

struct Failed {};

constexpr std::array kPunctuation{"**", "==", ">=", "<=", "!=", "+", "-", "*", "/",
                                  "^",  "(",  ")",  ",",  "<",  ">", "&", "|", "="};

/// 0.5, .5, 1e-3: how neurode writes numbers too. 5. and 1.e3 get their digit.
std::string number_spelled(std::string s) {
  const auto dot = s.find('.');
  if (dot != std::string::npos && (dot + 1 == s.size() || !is_digit(s[dot + 1]))) s.insert(dot + 1, "0");
  return s.starts_with(".") ? "0" + s : s;
}

class Parser {
 public:
  Parser(const Line& line, Diagnostics& diagnostics, std::vector<Remark>& remarks)
      : line_(line), diagnostics_(diagnostics), remarks_(remarks) {
    tokenize();
  }

  Tree whole() {
    if (peek().kind == Token::Kind::end) fail(peek(), "the formula is empty", "", "a formula");
    Tree value = sum();
    const Token& t = peek();
    if (t.kind == Token::Kind::end) return value;
    if (t.is(")")) fail(t, "\")\" without \"(\"");
    if (t.is("=")) fail(t, "unexpected \"=\" in a formula", "", "\"==\" to compare");
    if (t.kind == Token::Kind::bad) unexpected(t);
    fail(t, "an operator is missing", describe(t), "an operator between two values, as in \"2*x\"");
  }

 private:
  const Token& peek(std::size_t ahead = 0) const { return tokens_[std::min(next_ + ahead, tokens_.size() - 1)]; }
  Token take() { return tokens_[next_ + 1 < tokens_.size() ? next_++ : next_]; }
  bool accept(std::string_view s) { return peek().is(s) && (take(), true); }

  static std::string describe(const Token& t) {
    return t.kind == Token::Kind::end ? "the end of the formula" : fmt::format("\"{}\"", t.text);
  }
  [[noreturn]] void fail(const Token& t, std::string problem, std::string found = "", std::string allowed = "") {
    diagnostics_.add({t.where, "", std::move(problem), std::move(found), std::move(allowed), ""});
    throw Failed{};
  }
  [[noreturn]] void unexpected(const Token& t) {
    if (t.text == "{" || t.text == "}" || t.text == "#") {
      fail(t, "an integral over the past (Volterra equation) has no counterpart in neurode");
    }
    fail(t, "unexpected character", describe(t), t.text == "!" ? "\"not\", or \"!=\"" : "");
  }

  void push(Token::Kind kind, std::size_t begin, std::size_t n, double value = 0) {
    const std::string text = line_.text.substr(begin, n);
    tokens_.push_back({kind, kind == Token::Kind::name ? lower(text) : text, value, line_.at(begin)});
  }

  void tokenize() {
    const std::string& s = line_.text;
    for (std::size_t i = 0; i < s.size();) {
      std::size_t n = 1;
      if (is_blank(s[i])) {
      } else if (is_name_start(s[i])) {
        while (i + n < s.size() && is_name_part(s[i + n])) ++n;
        if (n == 1 && (s[i] == 'i' || s[i] == 'I') && i + 1 < s.size() && s[i + 1] == '\'') n = 2;  // the index of sum
        push(Token::Kind::name, i, n);
      } else if (is_digit(s[i]) || (s[i] == '.' && i + 1 < s.size() && is_digit(s[i + 1]))) {
        n = number(i);
      } else {
        const auto p = std::find_if(kPunctuation.begin(), kPunctuation.end(),
                                    [&](std::string_view text) { return s.compare(i, text.size(), text) == 0; });
        n = p == kPunctuation.end() ? 1 : std::string_view(*p).size();
        while (p == kPunctuation.end() && i + n < s.size() && (static_cast<unsigned char>(s[i + n]) & 0xC0U) == 0x80U) {
          ++n;  // the whole character
        }
        push(p == kPunctuation.end() ? Token::Kind::bad : Token::Kind::punctuation, i, n);
      }
      i += n;
    }
    tokens_.push_back({Token::Kind::end, "", 0, line_.at(s.size())});
  }

  std::size_t number(std::size_t begin) {
    double value = 0;
    const char* const first = line_.text.data() + begin;
    const auto [end, error] = std::from_chars(first, line_.text.data() + line_.text.size(), value);
    auto n = static_cast<std::size_t>(end - first);
    while (begin + n < line_.text.size() && (is_name_part(first[n]) || first[n] == '.')) ++n;
    push(Token::Kind::number, begin, n, value);
    if (error != std::errc() || n != static_cast<std::size_t>(end - first)) {
      diagnostics_.add({line_.at(begin), "", fmt::format("malformed number \"{}\"", tokens_.back().text), "",
                        "numbers like 2, 0.5 or 1e-3; a product needs \"*\"", ""});
    }
    return n;
  }

  Tree sum() {
    Tree value = product();
    for (;;) {
      const Token t = peek();
      if (!t.is("+") && !t.is("-") && !t.is("|")) return value;
      take();
      value = operation(t, t.text == "|" ? "or" : t.text, value, product());
    }
  }

  Tree product() {
    Tree value = signed_power();
    for (;;) {
      const Token t = peek();
      if (!t.is("*") && !t.is("/") && !t.is("&")) return value;
      take();
      value = operation(t, t.text == "&" ? "and" : t.text, value, signed_power());
    }
  }

  Tree signed_power() {
    const Token t = peek();
    if (t.is("not") || t.is("-")) {
      deeper(t);
      take();
      Tree value = unary(t.is("-") ? Kind::negate : Kind::logical_not, signed_power(), t.where);
      if (t.is("-") && bare(value->arguments[0]) && is_comparison(value->arguments[0]->text)) say(t, value);
      --depth_;
      return value;
    }
    if (t.is("+")) take();
    return power();
  }

  Tree power() {
    Tree value = primary();
    for (;;) {
      const Token t = peek();
      const bool raise = t.is("^") || t.is("**");
      if (!raise && !t.is("<") && !t.is("<=") && !t.is(">") && !t.is(">=") && !t.is("==") && !t.is("!=")) return value;
      take();
      const Token sign = peek();
      const Tree right = accept("-") ? unary(Kind::negate, primary(), sign.where) : primary();
      value = operation(t, raise ? "^" : t.text, value, right);
    }
  }

  static bool is_comparison(const std::string& op) { return op.find_first_of("<>=!") != std::string::npos; }
  static bool is_logic(const std::string& op) { return op == "and" || op == "or"; }

  /// Is it an operation that did not stand in parentheses?
  bool bare(const Tree& x) const { return x->kind == Kind::binary && closed_.count(x.get()) == 0; }

  void say(const Token& t, const Tree& value) {
    constexpr std::size_t kShown = 500;
    std::string text = to_text(value);
    if (text.size() > kShown) text = text.substr(0, kShown) + "...";
    remarks_.push_back({t.where, fmt::format("note: read as {}, by XPPAUT's order of operators", text)});
  }

  /// Says so where XPPAUT's order of operators is not the usual one.
  Tree operation(const Token& t, const std::string& op, const Tree& a, const Tree& b) {
    Tree value = binary(op, a, b, t.where);
    if (value->too_large()) {
      fail(t, "the formula is too long", "", fmt::format("up to {} operations in a row", Expression::kDeepest));
    }
    bool odd = false;
    for (const auto& x : {a, b}) {
      if (!bare(x) || is_logic(op)) continue;
      const bool weak = is_comparison(x->text) || is_logic(x->text);
      odd = odd || (is_comparison(op) ? is_comparison(x->text) : weak) || (op == "^" && x->text == "^");
    }
    if (odd) say(t, value);
    return value;
  }

  void deeper(const Token& t) {
    if (++depth_ > kMaxDepth) fail(t, "nested too deeply", "", fmt::format("at most {} levels", kMaxDepth));
  }

  Tree parenthesized() {
    const Token open = take();
    deeper(open);
    if (peek().is(")")) fail(peek(), "nothing between \"(\" and \")\"", "", "a formula");
    Tree value = sum();
    close(open);
    --depth_;
    closed_.insert(value.get());
    return value;
  }

  void close(const Token& open) {
    if (accept(")")) return;
    const Token& t = peek();
    if (t.kind == Token::Kind::end) fail(open, "missing \")\" for this \"(\"");
    if (t.kind == Token::Kind::bad) unexpected(t);
    fail(t, "missing \")\" or an operator", describe(t));
  }

  Tree expected(std::string_view word, const char* form) {
    if (!word.empty() && !accept(word)) fail(peek(), fmt::format("\"{}\" is missing", word), describe(peek()), form);
    if (!peek().is("(")) fail(peek(), "\"(\" is missing", describe(peek()), form);
    return parenthesized();
  }

  Tree primary() {
    const Token t = take();
    if (t.kind == Token::Kind::number) {
      auto e = std::make_shared<Expression>(*importing::number(t.value, t.where));
      e->text = number_spelled(t.text);
      return e;
    }
    if (t.is("(")) return --next_, parenthesized();
    if (t.is("not")) return unary(Kind::logical_not, primary(), t.where);
    if (t.kind == Token::Kind::name && t.text != "then" && t.text != "else" && t.text != "of") {
      if (t.text == "if") {
        static constexpr auto kForm = "if(CONDITION)then(VALUE)else(VALUE)";
        Tree condition = expected("", kForm), then = expected("then", kForm);
        return call("where", {condition, then, expected("else", kForm)}, t.where);
      }
      if (!peek().is("(")) return name(t.text, t.where);
      return arguments(t);
    }
    if (t.kind == Token::Kind::bad) unexpected(t);
    fail(t, "a value is missing", describe(t), "a number, a name, a function or \"(\"");
  }

  Tree arguments(const Token& function) {
    const Token open = take();
    deeper(open);
    std::vector<Tree> list;
    if (!accept(")")) {
      do {
        if (peek().is(",") || peek().is(")")) fail(peek(), "an argument is missing", describe(peek()));
        list.push_back(sum());
      } while (accept(","));
      close(open);
    }
    --depth_;
    if (function.text == "sum") list.push_back(expected("of", "sum(FIRST,LAST)of(FORMULA of i')"));
    return call(function.text, std::move(list), function.where);
  }

  const Line& line_;
  Diagnostics& diagnostics_;
  std::vector<Remark>& remarks_;
  std::vector<Token> tokens_;
  std::unordered_set<const Expression*> closed_;  ///< what stood in parentheses
  std::size_t next_ = 0;
  int depth_ = 0;
};

}  // namespace

Tree parse_expression(const Line& line, Diagnostics& diagnostics, std::vector<Remark>& remarks) {
  const std::size_t before = diagnostics.size();
  try {
    Tree tree = Parser(line, diagnostics, remarks).whole();
    return diagnostics.size() == before ? tree : nullptr;
  } catch (const Failed&) {
    return nullptr;
  }
}

}  // namespace neurode::importing
