#include <fmt/format.h>

#include "network/data/csv_source.hpp"
#include "network/data/matrix_file.hpp"
#include "network/stimuli/stimuli.hpp"

namespace neurode::network {

namespace {

/// Rows of time and values, from a CSV file with a header, a NumPy file or an array.
struct Rows {
  Matrix numbers;
  std::vector<int> lines;  ///< in a CSV file
};

std::optional<Rows> rows_of(const Value& path, const ScenarioFolder& folder, Diagnostics& diagnostics) {
  const std::size_t faults = diagnostics.size();
  Rows out;
  if (auto named = numbers_named(path, folder, diagnostics)) {
    out.numbers = std::move(*named);
    return diagnostics.size() > faults ? std::nullopt : std::optional(std::move(out));
  }
  const auto csv = read_csv_from(path, folder, true, diagnostics);
  if (!csv || diagnostics.size() > faults) return std::nullopt;
  const std::string file = folder.told(path);
  if (csv->rows.empty()) {
    diagnostics.add({{file, 0, 0}, path.key, "the file has no rows", "", "one row a time, below the header", ""});
    return std::nullopt;
  }
  out.numbers.resize(static_cast<Index>(csv->rows.size()), static_cast<Index>(csv->header.size()));
  out.lines = csv->lines;
  for (std::size_t i = 0; i < csv->rows.size() && diagnostics.size() - faults < kMostCellFaults; ++i) {
    for (std::size_t j = 0; j < csv->header.size(); ++j) {
      csv_number(*csv, file, i, j, out.numbers(static_cast<Index>(i), static_cast<Index>(j)), diagnostics);
    }
  }
  return diagnostics.size() > faults ? std::nullopt : std::optional(std::move(out));
}

}  // namespace

std::shared_ptr<const TimeTable> read_time_table(const Value& path, const ScenarioFolder& folder, Index neurons,
                                                 bool linear, Diagnostics& diagnostics) {
  const auto rows = rows_of(path, folder, diagnostics);
  if (!rows) return nullptr;
  const auto fault = [&](Index row, std::string problem, std::string found, std::string allowed) {
    const int line = row >= 0 && !rows->lines.empty() ? rows->lines[static_cast<std::size_t>(row)] : 0;
    diagnostics.add(
        {{folder.told(path), line, 0}, path.key, std::move(problem), std::move(found), std::move(allowed), ""});
  };
  const std::size_t faults = diagnostics.size();
  const Index columns = rows->numbers.cols() - 1;
  if (columns != 1 && columns != neurons) {
    fault(
        -1, "has the wrong number of columns", fmt::format("{} after the time", columns),
        neurons == 1 ? "the time, then 1 column" : fmt::format("the time, then 1 column or {}, one a neuron", neurons));
    return nullptr;
  }
  auto table = std::make_shared<TimeTable>();
  table->linear = linear;
  table->values = rows->numbers.rightCols(columns).transpose();
  for (Index i = 0; i < rows->numbers.rows() && diagnostics.size() - faults < kMostCellFaults; ++i) {
    const double t = rows->numbers(i, 0), before = i > 0 ? rows->numbers(i - 1, 0) : t;
    // Two equal times are a jump; only a line between knots needs that.
    if (t < before || (i > 0 && t == before && !linear)) {
      fault(i, "times must ascend", fmt::format("{} after {}", t, before), fmt::format("a time > {}", before));
    }
    table->times.push_back(t);
  }
  return diagnostics.size() > faults ? nullptr : table;
}

/// Where it jumps is written in its table.
static std::vector<double> breakpoints(const Parameters&, double, double) { return {}; }

StimulusEntry piecewise_stimulus() {
  return {
      {"piecewise",
       "values at given times, from a file: time, then one column or one a neuron",
       {ParameterSpec::make(Kind::path, "path", "a CSV file with a header, or a NumPy file, relative to the scenario")
            .needed(),
        ParameterSpec::make(Kind::choice, "interpolation", "between times: the value before, or a straight line")
            .one_of({"previous", "linear"})
            .standard("previous")},
       "",
       ""},
      "",
      breakpoints,
      true};
}

}  // namespace neurode::network
