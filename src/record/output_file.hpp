#pragma once

#include <cstdint>
#include <filesystem>

#include "record/file_driver.hpp"
#include "record/hdf5.hpp"

namespace neurode::record {

/// An HDF5 file being written, with the properties that netCDF-4 asks for and those that let it survive a crash: its
/// structure reaches the disk in flush() and close() alone, whole or not at all (file_driver.hpp).
class OutputFile {
 public:
  /// Creates it, beside the final name until publish(): an older file of that name stays what it is, and programs
  /// which have it open keep it. `metadata_bytes`: about how much the file's own structure will take at first.
  /// @throws FileError, also where another process writes the older file
  OutputFile(const std::filesystem::path& path, bool overwrite, std::size_t metadata_bytes);
  /// Without publish() nothing is left of it.
  ~OutputFile() { abandon(); }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  const h5::Origin& origin() const { return origin_; }
  hid_t id() const { return file_; }

  /// From now on it has its final name.
  void publish();
  /// `surely`: whoever reads.
  void flush(bool surely = false);
  /// What is flushed is on the disk itself.
  void synchronise() { h5::synchronise(origin_, file_); }
  void close();
  /// In the file now.
  std::uintmax_t bytes() const { return h5::bytes_in(file_); }
  /// Closes without another byte written: the file stays as the last flush left it.
  void abandon() noexcept;

 private:
  h5::Origin origin_;
  std::filesystem::path target_, hidden_;  ///< hidden_: where it is until publish(); empty afterwards
  int older_ = -1;                         ///< descriptor that keeps others from writing the older file
  h5::Handle file_;
};

}  // namespace neurode::record
