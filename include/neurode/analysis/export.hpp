#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "neurode/core/registry.hpp"
#include "neurode/record/reader.hpp"

namespace neurode::analysis {

/// Elements of one dimension, by the dimension's labels (neuron numbers), in the order asked for.
struct ElementSelection {
  std::string dimension;  ///< "hidden"; applies to every exported variable that has it
  std::vector<std::int64_t> labels;
};

/// "hidden=0,3,10:20" -> elements 0, 3 and 10 to 20 (both included). @throws UsageError
ElementSelection parse_selection(const std::string& text);

/// What to export of a result file, and where to.
struct ExportRequest {
  std::vector<std::string> variables;  ///< empty: all that are no coordinates
  double t_min = -std::numeric_limits<double>::infinity();
  double t_max = std::numeric_limits<double>::infinity();  ///< both included
  std::vector<ElementSelection> select;
  /// A file; "-": standard output; a folder (there already, or ending in "/"): one file a table or variable in it.
  std::string output = "-";
  bool overwrite = false;
};

struct ExportResult {
  std::vector<std::filesystem::path> files;  ///< written; none for standard output
  std::vector<std::string> left_out;         ///< variables a request for everything had no place for (see csv)
};

class ExportSource;
class ExportSink;

/// A format.
struct Exporter : Entry {
  std::string file_extension;  ///< ".csv"
  std::string help;            ///< what the format holds and what it cannot hold, a few lines
  std::function<void(const ExportSource&, ExportSink&)> function;
};

/// All formats, sorted by name.
const std::vector<Exporter>& exporters();

/// Exports. Memory is bounded by a few MB (csv: by one point of everything in the table; mat: 160 MB), not by the size
/// of a variable. Files appear under their names when all of them are complete; after a failure none is there.
/// @throws UsageError for unknown variables, dimensions or elements (nearest name, list of names), a window without
/// points, or a request that the format cannot meet; FileError for what the disk refuses.
ExportResult export_result(const record::Reader& reader, const Exporter& exporter, const ExportRequest& request);

}  // namespace neurode::analysis
