#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

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
};

/// A part of a variable: start and count along each dimension.
struct Slab {
  std::vector<std::size_t> start, count;
};

/// Reads a result file. @throws FileError for what is no HDF5 file, damaged, or not there.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& path);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// In order of creation.
  const std::vector<VariableInfo>& variables() const;
  const VariableInfo* find(const std::string& name) const;
  /// Row-major; the whole variable, or a slab of it. float32 and integers are converted.
  std::vector<double> read(const std::string& name) const;
  std::vector<double> read(const std::string& name, const Slab& slab) const;
  const Attributes& attributes() const;
  const Attribute* attribute(const std::string& name) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace neurode::record
