#pragma once

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

/// Scales the columns of `all` (samples x columns) by constants of the rows that are not `test`. `scale`: a factor,
/// "none", "zscore", "minmax", or null.
void scale_columns(const Value* scale, const std::vector<char>& test, Matrix& all);

}  // namespace neurode::network
