#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "neurode/core/diagnostics.hpp"
#include "neurode/dynamics/layout.hpp"
#include "neurode/dynamics/presented.hpp"
#include "neurode/scenario/scenario.hpp"

namespace neurode::network {

/// Samples as columns.
struct Samples {
  Matrix inputs;   ///< inputs x samples
  Matrix targets;  ///< outputs x samples; no rows where there are no targets
  Index count() const { return inputs.cols(); }
};

/// Minibatches: which rows are shown when. Times in the scenario's unit.
struct Batching {
  Index size = 1;
  double start = 0, period = 1, window = 1;  ///< window <= period
  bool shuffled = true;
  std::uint64_t seed = 0;
};

/// A data set, scaled and split. Scaling constants come from the training rows alone.
struct Data {
  Samples train, test;
  std::vector<std::string> classes;  ///< labels of a one-hot target, in order
  std::optional<Batching> batching;  ///< of the training samples
};

/// Reads [data]. Faults (file, cell, width) go to the diagnostics; then the result is empty.
///
/// Inputs are all columns but the last and the target is the last, unless the section says otherwise. `scale`: a
/// factor; "zscore": (x - mean) / std (with 1/n; a constant column becomes 0); "minmax": onto 0 ... 1. A random test
/// set depends on the seed and the number of rows alone (stream "data.test").
Data load_data(const scenario::DataSection& section, const std::filesystem::path& folder, std::uint64_t seed,
               Diagnostics& diagnostics);

/// The training samples as data.batching shows them: inputs x size numbers, targets x size, and 1 while they are shown,
/// else 0 (and the inputs, too). Every sample comes once in each pass, in an order drawn for that pass (stream
/// "data.order"); batches may hold the end of one pass and the beginning of the next. Refers to the data.
std::unique_ptr<Presented> show_batches(const Data& data);

/// A table of numbers and words read from CSV text (RFC 4180 quotes, comma, blank lines skipped, # comments at the
/// top).
struct Csv {
  std::vector<std::string> header;  ///< empty where the file has none
  std::vector<std::vector<std::string>> rows;
  std::vector<int> lines;                 ///< line of each row
  std::vector<std::vector<int>> columns;  ///< where each cell of each row begins in its line, from 1
};
/// Every row must have as many cells as the first, header included; a row that has not is reported and left out.
/// Blanks around cells without quotes are dropped. @throws FileError if the file cannot be read.
Csv read_csv(const std::filesystem::path& path, bool header, Diagnostics& diagnostics);
/// A cell as a finite number; a fault names the line and column of the file.
bool csv_number(const Csv& csv, const std::filesystem::path& path, std::size_t row, std::size_t col, double& out,
                Diagnostics& diagnostics);
/// A file of numbers only, rows x columns. Nothing (0 x 0) if it had faults.
Matrix read_csv_matrix(const std::filesystem::path& path, bool header, Diagnostics& diagnostics);

}  // namespace neurode::network
