#include "equations/lexer.hpp"
#include "neurode/equations/parse.hpp"

namespace neurode::equations {

/// The name a statement gives something to: `NAME = ` or `dNAME / dt = `.
static std::string name_of(const std::vector<Token>& tokens, std::size_t first, std::size_t last) {
  const auto is = [&](std::size_t k, std::string_view text) { return k < last && tokens[k].is(text); };
  if (tokens[first].kind != Token::Kind::name) return "";
  const std::string name(tokens[first].text);
  if (is(first + 1, "/") && is(first + 2, "dt") && name.size() > 1 && name[0] == 'd') return name.substr(1);
  return is(first + 1, "=") ? name : "";
}

std::vector<StatementText> split_statements(const SourceText& source) {
  Diagnostics told_by_the_parser;
  const auto tokens = tokenize(source, true, false, told_by_the_parser);
  const auto offset = [&](const Token& t) { return static_cast<std::size_t>(t.text.data() - source.text.data()); };
  std::vector<StatementText> out;
  std::size_t first = 0;
  for (std::size_t k = 0; k < tokens.size(); ++k) {
    if (tokens[k].kind != Token::Kind::separator && tokens[k].kind != Token::Kind::end) continue;
    if (k > first) {
      const Token& last = tokens[k - 1];
      out.push_back({name_of(tokens, first, k), offset(tokens[first]), offset(last) + last.text.size()});
    }
    first = k + 1;
  }
  return out;
}

}  // namespace neurode::equations
