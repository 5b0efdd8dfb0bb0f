#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace neurode {

/// A unit taken apart, for arithmetic: scale * 10^(tens/2) times base units to the powers halves[i]/2. Powers of ten
/// are kept apart so that they stay exact.
///
/// Base units are kg, m, s, A, K, mol and degC. degC stands for itself: a temperature in degC does not convert by a
/// factor, so that it neither adds to kelvins nor multiplies anything as one.
struct Unit {
  double scale = 1;
  int tens = 0;
  std::array<int, 7> halves{};
  double zero = 0;  ///< kelvin at 0 of a temperature scale that stands alone (degC: 273.15)
  std::vector<std::pair<std::string, int>> factors;  ///< as it was spelled: { "uA", 2 }, { "cm", -4 }: powers in halves

  bool dimensionless() const { return halves == std::array<int, 7>{}; }
};

/// Reads a unit; grammar at is_known_unit() in units.hpp. Nothing where it is unknown.
std::optional<Unit> parse_unit(std::string_view text);

Unit times(const Unit& a, const Unit& b);
/// u to the power half/2; nothing where that leaves quarters.
std::optional<Unit> power(const Unit& u, int half);
Unit over(const Unit& a, const Unit& b);

inline bool same_dimension(const Unit& a, const Unit& b) { return a.halves == b.halves; }
/// `value` in `from` expressed in `to`, where both have the same dimension; rounded once where they differ by powers of
/// ten. Zeros of temperature scales are left out.
double rescale(double value, const Unit& from, const Unit& to);
/// Same dimension and same size, up to rounding.
bool same_unit(const Unit& a, const Unit& b);

/// In SI base units: "s", "kg m2 s-3 A-1", "1".
std::string dimension_text(const Unit& u);
/// As its factors were spelled: "mV", "uA/cm2", "mV/ms^0.5", "1"; reading it again gives the same unit.
std::string unit_text(const Unit& u);

/// The names parse_unit() knows by itself, for messages.
std::string own_units_text();

}  // namespace neurode
