#include "equations/lexer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace neurode::equations {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name_part(char c) { return is_name_start(c) || is_digit(c); }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
/// Bytes 10xxxxxx go on with a UTF-8 character; columns count characters.
bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

class Lexer {
 public:
  Lexer(const SourceText& source, bool statements, bool quotes, Diagnostics& diagnostics)
      : source_(source),
        text_(source.text),
        statements_(statements),
        quotes_(quotes),
        diagnostics_(diagnostics),
        line_(source.origin.line),
        column_(source.origin.column) {}

  std::vector<Token> run() {
    while (pos_ < text_.size()) step();
    push(Token::Kind::end, 0);
    return std::move(tokens_);
  }

 private:
  void step() {
    const char c = text_[pos_];
    if (c == '\n') {
      newline();
    } else if (is_blank(c)) {
      advance(1);
    } else if (c == '#') {
      advance(std::min(text_.find('\n', pos_), text_.size()) - pos_);
    } else if (is_name_start(c)) {
      push(Token::Kind::name, span(pos_, is_name_part));
    } else if (is_digit(c) || (c == '.' && pos_ + 1 < text_.size() && is_digit(text_[pos_ + 1]))) {
      number();
    } else if (c == ';' && statements_) {
      depth_ = 0;
      push(Token::Kind::separator, 1);
    } else if (c == '"' && quotes_) {
      quoted();
    } else {
      punctuation();
    }
  }

  template <class Predicate>
  std::size_t span(std::size_t from, Predicate is_part) const {
    std::size_t n = 0;
    while (from + n < text_.size() && is_part(text_[from + n])) ++n;
    return n;
  }

  void advance(std::size_t n) {
    for (const char c : text_.substr(pos_, n)) column_ += is_continuation(c) ? 0 : 1;
    pos_ += n;
  }

  void push(Token::Kind kind, std::size_t n, double value = 0) {
    tokens_.push_back({kind, text_.substr(pos_, n), value, line_, column_});
    advance(n);
  }

  void newline() {
    const bool separates = statements_ && (begins_statement(pos_ + 1) || (depth_ == 0 && !goes_on()));
    if (separates) {
      depth_ = 0;
      push(Token::Kind::separator, 1);
    } else {
      ++pos_;
    }
    line_ += line_ > 0 ? 1 : 0;  // line 0: place unknown
    column_ = 1;
  }

  bool goes_on() const {
    if (tokens_.empty()) return false;
    const Token& last = tokens_.back();
    if (last.kind == Token::Kind::name) return is_word_operator(last.text);
    return last.kind == Token::Kind::punctuation && last.text != ")" && last.text != "]";
  }

  /// Does `NAME =` or `NAME / NAME =` stand there?
  bool begins_statement(std::size_t p) const {
    const auto blanks = [&] { p += span(p, is_blank); };
    const auto name = [&] {
      blanks();
      if (p >= text_.size() || !is_name_start(text_[p])) return false;
      p += span(p, is_name_part);
      blanks();
      return true;
    };
    if (!name()) return false;
    if (p < text_.size() && text_[p] == '/') {
      ++p;
      if (!name()) return false;
    }
    return p < text_.size() && text_[p] == '=' && (p + 1 >= text_.size() || text_[p + 1] != '=');
  }

  void number() {
    const std::size_t n = number_length();
    const std::string_view text = text_.substr(pos_, n);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::result_out_of_range) {
      report(fmt::format("the number {} is too large or too small", text), "magnitudes from 2.3e-308 to 1.7e308");
      value = 0;
    } else if (error != std::errc() || end != text.data() + text.size()) {
      report(fmt::format("malformed number \"{}\"", text), "numbers like 2, 0.5, .5 or 1e-3; a product needs \"*\"");
      value = 0;
    }
    push(Token::Kind::number, n, value);
  }

  /// All that was meant as one number, malformed or not: digits, letters and dots, and the sign of an exponent.
  std::size_t number_length() const {
    std::size_t n = 0;
    while (pos_ + n < text_.size()) {
      const char c = text_[pos_ + n];
      const bool exponent_sign = (c == '+' || c == '-') && n > 0 && (text_[pos_ + n - 1] | 0x20) == 'e' &&
                                 pos_ + n + 1 < text_.size() && is_digit(text_[pos_ + n + 1]);
      if (!is_name_part(c) && c != '.' && !exponent_sign) break;
      ++n;
    }
    return n;
  }

  void quoted() {
    const std::size_t end = text_.find_first_of("\"\n", pos_ + 1);
    if (end == std::string_view::npos || text_[end] == '\n') {
      push(Token::Kind::bad, 1);
      return;
    }
    const std::size_t n = end - pos_ - 1;
    tokens_.push_back({Token::Kind::quoted, text_.substr(pos_ + 1, n), 0, line_, column_});
    advance(n + 2);
  }

  void punctuation() {
    for (const std::string_view two : {"**", "<=", ">=", "==", "!=", "&&", "||"}) {
      if (text_.substr(pos_, 2) == two) {
        push(two == "&&" || two == "||" ? Token::Kind::bad : Token::Kind::punctuation, 2);
        return;
      }
    }
    const char c = text_[pos_];
    if (std::string_view("+-*/^<>=(),[].").find(c) != std::string_view::npos) {
      depth_ += c == '(' || c == '[' ? 1 : 0;
      if ((c == ')' || c == ']') && depth_ > 0) --depth_;
      push(Token::Kind::punctuation, 1);
      return;
    }
    std::size_t n = 1;
    while (pos_ + n < text_.size() && is_continuation(text_[pos_ + n])) ++n;
    push(Token::Kind::bad, n);
  }

  void report(std::string problem, std::string allowed) {
    Diagnostic d;
    d.where = source_.place(line_, column_);
    d.key = source_.key;
    d.problem = std::move(problem);
    d.allowed = std::move(allowed);
    diagnostics_.add(std::move(d));
  }

  const SourceText& source_;
  std::string_view text_;
  bool statements_, quotes_;
  Diagnostics& diagnostics_;
  std::vector<Token> tokens_;
  std::size_t pos_ = 0;
  int line_, column_;
  int depth_ = 0;
};

}  // namespace

Location SourceText::place(int line, int column) const {
  const int k = line - origin.line;
  if (k < 0 || k >= static_cast<int>(lines.size())) return {origin.file, line, column};
  Location where = lines[static_cast<std::size_t>(k)];
  where.column += column - 1;
  return where;
}

Location SourceText::at(std::size_t offset) const {
  Location where = origin;
  for (const char c : std::string_view(text).substr(0, offset)) {
    if (c == '\n') {
      where.line += where.line > 0 ? 1 : 0;
      where.column = 1;
    } else if (!is_continuation(c)) {
      ++where.column;
    }
  }
  return lines.empty() ? where : place(where.line, where.column);
}

bool is_word_operator(std::string_view name) { return name == "and" || name == "or" || name == "not"; }

std::vector<Token> tokenize(const SourceText& source, bool statements, bool quotes, Diagnostics& diagnostics) {
  return Lexer(source, statements, quotes, diagnostics).run();
}

}  // namespace neurode::equations
