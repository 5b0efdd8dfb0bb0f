#pragma once

#include <string_view>
#include <vector>

#include "neurode/equations/parse.hpp"

namespace neurode::equations {

struct Token {
  enum class Kind { number, name, quoted, punctuation, separator, end, bad } kind = Kind::end;
  std::string_view text;  ///< as written; of a quoted name without its quotes
  double value = 0;       ///< of a number
  int line = 0, column = 0;

  bool is(std::string_view punctuation_or_word) const {
    return (kind == Kind::punctuation || kind == Kind::name) && text == punctuation_or_word;
  }
};

/// Splits text into tokens, the last one `end`. Malformed numbers are reported here (and then are 0).
/// @param statements  newlines and ';' separate statements (`separator`): a newline does not where the line ends in an
///     operator, comma or open parenthesis, or inside parentheses, unless the next line begins a statement itself.
///     Otherwise newlines are blanks.
/// @param quotes  allow "quoted names"
std::vector<Token> tokenize(const SourceText& source, bool statements, bool quotes, Diagnostics& diagnostics);

/// Words that are operators: and, not, or.
bool is_word_operator(std::string_view name);

}  // namespace neurode::equations
