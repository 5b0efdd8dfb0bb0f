#include "neurode/core/units.hpp"

#include <charconv>

#include "neurode/core/unit.hpp"

namespace neurode {

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<Quantity> parse_quantity(std::string_view text) {
  const auto trim = [](std::string_view s) {
    while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
    while (!s.empty() && (s.back() == ' ' || s.back() == '\t')) s.remove_suffix(1);
    return s;
  };
  text = trim(text);
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || (!is_digit(digits.front()) && digits.front() != '.')) return std::nullopt;  // no "inf", "nan"
  Quantity q;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), q.value);
  if (fault != std::errc{}) return std::nullopt;
  q.unit = trim(text.substr(static_cast<std::size_t>(end - text.data())));
  return q;
}

bool is_known_unit(std::string_view unit) { return parse_unit(unit).has_value(); }

bool same_dimension(std::string_view a, std::string_view b) {
  const auto ua = parse_unit(a), ub = parse_unit(b);
  return ua && ub && same_dimension(*ua, *ub);
}

/// Is it a temperature, to the power 1?
static bool is_temperature(const Unit& u) {
  return u.halves == std::array<int, 7>{0, 0, 0, 0, 2} || (u.halves[6] != 0 && u.zero != 0);
}

std::optional<double> convert(double value, std::string_view from, std::string_view to) {
  const auto a = parse_unit(from), b = parse_unit(to);
  if (!a || !b) return std::nullopt;
  if (a->zero != b->zero) {  // 0 degC is 273.15 K
    if (!is_temperature(*a) || !is_temperature(*b)) return std::nullopt;
    return rescale(value, *a, *b) + rescale(a->zero - b->zero, Unit{}, *b);
  }
  if (!same_dimension(*a, *b)) return std::nullopt;
  return rescale(value, *a, *b);
}

std::optional<double> conversion_factor(std::string_view from, std::string_view to) {
  const auto a = parse_unit(from), b = parse_unit(to);
  if (!a || !b || !same_dimension(*a, *b) || a->zero != b->zero) return std::nullopt;
  return rescale(1, *a, *b);
}

std::string known_units_text() {
  const char* end = have_udunits2() ? " and the names of udunits2, with SI prefixes, products and powers"
                                    : ", with SI prefixes, products and powers (this build lacks udunits2)";
  return own_units_text() + end;
}

std::string dimension_text(std::string_view unit) {
  const auto u = parse_unit(unit);
  return u ? dimension_text(*u) : "unknown";
}

}  // namespace neurode
