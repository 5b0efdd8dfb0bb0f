#include "neurode/core/parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "neurode/core/units.hpp"

namespace neurode {

ParameterSpec ParameterSpec::make(Kind kind, std::string name, std::string help) {
  ParameterSpec s;
  s.kind = kind;
  s.name = std::move(name);
  s.help = std::move(help);
  return s;
}

ParameterSpec ParameterSpec::in(std::string unit_name) && {
  unit = std::move(unit_name);
  return std::move(*this);
}

ParameterSpec ParameterSpec::above(double x) && {
  min = x;
  min_open = true;
  return std::move(*this);
}

ParameterSpec ParameterSpec::at_least(double x) && {
  min = x;
  min_open = false;
  return std::move(*this);
}

ParameterSpec ParameterSpec::below(double x) && {
  max = x;
  max_open = true;
  return std::move(*this);
}

ParameterSpec ParameterSpec::at_most(double x) && {
  max = x;
  max_open = false;
  return std::move(*this);
}

template <class T>
static ParameterSpec with_default(ParameterSpec&& spec, T x) {
  Value v;
  v.data = std::move(x);
  v.key = spec.name;
  spec.default_value = std::move(v);
  return std::move(spec);
}

ParameterSpec ParameterSpec::standard(double x) && { return with_default(std::move(*this), x); }
ParameterSpec ParameterSpec::standard(std::int64_t x) && { return with_default(std::move(*this), x); }
ParameterSpec ParameterSpec::standard(int x) && { return with_default(std::move(*this), std::int64_t{x}); }
ParameterSpec ParameterSpec::standard(bool x) && { return with_default(std::move(*this), x); }
ParameterSpec ParameterSpec::standard(const char* x) && { return with_default(std::move(*this), std::string(x)); }

ParameterSpec ParameterSpec::one_of(std::vector<std::string> names) && {
  choices = std::move(names);
  return std::move(*this);
}

ParameterSpec ParameterSpec::needed() && {
  required = true;
  return std::move(*this);
}

/// A bound as people write it: 1 rather than 1.0.
static std::string bound_text(double x) { return fmt::format("{}", x); }

/// " > 0 and <= 1", or "".
static std::string range_text(const ParameterSpec& s) {
  if (s.min && s.max && *s.min == *s.max) return " equal to " + bound_text(*s.min);
  std::string out;
  if (s.min) out += fmt::format(" {} {}", s.min_open ? ">" : ">=", bound_text(*s.min));
  if (s.max) out += fmt::format("{} {} {}", s.min ? " and" : "", s.max_open ? "<" : "<=", bound_text(*s.max));
  return out;
}

/// `"a", "b" or "c"`.
static std::string or_list(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += i + 1 == names.size() ? " or " : ", ";
    out += '"' + names[i] + '"';
  }
  return out;
}

std::string ParameterSpec::allowed() const {
  const std::string unit_text = unit.empty() ? "" : fmt::format(", in {}", unit);
  switch (kind) {
    case Kind::boolean:
      return "true or false";
    case Kind::integer:
      return "an integer" + range_text(*this) + unit_text;
    case Kind::number:
      return "a number" + range_text(*this) + unit_text;
    case Kind::string:
      return "a string";
    case Kind::choice:
      return or_list(choices);
    case Kind::path:
      return "the path of a file, as a string";
    case Kind::expression:
      return "an expression, as a string";
    case Kind::numbers:
      return "a list of numbers" + range_text(*this) + unit_text;
    case Kind::strings:
      return "a list of strings";
    case Kind::per_neuron:
      return "a number" + range_text(*this) + unit_text + ", a list of one a neuron, or { init = ..., ... }";
    case Kind::table:
      return "a table";
    case Kind::any:
      return help.empty() ? "any value" : help;
  }
  return "";
}

const Value* Parameters::find(const std::string& name) const {
  const auto i = values_.find(name);
  return i == values_.end() ? nullptr : &i->second;
}

