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
///
/// Grammar: factors joined by a blank, `*`, `.` or `·` (product) or `/` (divides by the next factor alone),
/// parentheses; a factor is `1` or a unit with an SI prefix and a power: `cm2`, `cm^2`, `cm-2`, `cm²`, `ms^-0.5`
/// (multiples of 1/2). Names that are not our own ("inch", "eV", "degree_Fahrenheit") are looked up in udunits2, where
/// this build has it.
bool is_known_unit(std::string_view unit);

/// Do both units measure the same thing? False if either is unknown.
bool same_dimension(std::string_view a, std::string_view b);

/// The factor f with 1 `from` = f `to`; nothing if either is unknown, they measure different things or convert with an
/// offset.
std::optional<double> conversion_factor(std::string_view from, std::string_view to);

/// `value` in `from` expressed in `to`, rounded once where the units differ by powers of ten ("0.1 ms" is exactly the
/// double 0.0001 s); nothing if either is unknown or they measure different things. Temperatures that stand alone are
/// absolute and convert with their offset: 20 degC are 293.15 K.
std::optional<double> convert(double value, std::string_view from, std::string_view to);

/// Units without their prefixes, as messages list them: "s", "m", "g", ..., and whether udunits2 adds to them.
std::string known_units_text();

/// Was this built with udunits2?
bool have_udunits2();

/// The dimension in SI base units, for messages: "s", "kg m2 s-3 A-1", "1".
std::string dimension_text(std::string_view unit);

}  // namespace neurode
