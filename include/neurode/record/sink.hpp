#pragma once

#include <cstddef>
#include <cstdint>
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

inline constexpr std::int64_t kMissingInteger = -9223372036854775806;  ///< netCDF's NC_FILL_INT64
/// As Type::int64 has it: the nearest integer, or kMissingInteger.
std::int64_t to_integer(double x);

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
  std::size_t expected = 0;  ///< points that will come, about; 0: unknown
};

/// A variable. Its shape is (time, dimensions...) where it has an axis, else (dimensions...). Row-major, as HDF5 has
/// it.
struct Variable {
  std::string name;                     ///< "hidden.a", "input -> hidden.weights", "loss"
  std::vector<std::string> dimensions;  ///< without time; names of Dimensions
  int axis = -1;                        ///< index into the time axes; -1: written once
  Type type = Type::float64;
  std::string unit;
  std::string long_name;
  Attributes attributes;
};

/// Where the numbers of a run go: a file, or memory. All is declared before the first number comes.
class Sink {
 public:
  virtual ~Sink() = default;
  /// One more point on time axis `axis`: values[k] are the numbers of its k-th variable (in order of declaration),
  /// row-major over its dimensions.
  virtual void append(int axis, double t, std::span<const std::span<const double>> values) = 0;
  /// The numbers of a variable without axis. May be called again to replace them.
  virtual void write(const std::string& variable, std::span<const double> values) = 0;
  /// Sets (replaces) a global attribute. Text may be of any length.
  virtual void attribute(const std::string& name, const Attribute& value) = 0;
};

}  // namespace neurode::record
