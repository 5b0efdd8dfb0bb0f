#pragma once

#include <functional>
#include <string>
#include <vector>

#include "neurode/network/data.hpp"

namespace neurode::network {

/// Columns of a file that [data] takes as inputs and targets.
struct Columns {
  std::vector<std::size_t> inputs, targets;
};
Columns choose_columns(const Csv& csv, const Value& file, const Parameters& settings, Diagnostics& diagnostics);

/// One-hot rows (samples x classes) of the labels in a column. `classes`: as the section lists them, else sorted.
Matrix one_hot(const Csv& csv, const std::filesystem::path& path, std::size_t column, const Parameters& settings,
               std::vector<std::string>& classes, Diagnostics& diagnostics);

/// Which rows are kept out of training, by the section's `test`.
std::vector<char> test_rows(std::size_t rows, const scenario::DataSection& section, std::uint64_t seed,
                            Diagnostics& diagnostics);

/// Reports inputs and targets of files of three dimensions (0: two) that differ in steps.
void agree_on_steps(const scenario::DataSection& section, Index inputs, Index targets, Diagnostics& diagnostics);
/// How many steps a row has, of `inputs` and `targets` numbers: 1 without `sequence`.
Index steps_of(const scenario::DataSection& section, Index in_file, Index inputs, Index targets,
               Diagnostics& diagnostics);

/// (x - origin) / width, or x * factor, a column at a time.
struct Scaling {
  double factor = 1;
  Vector origin, width;  ///< of each column, or empty: the factor
  double of(double x, Index column) const {
    return origin.size() == 0 ? x * factor : (x - origin[column % origin.size()]) / width[column % origin.size()];
  }
};

/// The constants of `scale` (a factor, "none", "zscore", "minmax", or null) from `rows` rows, `row(i)` giving numbers
/// of the i-th. Those of `columns` numbers a row repeat after `period` of them: steps of a sequence share their scale.
/// Goes through the rows once, and for "zscore" twice.
Scaling scaling_of(const Value* scale, Index rows, Index columns, Index period,
                   const std::function<const double*(Index)>& row);

/// [data] whose rows stay in their files.
Data stream_data(const scenario::DataSection& section, const ScenarioFolder& folder, std::uint64_t seed,
                 Diagnostics& diagnostics);

}  // namespace neurode::network
