#pragma once

#include <optional>
#include <string>
#include <vector>

#include "neurode/record/reader.hpp"
#include "neurode/report/report.hpp"
#include "neurode/scenario/scenario.hpp"

namespace neurode::report {

/// A result file with what its attributes say of the scenario.
struct Source {
  explicit Source(const std::filesystem::path& path);

  record::Reader reader;
  FileKind kind;
  std::string name;  ///< of the file, without folder
  /// As it stands in the file; nothing where it cannot be read (an older or newer neurode wrote it).
  std::optional<scenario::Scenario> scenario;

  /// Attributes; "" and NaN where there is none of that kind.
  std::string text(const std::string& attribute) const;
  double number(const std::string& attribute) const;
  /// As a person reads it, whatever its kind; "" where there is none.
  std::string shown(const std::string& attribute) const;
  std::vector<std::string> lines(const std::string& attribute) const;
  /// What the page calls it: its title, or its name.
  std::string title() const;
  /// The unit of time, "" where there is none.
  std::string time_unit() const;
};

}  // namespace neurode::report