const Value& Parameters::at(const std::string& name) const {
  if (const Value* v = find(name)) return *v;
  throw std::logic_error("parameter \"" + name + "\" was never declared or has no value");
}

namespace {

/// Checks one value; every fault goes to `diagnostics` with the place of the (element of the) value.
class Checker {
 public:
  Checker(const ParameterSpec& spec, Diagnostics& diagnostics) : spec_(spec), diagnostics_(diagnostics) {}

  std::optional<Value> check(const Value& v) {
    switch (spec_.kind) {
      case Kind::boolean:
        return v.is_bool() ? std::optional(v) : wrong(v, "must be true or false");
      case Kind::integer:
        return integer(v);
      case Kind::number:
        return number(v);
      case Kind::string:
        return v.is_string() ? std::optional(v) : wrong(v, "must be a string");
      case Kind::choice:
        return choice(v);
      case Kind::path:
        if (!v.is_string()) return wrong(v, "must be a string");
        return v.string().empty() ? wrong(v, "must not be empty") : std::optional(v);
      case Kind::expression:
        return expression(v);
      case Kind::numbers:
        return v.is_list() ? number_list(v) : wrong(v, "must be a list of numbers");
      case Kind::strings:
        return strings(v);
      case Kind::per_neuron:
        return per_neuron(v);
      case Kind::table:
        return v.is_table() ? std::optional(v) : wrong(v, "must be a table");
      case Kind::any:
        return v;
    }
    return std::nullopt;
  }

 private:
  std::optional<Value> wrong(const Value& v, std::string problem) {
    const std::string key = v.key.empty() ? spec_.name : v.key;
    diagnostics_.add({v.where, key, std::move(problem), v.describe(), spec_.allowed(), ""});
    return std::nullopt;
  }

  std::optional<Value> in_range(const Value& as_written, Value v) {
    const double x = v.number();
    if (!std::isfinite(x)) return wrong(as_written, "must be finite");
    const bool one_value = spec_.min && spec_.max && *spec_.min == *spec_.max;
    if (one_value && x != *spec_.min) return wrong(as_written, "must be " + bound_text(*spec_.min));
    const bool low = spec_.min && (spec_.min_open ? !(x > *spec_.min) : !(x >= *spec_.min));
    const bool high = spec_.max && (spec_.max_open ? !(x < *spec_.max) : !(x <= *spec_.max));
    if (low)
      return wrong(as_written, fmt::format("must be {} {}", spec_.min_open ? ">" : ">=", bound_text(*spec_.min)));
    if (high)
      return wrong(as_written, fmt::format("must be {} {}", spec_.max_open ? "<" : "<=", bound_text(*spec_.max)));
    return v;
  }

  std::optional<Value> integer(const Value& v) {
    if (!v.is_number()) return wrong(v, "must be an integer");
    if (v.is_integer()) return in_range(v, v);
    const double x = v.number();
    if (!std::isfinite(x)) return wrong(v, "must be finite");
    if (x != std::floor(x) || std::abs(x) > 0x1p53) return wrong(v, "must be an integer");  // 1e6 is one
    Value out = v;
    out.data = static_cast<std::int64_t>(x);
    return in_range(v, std::move(out));
  }

  std::optional<Value> number(const Value& v) {
    Value out = v;
    if (v.is_number()) {
      out.data = v.number();
      return in_range(v, std::move(out));
    }
    if (!v.is_string()) return wrong(v, "must be a number");
    const auto q = parse_quantity(v.string());
    if (!q) return wrong(v, "must be a number");
    if (q->unit.empty()) {
      return wrong(v, spec_.unit.empty() ? "must be a number, not a string"
                                         : fmt::format("has no unit where {} is wanted", spec_.unit));
    }
    if (!is_known_unit(q->unit)) {
      diagnostics_.add({v.where, v.key.empty() ? spec_.name : v.key, fmt::format("unknown unit \"{}\"", q->unit),
                        v.describe(), spec_.allowed() + "; known units: " + known_units_text(), ""});
      return std::nullopt;
    }
    const auto x = convert(q->value, q->unit, spec_.unit);
    if (!x) {
      const std::string wanted_dimension = dimension_text(spec_.unit);
      std::string wanted = spec_.unit.empty() ? "a number without a unit" : spec_.unit;
      if (!spec_.unit.empty() && wanted != wanted_dimension) wanted += fmt::format(" ({})", wanted_dimension);
      return wrong(v, fmt::format("has the unit {} ({}) where {} is wanted", q->unit, dimension_text(q->unit), wanted));
    }
    out.data = *x;
    return in_range(v, std::move(out));
  }

