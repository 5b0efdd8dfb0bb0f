#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace neurode::record {

/// A dataset of numbers from any HDF5 file, row-major.
struct Numbers {
  std::vector<std::size_t> shape;  ///< no entries: one number
  std::vector<double> values;
};

/// Is there a dataset of that name? @throws FileError if the file cannot be read
bool has_numbers(const std::filesystem::path& path, const std::string& dataset);

/// Reads a dataset ("weights", "group/weights"), integers converted.
/// @throws FileError if the file cannot be read, has no such dataset, or it does not hold numbers
Numbers read_numbers(const std::filesystem::path& path, const std::string& dataset);

}  // namespace neurode::record
