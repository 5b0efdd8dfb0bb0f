#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "neurode/core/diagnostics.hpp"
#include "neurode/core/scenario_folder.hpp"
#include "neurode/core/value.hpp"
#include "neurode/dynamics/layout.hpp"

namespace neurode::network {

/// A file of numbers that is read row by row; a row of three dimensions is all of its steps one after another.
class RowFile {
 public:
  virtual ~RowFile() = default;
  Index rows = 0, cols = 0;  ///< cols: of all steps together
  Index steps = 0;           ///< 0: the file has one or two dimensions
  /// cols numbers. @throws FileError if they cannot be read (any more)
  virtual void read(Index row, double* out) = 0;
  /// All rows, one after another.
  virtual void read_all(double* out) {
    for (Index i = 0; i < rows; ++i) read(i, out + i * cols);
  }
  /// A row's numbers stand together in the file.
  virtual bool row_by_row() const { return true; }
};

/// A NumPy file (.npy: real numbers, integers or truth values, one to three dimensions, either order, little-endian),
/// one sample a row; a list is one column. Its size is held against what its header announces.
/// @throws FileError if it cannot be read or is no such file
/// @par Source  NEP 1, "A Simple File Format for NumPy Arrays"; numpy.lib.format
std::unique_ptr<RowFile> open_npy(const std::filesystem::path& path);
/// All of it; two dimensions at most.
Matrix read_npy(const std::filesystem::path& path);

/// Opens what { path = "FILE.npy" } or { path = "FILE.h5", dataset = "NAME" } names; null if it had faults (reported).
std::unique_ptr<RowFile> open_matrix_file(const Value& source, const ScenarioFolder& folder, Diagnostics& diagnostics);
/// All of it: finite numbers (or NaN where that is allowed), one sample a row. `steps` (may be null: two dimensions at
/// most) gets the steps of a file of three dimensions, or 0. Faults are reported; the result is then empty.
Matrix read_matrix_file(const Value& source, const ScenarioFolder& folder, Diagnostics& diagnostics,
                        Index* steps = nullptr, bool nan_allowed = false);

/// The numbers that a key names by itself, a NumPy file or an array; nothing: it is neither, so a CSV file. Empty where
/// there were faults (reported).
std::optional<Matrix> numbers_named(const Value& path, const ScenarioFolder& folder, Diagnostics& diagnostics);

}  // namespace neurode::network
