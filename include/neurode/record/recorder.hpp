#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace neurode::record {

/// An attribute of the file or of a variable.
using Attribute = std::variant<std::int64_t, double, std::string, std::vector<double>, std::vector<std::int64_t>>;
using Attributes = std::vector<std::pair<std::string, Attribute>>;

enum class Type { float64, float32, int64 };

/// A named dimension. Its coordinate variable holds `labels` (e.g. neuron numbers of a subset), or 0, 1, 2, ...
struct Dimension {
  std::string name;
  std::size_t size = 0;
  std::vector<std::int64_t> labels;  ///< empty: 0 ... size-1
};

/// A time axis that grows: its coordinate variable is called `name` ("time", "time_weights").
struct TimeAxis {
  std::string name = "time";
  std::string unit;
  std::string long_name = "simulated time";
};

/// A variable. Its shape is (time, dimensions...) where it has an axis, else (dimensions...). Row-major, as HDF5 has it.
struct Variable {
  std::string name;                      ///< "hidden.a", "input -> hidden.weights", "loss"
  std::vector<std::string> dimensions;   ///< without time; names of Dimensions
  int axis = -1;                         ///< index into the time axes; -1: written once
  Type type = Type::float64;
  std::string unit;
  std::string long_name;
  Attributes attributes;
};

struct FileOptions {
  bool overwrite = false;
  int gzip = 4;                          ///< 0: no compression; else gzip level with the shuffle filter
  std::size_t chunk_bytes = 256 * 1024;  ///< aimed-at size of a chunk and of each variable's write buffer
};

/// Writes a result: HDF5 that is valid netCDF-4 too. Memory is bounded by one chunk a variable; append() only copies until
/// a chunk is full. The file is written under its final name and can be read after a crash up to the last flush().
/// @throws FileError for everything the disk refuses (path, what it was doing, the library's reason).
class Recorder {
 public:
  /// Creates the file with everything declared. @throws FileError if it exists and overwrite is false.
  Recorder(const std::filesystem::path& path, std::vector<Dimension> dimensions, std::vector<TimeAxis> axes,
           std::vector<Variable> variables, Attributes global, const FileOptions& options);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// One more point on time axis `axis`: values[k] are the numbers of its k-th variable (in order of declaration),
  /// row-major over its dimensions.
  void append(int axis, double t, std::span<const std::span<const double>> values);
  /// The numbers of a variable without axis.
  void write(const std::string& variable, std::span<const double> values);
  /// Sets (replaces) a global attribute.
  void attribute(const std::string& name, const Attribute& value);
  /// Everything appended so far is on its way to the disk and the file is consistent.
  void flush();
  /// Flushes and closes; further calls do nothing. The destructor does the same, without throwing.
  void close();
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