  std::optional<Value> choice(const Value& v) {
    if (!v.is_string()) return wrong(v, "must be a string");
    if (std::find(spec_.choices.begin(), spec_.choices.end(), v.string()) != spec_.choices.end()) return v;
    const std::string key = v.key.empty() ? spec_.name : v.key;
    diagnostics_.add({v.where, key, "is none of the names allowed", v.to_toml(60), spec_.allowed(),
                      nearest_name(v.string(), spec_.choices)});
    return std::nullopt;
  }

  std::optional<Value> expression(const Value& v) {
    if (v.is_string()) return v;
    if (!v.is_number()) return wrong(v, "must be an expression");
    Value out = v;
    out.data = v.to_toml();
    return out;
  }

  std::optional<Value> number_list(const Value& v) {
    Value out = v;
    bool good = true;
    for (auto& element : out.list()) {
      auto x = number(element);
      if (x) {
        element = std::move(*x);
      } else {
        good = false;
      }
    }
    return good ? std::optional(std::move(out)) : std::nullopt;
  }

  std::optional<Value> strings(const Value& v) {
    if (!v.is_list()) return wrong(v, "must be a list of strings");
    bool good = true;
    for (const auto& element : v.list()) {
      if (!element.is_string()) {
        wrong(element, "must be a string");
        good = false;
      }
    }
    return good ? std::optional(v) : std::nullopt;
  }

  std::optional<Value> per_neuron(const Value& v) {
    if (v.is_list()) return number_list(v);
    if (!v.is_table()) return number(v);
    const Value* init = v.find("init");
    if (init == nullptr) return wrong(v, "lacks the key \"init\", the name of a distribution");
    return v;
  }

  const ParameterSpec& spec_;
  Diagnostics& diagnostics_;
};

std::vector<std::string> names_of(const ParameterTable& specs) {
  std::vector<std::string> names;
  for (const auto& s : specs) names.push_back(s.name);
  return names;
}

}  // namespace

std::optional<Value> check_value(const ParameterSpec& spec, const Value& value, Diagnostics& diagnostics) {
  return Checker(spec, diagnostics).check(value);
}

Parameters read_parameters(const ParameterTable& specs, const Value& table, const std::string& owner,
                           Diagnostics& diagnostics) {
  Parameters out;
  if (!table.is_none() && !table.is_table()) {
    diagnostics.add({table.where, table.key, "must be a table", table.describe(), "a table of " + owner, ""});
    return out;
  }
  const auto names = names_of(specs);
  if (table.is_table()) {
    for (const auto& [name, v] : table.table()) {
      if (std::find(names.begin(), names.end(), name) != names.end()) continue;
      diagnostics.add({v.key_where, v.key.empty() ? name : v.key, "is no key of " + owner, "",
                       names.empty() ? "no keys here" : quoted_list(names), nearest_name(name, names)});
    }
  }
  for (const auto& spec : specs) {
    if (const Value* given = table.find(spec.name)) {
      if (given->is_none()) continue;  // refused by the reader already
      if (auto v = check_value(spec, *given, diagnostics)) out.set(spec.name, std::move(*v));
    } else if (spec.default_value) {
      out.set(spec.name, *spec.default_value);
    } else if (spec.required) {
      diagnostics.add({table.where, table.key, fmt::format("lacks the key \"{}\"", spec.name), "",
                       fmt::format("{} = {}", spec.name, spec.allowed()), ""});
    }
  }
  return out;
}

}  // namespace neurode
