#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "neurode/record/sink.hpp"

namespace neurode::record {

struct FileOptions {
  bool overwrite = false;
  int gzip = 4;  ///< 0: no compression; else gzip level with the shuffle filter
  /// Aimed-at size of a chunk and of each variable's write buffer (at most 4 MB; a quarter of it where it is unknown
  /// how many points will come, no more than those where it is known).
  std::size_t chunk_bytes = 256 * 1024;
  double flush_seconds = 10;  ///< append() flushes where the last flush was that long ago; 0: it does not
  bool unpublished = false;   ///< under a hidden name until publish()
};

/// Writes a result: HDF5 that is valid netCDF-4 too. Memory is bounded by one chunk a variable (about chunk_bytes;
/// nothing where one point fills a chunk: such points go to the file as they come) plus at most 32 MB of HDF5's own
/// metadata; append() only copies until a chunk is full. The file gets its final name once all is declared; an older
/// one of that name is what it was up to then. It can be read after a crash at any moment up to the last flush(), or
/// the one the recorder makes itself every 256 chunks; other programs can read it while it is written, to the same
/// point, but not write it.
///
/// A chunk that a flush found half full stays uncompressed: flush every few seconds, not at every point.
///
/// float32 rounds to nearest, int64 to the nearest integer (not finite or too large: kMissingInteger). What is never
/// written reads as NaN or that value.
/// @throws FileError for everything the disk refuses (path, what it was doing, the library's reason). The recorder is
/// at its end then: the file stays as the last flush left it, append() and flush() throw the same error again, close()
/// only lets go. One recorder is for one thread at a time; different ones may be used by different threads.
class Recorder : public Sink {
 public:
  /// Creates the file with everything declared. @throws FileError if it exists and overwrite is false;
  /// std::invalid_argument for declarations that netCDF-4 cannot hold ("/" in a name, a name or a dimension used twice,
  /// an empty dimension).
  Recorder(const std::filesystem::path& path, std::vector<Dimension> dimensions, std::vector<TimeAxis> axes,
           std::vector<Variable> variables, Attributes global, const FileOptions& options);
  ~Recorder() override;
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  void append(int axis, double t, std::span<const std::span<const double>> values) override;
  /// A process killed in the middle of replacing numbers leaves a mixture.
  void write(const std::string& variable, std::span<const double> values) override;
  void attribute(const std::string& name, const Attribute& value) override;
  /// Everything appended so far is on its way to the disk and the file is consistent.
  void flush();
  /// What append() does by itself, for the time in which nothing is appended.
  void flush_if_due();
  /// Flushes, then keeps the parts, one behind the other, as the file's checkpoint, in the place of the one before the
  /// last: whenever this is cut short, the last one is there. Brought to the disk itself.
  void checkpoint(std::span<const std::span<const std::byte>> parts);
  /// Flushes and gives the file its final name, in the place of what has it.
  void publish();
  /// Points appended so far, of each time axis.
  void points(std::vector<std::uint64_t>& counts) const;
  /// Flushes and closes, with a last checkpoint where there are parts; further calls do nothing. The destructor does
  /// the same, without throwing.
  void close(std::span<const std::span<const std::byte>> last_checkpoint = {});
  /// Bytes of the file on disk after close().
  std::uintmax_t bytes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Would a file of that name be writable here? Checked without creating it under its final name.
/// @throws FileError with the reason if not, also if it exists and `overwrite` is false.
void check_writable(const std::filesystem::path& path, bool overwrite);

}  // namespace neurode::record
