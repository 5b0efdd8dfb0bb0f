#pragma once

#include <filesystem>
#include <string>

#include "neurode/core/diagnostics.hpp"
#include "neurode/core/value.hpp"
#include "neurode/dynamics/layout.hpp"

namespace neurode::network {

/// A matrix from a NumPy file (.npy: real numbers, integers or truth values, one or two dimensions, either order,
/// little-endian), one sample a row; a list is one column.
/// @throws FileError if it cannot be read or is no such file
/// @par Source  NEP 1, "A Simple File Format for NumPy Arrays"; numpy.lib.format
Matrix read_npy(const std::filesystem::path& path);

/// What { path = "FILE.npy" } or { path = "FILE.h5", dataset = "NAME" } names: finite numbers, one sample a row. Faults
/// are reported; the result is then empty.
Matrix read_matrix_file(const Value& source, const std::filesystem::path& folder, Diagnostics& diagnostics);

}  // namespace neurode::network
