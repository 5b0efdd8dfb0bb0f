#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace neurode::report {

/// Text as HTML has it, in elements and in quoted attributes. Files are hostile: every text of a file goes through
/// here. Bytes that are no UTF-8 become U+FFFD, control characters blanks.
std::string escaped(std::string_view text);

/// JSON text as a script element may hold it: no "<", which could end the element or open a comment.
std::string script_safe(std::string json);

/// At most `most` bytes of a text, cut between characters, with a word on what is left out.
std::string shortened(const std::string& text, std::size_t most);

/// A table whose rows sort at a click on a head. Cells are HTML already; what is `number` is set flush right and sorted
/// by its value. Columns without a word are left out.
struct Table {
  struct Column {
    std::string head;  ///< HTML
    bool number = false;
    std::string help = {};  ///< text, shown on hovering
  };
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;
  std::size_t left_out = 0;
  bool sorts = true;

  /// Adds a row, or counts it as left out where there are `most` already.
  void add(std::vector<std::string> row, std::size_t most);
  std::string html() const;
};

/// Two columns, names and values: pairs of HTML; those without a value are left out.
std::string definitions(const std::vector<std::pair<std::string, std::string>>& pairs);

}  // namespace neurode::report
