#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "neurode/record/sink.hpp"

namespace neurode::record {

/// A result in memory: its numbers as doubles; what `Variable::type` asks for is left to whoever reads it.
class Memory : public Sink {
 public:
  struct Series {
    Variable declared;
    std::vector<double> numbers;  ///< row-major, time first where it has an axis
  };
  struct Axis {
    TimeAxis declared;
    std::vector<double> times;
  };

  Memory() = default;
  Memory(std::vector<Dimension> dimensions, std::vector<TimeAxis> axes, std::vector<Variable> variables,
         Attributes global);

  void append(int axis, double t, std::span<const std::span<const double>> values) override;
  void write(const std::string& variable, std::span<const double> values) override;
  void attribute(const std::string& name, const Attribute& value) override;

  std::vector<Dimension> dimensions;
  std::vector<Axis> axes;
  std::vector<Series> variables;
  Attributes attributes;

 private:
  std::vector<std::vector<std::size_t>> of_axis_;  ///< its variables
};

/// The same as a file. @throws FileError
void write_file(const Memory& memory, const std::filesystem::path& file, bool overwrite);

}  // namespace neurode::record
