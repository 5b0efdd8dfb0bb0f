#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "neurode/record/blocks.hpp"
#include "neurode/record/recorder.hpp"

namespace neurode::record {

struct VariableInfo {
  std::string name;
  std::vector<std::string> dimensions;  ///< names, time first where it has one
  std::vector<std::size_t> shape;
  Type type = Type::float64;
  std::string unit;
  std::string long_name;
  bool coordinate = false;  ///< a dimension's own labels or a time axis
  std::string axis;         ///< the time axis it is on (its own name for a time axis), or ""
  Attributes attributes;    ///< those beyond unit ("units") and long_name
};

/// Is another process writing this file? False where that cannot be told.
bool is_being_written(const std::filesystem::path& path);

/// Is the file one that neurode finished, and its bytes are not those that were written? A checksum behind the HDF5
/// library's end of the file tells; false where there is none: the run was killed, the file is larger than 1 GiB, or
/// another program has changed it on purpose.
bool is_damaged(const std::filesystem::path& path);

/// The checkpoint of a result file, as Recorder::checkpoint() was given it (parts joined); nothing where there is none.
/// @throws FileError as Reader
std::optional<std::vector<std::byte>> read_checkpoint(const std::filesystem::path& path);

/// Reads a result file, or what there is of one that is still being written (as of its last flush). Other netCDF-4
/// files open too; what is neither numbers nor text is left out.
/// @throws FileError for what is no HDF5 file, damaged, or not there; for variables that announce more numbers than the
/// file can hold. Damaged files crash HDF5 1.10 itself: so a child process reads the file first (all of its lists, and
/// numbers for a quarter of a second), and it is refused if that process dies or takes more than five seconds of the
/// processor.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& path);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// In order of creation.
  const std::vector<VariableInfo>& variables() const;
  const VariableInfo* find(const std::string& name) const;
  /// The time axes, in order of creation.
  std::vector<const VariableInfo*> axes() const;
  /// Row-major; the whole variable, or a slab of it. float32 and integers are converted.
  /// @throws std::invalid_argument for a name that is not there or a slab that does not lie within the variable.
  std::vector<double> read(const std::string& name) const;
  std::vector<double> read(const std::string& name, const Slab& slab) const;
  /// The same into `out`, which is resized: no allocation where it is large enough already.
  void read(const std::string& name, const Slab& slab, std::vector<double>& out) const;
  /// The same without the way through double, for variables of Type::int64.
  void read(const std::string& name, const Slab& slab, std::vector<std::int64_t>& out) const;
  /// Of the file, in order of creation.
  const Attributes& attributes() const;
  const Attribute* attribute(const std::string& name) const;

  const std::filesystem::path& path() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace neurode::record
