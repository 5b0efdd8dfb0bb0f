#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace neurode::record {

/// A dataset of numbers from any HDF5 file, row-major. Files are not trusted: see Reader.
struct Numbers {
  std::vector<std::size_t> shape;  ///< no entries: one number
  std::vector<double> values;
};

/// Is there a dataset of that name? @throws FileError if the file cannot be read
bool has_numbers(const std::filesystem::path& path, const std::string& dataset);

/// Reads a dataset ("weights", "group/weights"), integers converted.
/// @throws FileError if the file cannot be read, has no such dataset, or it does not hold numbers
Numbers read_numbers(const std::filesystem::path& path, const std::string& dataset);

/// A dataset that is read row by row: along its first dimension. The file stays open.
class NumbersReader {
 public:
  /// @throws FileError as read_numbers()
  NumbersReader(const std::filesystem::path& path, const std::string& dataset);
  ~NumbersReader();
  const std::vector<std::size_t>& shape() const { return shape_; }
  /// One row, row-major. @throws FileError if it cannot be read
  void read(std::size_t row, double* out);
  void read_all(double* out);

 private:
  struct Open;
  void open(const std::string& path, const std::string& dataset, std::uintmax_t file_bytes);
  void go_through();
  std::vector<std::size_t> shape_;
  std::unique_ptr<Open> open_;
};

}  // namespace neurode::record
