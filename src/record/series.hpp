#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "neurode/record/recorder.hpp"
#include "record/hdf5.hpp"

namespace neurode::record {

/// How a variable's numbers lie in the file.
struct Storage {
  Type type = Type::float64;
  std::vector<std::size_t> chunk;  ///< along each dimension, time first; empty: contiguous
  int gzip = 0;

  std::size_t element_bytes() const { return type == Type::float32 ? 4 : 8; }
  hid_t native_type() const;
};

/// The chunk of a variable of shape (time, shape...): as many points in time as make about `chunk_bytes`, at least one;
/// a point of more than 4 MB is split so that a chunk is not larger than that. `axis` null: no time dimension.
Storage plan_storage(Type type, const std::vector<std::size_t>& shape, const TimeAxis* axis,
                     const FileOptions& options);

/// Creates the dataset `name`: filled with NaN (int64: the missing value of netCDF) until written, order of attributes
/// kept, chunk cache off (Series buffers).
h5::Handle create_dataset(const h5::Origin& origin, hid_t file, const std::string& name,
                          const std::vector<std::size_t>& shape, bool growing, const Storage& storage);

/// Writes the numbers of a dataset that does not grow, converted block by block.
void write_all(const h5::Origin& origin, hid_t dataset, const std::string& name, const std::vector<std::size_t>& shape,
               const Storage& storage, std::span<const double> values);

/// A dataset that grows along its first dimension, behind a buffer of one chunk (none where a chunk holds one point or
/// less: those points go to the file as they come).
///
/// What is in the file after a flush is not moved or overwritten with other numbers: a chunk that is flushed before it
/// is full is stored uncompressed, and only ever completed in place. A process killed at any later moment leaves what
/// was flushed.
class Series {
 public:
  Series(const h5::Origin& origin, h5::Handle dataset, std::string name, std::vector<std::size_t> shape,
         Storage storage);

  std::size_t point_size() const { return point_size_; }
  hid_t dataset() const { return dataset_; }
  const std::string& name() const { return name_; }
  std::uint64_t points() const { return written_ + filled_; }

  /// One more point. Returns true where a chunk went to the file.
  bool append(std::span<const double> values);
  /// Writes what the buffer holds, and keeps it there to be completed.
  void flush();
  /// Writes what the buffer holds, compressed where no flush has had it before, and empties it.
  void finish();
  void close() { dataset_.reset(); }

 private:
  void grow_to(std::uint64_t points);
  void write_buffer_raw();
  void write_buffer_filtered();
  void write_point(std::span<const double> values);

  const h5::Origin& origin_;
  h5::Handle dataset_;
  std::string name_;
  std::vector<std::size_t> shape_;  ///< of one point
  Storage storage_;
  std::size_t point_size_ = 1;
  std::size_t points_per_chunk_ = 1;
  std::vector<std::byte> buffer_;
  std::uint64_t written_ = 0;  ///< points in complete chunks
  std::size_t filled_ = 0;     ///< points in the buffer
  std::size_t flushed_ = 0;    ///< of these, in the file
};

}  // namespace neurode::record
