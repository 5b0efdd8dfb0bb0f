#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "neurode/plot/chart.hpp"
#include "neurode/record/memory.hpp"

namespace neurode::study {

/// A variable of what was found: numbers over named dimensions, row-major; or words, one of few.
struct Quantity {
  std::string name, long_name, unit;
  std::vector<std::string> dimensions;
  std::vector<double> numbers;     ///< NaN: there is none
  std::vector<std::string> words;  ///< not empty: the numbers are indices into these
  int digits = 8;                  ///< in the table
};

/// What a study found: said once, written as a table, as JSON, as a netCDF-4 file and as a picture.
struct Findings {
  std::string study, scenario, title, time_unit, heading;  ///< the heading: what was looked at, a line
  std::vector<record::Dimension> dimensions;
  std::vector<Quantity> quantities;
  std::vector<std::string> table;  ///< quantities that the table shows, a column each; all have one dimension, the same
  std::vector<Quantity> shown;     ///< further columns of the table, which the file has as parts of others
  std::vector<std::string> notes;  ///< behind the table
  std::vector<std::string> labels;  ///< of state elements, where there is a dimension "state"
  record::Attributes facts;         ///< single numbers and texts: into the file and the JSON
  plot::Chart chart;
  std::string scenario_text;  ///< as it was used
  bool complete = true;       ///< false: nothing was found, or it was interrupted

  Quantity& add(Quantity q) { return quantities.emplace_back(std::move(q)); }
  const Quantity* find(const std::string& name) const;
};

std::string table_text(const Findings& f);
std::string json_text(const Findings& f);
record::Memory as_result(const Findings& f);
/// The same as netCDF-4. @throws FileError
void write_file(const Findings& f, const std::filesystem::path& file, bool overwrite);

}  // namespace neurode::study
