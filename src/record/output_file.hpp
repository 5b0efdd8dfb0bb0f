#pragma once

#include <cstdint>
#include <filesystem>

#include "record/hdf5.hpp"

namespace neurode::record {

/// An HDF5 file being written, with the properties that netCDF-4 asks for and those that let it survive a crash:
/// metadata reach the disk in flush() and close() alone (the cache is wide enough not to evict what is not flushed
/// yet), and only after the room for them was reserved; no consistency flags, no file locks.
class OutputFile {
 public:
  /// Creates it; an older file of that name is unlinked first, so that programs which have it open keep it.
  /// `metadata_bytes`: about how much the file's own structure will take at first.
  OutputFile(const std::filesystem::path& path, bool overwrite, std::size_t metadata_bytes);
  ~OutputFile() { abandon(); }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  const h5::Origin& origin() const { return origin_; }
  hid_t id() const { return file_; }
  bool is_open() const { return file_.valid(); }

  void flush();
  void close();
  /// Closes without another byte written: the file stays as the last flush left it. For use after a failure, when a
  /// regular close could leave half of the metadata.
  void abandon() noexcept;

 private:
  /// Has the file system reserve what flush() is going to need. @throws FileError if there is no room.
  void reserve();
  int descriptor() const;

  h5::Origin origin_;
  h5::Handle file_;
};

}  // namespace neurode::record
