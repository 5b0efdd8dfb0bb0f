#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace neurode {

/// A number with a unit, as in "10 ms" or "0.3 mS/cm2".
struct Quantity {
  double value = 0;
  std::string unit;
};

/// Splits "10 ms" into number and unit text; nothing if it does not start with a number.
std::optional<Quantity> parse_quantity(std::string_view text);

/// Is this text a unit we know ("ms", "mS/cm2", "1/s", "" = dimensionless)?
bool is_known_unit(std::string_view unit);

/// Do both units measure the same thing? False if either is unknown.
bool same_dimension(std::string_view a, std::string_view b);

/// The factor f with 1 `from` = f `to`; nothing if either is unknown or they measure different things.
std::optional<double> conversion_factor(std::string_view from, std::string_view to);

/// The dimension in SI base units, for messages: "s", "kg m2 s-3 A-1", "1".
std::string dimension_text(std::string_view unit);

}  // namespace neurode
