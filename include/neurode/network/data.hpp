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

/// Samples that stay in their files and are read one by one.
class SampleStream {
 public:
  virtual ~SampleStream() = default;
  Index count = 0, inputs = 0, targets = 0;
  /// @throws FileError if it cannot be read (any more), or holds numbers that are not finite
  virtual void read(Index sample, double* inputs, double* targets) = 0;
};

/// Samples as columns; the steps of a sequence stand one after another in its column.
struct Samples {
  Matrix inputs;   ///< (inputs, steps) x samples
  Matrix targets;  ///< (outputs, steps) x samples; no rows where there are no targets; NaN: none at this step
  Index steps = 1;
  std::shared_ptr<SampleStream> stream =
      nullptr;  ///< has the samples where they stay in files; both matrices are empty

  Index count() const { return stream ? stream->count : inputs.cols(); }
  Index input_rows() const { return (stream ? stream->inputs : inputs.rows()) / steps; }
  Index target_rows() const { return (stream ? stream->targets : targets.rows()) / steps; }
};

/// Minibatches: which rows are shown when. Times in the scenario's unit.
struct Batching {
  Index size = 1;
  double start = 0, period = 1, window = 1;  ///< window <= period
  bool shuffled = true;
  std::uint64_t seed = 0;
};

/// How the steps of a sequence are shown, from when the sample is.
struct Sequence {
  double step = 1, gap = 0;  ///< each step for this time; then nothing for the gap
  bool repeat = true;        ///< and from the beginning again
};

/// Which training sample is shown from when on: one at a time.
struct Schedule {
  std::vector<double> times;  ///< ascending
  std::vector<Index> rows;    ///< -1: none
};

/// A data set, scaled and split. Scaling constants come from the training rows alone.
struct Data {
  Samples train, test;
  std::vector<std::string> classes = {};  ///< labels of a one-hot target, in order
  // How training samples are shown, where it is not all at once and all the time.
  std::optional<Batching> batching = {};
  std::optional<Sequence> sequence = {};
  std::optional<Schedule> schedule = {};
  double start = 0;     ///< of the run: the first step of sequences
  bool masked = false;  ///< there are steps without a target

  bool shown_in_time() const { return batching || sequence || schedule; }
  /// How many training samples are there side by side.
  Index columns() const { return schedule ? 1 : batching ? batching->size : train.count(); }
};

/// Reads [data]. Faults (file, cell, width) go to the diagnostics; then the result is empty.
///
/// Inputs are all columns but the last and the target is the last, unless the section says otherwise. `scale`: a
/// factor; "zscore": (x - mean) / std (with 1/n; a constant column becomes 0); "minmax": onto 0 ... 1. A random test
/// set depends on the seed and the number of rows alone (stream "data.test").
Data load_data(const scenario::DataSection& section, const ScenarioFolder& folder, std::uint64_t seed,
               Diagnostics& diagnostics);

/// The training samples as batching, sequence and schedule show them: inputs x columns numbers, targets x columns,
/// where data.masked 1 or 0 for each of these, and 1 while they are shown, else 0 (and the inputs, too). Every sample
/// comes once in each pass of batches, in an order drawn for that pass (stream "data.order"); batches may hold the end
/// of one pass and the beginning of the next. Sequences begin anew with each batch. Holds two batches, and 24 bytes a
/// training row where their order is drawn. Refers to the data.
std::unique_ptr<Presented> show_samples(const Data& data);

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
