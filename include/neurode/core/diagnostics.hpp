#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace neurode {

/// A place in a text file: 1-based line and column; line 0 means "the file as a whole", an empty file "no file".
struct Location {
  std::string file;
  int line = 0;
  int column = 0;

  /// "file:line:column", "file" where the line is unknown, "" where there is no file.
  std::string text() const;
};

/// One thing wrong with what the user wrote. Tests and tools read the fields; people read format().
struct Diagnostic {
  Location where;
  std::string key;         ///< dotted key, e.g. "population.hidden.tau"; may be empty
  std::string problem;     ///< what is wrong, e.g. "must be > 0"
  std::string found;       ///< what was found, e.g. "-0.1"; may be empty
  std::string allowed;     ///< what is allowed, e.g. "a number > 0, in s"; may be empty
  std::string suggestion;  ///< the nearest allowed name; may be empty

  /// `file:line:column: key: problem; found ...; allowed: ... (did you mean "..."?)`
  std::string format() const;
};

/// Collects the faults of one input, so that all of them are reported together.
class Diagnostics {
 public:
  /// @throws ScenarioError with what there is, once there are more than limits::kKeptFaults: reading on would not help
  void add(Diagnostic d);
  bool empty() const { return items_.empty(); }
  std::size_t size() const { return items_.size(); }
  const std::vector<Diagnostic>& items() const { return items_; }
  /// Throws ScenarioError with all items, sorted by place, if there are any.
  void throw_if_any() const;

 private:
  std::vector<Diagnostic> items_;
};

/// The allowed name nearest to `name` (edit distance, at most a third of its length + 1), or "".
std::string nearest_name(std::string_view name, const std::vector<std::string>& allowed);

/// `"a", "b" and "c"`: names as a person lists them; at most `most`, then "... (n more)".
std::string quoted_list(const std::vector<std::string>& names, std::size_t most = 40);

}  // namespace neurode
