#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "neurode/core/diagnostics.hpp"
#include "neurode/core/value.hpp"

namespace neurode {

/// What a parameter may hold.
enum class Kind {
  boolean,
  integer,
  number,  ///< a finite number, or a string "10 ms" where the parameter has a unit
  string,
  choice,      ///< one of `choices`
  path,        ///< a file, relative to the scenario's folder
  expression,  ///< equation text
  numbers,     ///< a list of finite numbers
  strings,     ///< a list of strings
  per_neuron,  ///< a number, a list of one a neuron, or a distribution { init = "normal", ... }
  table,       ///< any table; its owner checks what is in it
  any,         ///< its owner checks it
};

/// One parameter, declared once: validation, the JSON Schema, `neurode list`, help and error texts all read this.
struct ParameterSpec {
  std::string name;
  Kind kind = Kind::number;
  std::string help;                    ///< one line
  std::string unit;                    ///< "" where dimensionless
  std::optional<Value> default_value;  ///< none: required if `required`, otherwise absent unless given
  bool required = false;
  std::optional<double> min;
  std::optional<double> max;
  bool min_open = false;  ///< must be > min, not >= min
  bool max_open = false;
  std::vector<std::string> choices;

  /// What is allowed, as an error says it: "a number > 0, in s", "one of ...".
  std::string allowed() const;

  // Building, read left to right: ParameterSpec::number("tau", "time constant").in("s").above(0).standard(1.0)
  static ParameterSpec make(Kind kind, std::string name, std::string help);
  ParameterSpec in(std::string unit_name) &&;
  ParameterSpec above(double x) &&;     ///< > x
  ParameterSpec at_least(double x) &&;  ///< >= x
  ParameterSpec below(double x) &&;
  ParameterSpec at_most(double x) &&;
  ParameterSpec standard(double x) &&;
  ParameterSpec standard(std::int64_t x) &&;
  ParameterSpec standard(int x) &&;
  ParameterSpec standard(bool x) &&;
  ParameterSpec standard(const char* x) &&;
  ParameterSpec one_of(std::vector<std::string> names) &&;
  ParameterSpec needed() &&;  ///< required
};

using ParameterTable = std::vector<ParameterSpec>;

/// The checked values of one table, defaults filled in, numbers converted to the parameters' units.
class Parameters {
 public:
  bool has(const std::string& name) const { return values_.count(name) != 0; }
  /// The value; it must be there (has(), or a parameter with a default).
  const Value& at(const std::string& name) const;
  const Value* find(const std::string& name) const;
  double number(const std::string& name) const { return at(name).number(); }
  std::int64_t integer(const std::string& name) const { return at(name).integer(); }
  bool flag(const std::string& name) const { return at(name).boolean(); }
  const std::string& text(const std::string& name) const { return at(name).string(); }
  void set(const std::string& name, Value v) { values_[name] = std::move(v); }

 private:
  std::map<std::string, Value> values_;
};

/// Checks `table` (a table value, or none) against `specs`: unknown keys, missing ones, types, units, ranges, and
/// that numbers are finite. Every fault goes to `diagnostics`; what was good is returned. `owner` names the thing in
/// messages ("model \"leaky_rate\"").
Parameters read_parameters(const ParameterTable& specs, const Value& table, const std::string& owner,
                           Diagnostics& diagnostics);

/// Checks one value against its spec and returns it converted; nothing where it was faulty (reported).
std::optional<Value> check_value(const ParameterSpec& spec, const Value& value, Diagnostics& diagnostics);

}  // namespace neurode
