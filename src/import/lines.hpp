#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "neurode/core/diagnostics.hpp"
#include "neurode/core/scenario_folder.hpp"
#include "neurode/import/import.hpp"

namespace neurode::importing {

/// A statement's text, lines that go on joined and arrays written out, and where each of its characters stands.
struct Line {
  struct Place {
    int line = 0, column = 0;
  };

  std::string text;
  std::vector<Place> places;  ///< one a character
  std::string file;
  bool repeated = false;  ///< a further element of an array

  bool empty() const { return text.empty(); }
  Location at(std::size_t offset) const;
  /// The characters from `begin`, `count` of them, blanks at both ends left off.
  Line part(std::size_t begin, std::size_t count = std::string::npos) const;
  void append(const Line& other);
};

/// Splits the file into statements: `\` at the end of a line joins the next one, `#include FILE` puts a file in its
/// place, `x[1..3]` and `%[1..3]` ... `%` write the statement or the block once an element, `[j+1]` and `[7]` become
/// numbers. Comments are lines as well. Ends at the line `done`.
/// @throws FileError if an included file cannot be read
std::vector<Line> split_lines(const std::string& text, const std::filesystem::path& path, Diagnostics& diagnostics,
                              Reach reach = Reach::folder);

/// Is it a comment (`#`, `"`, or a `%` that opens no block) or blank?
bool is_comment(const Line& line);

std::string lower(std::string_view s);
bool is_blank(char c);
bool is_digit(char c);
bool is_name_start(char c);
bool is_name_part(char c);

}  // namespace neurode::importing
