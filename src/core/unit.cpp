#include "neurode/core/unit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <utility>

#include "core/udunits.hpp"

namespace neurode {

namespace {

constexpr std::array<const char*, 7> kBase = {"kg", "m", "s", "A", "K", "mol", "degC"};
constexpr double kIcePoint = 273.15;  // kelvin at 0 degC

struct Symbol {
  std::string_view name;
  bool prefixed;
  double scale;
  int ten;
  std::array<int, 7> powers;
};

constexpr std::array kSymbols = {
    Symbol{"s", true, 1, 0, {0, 0, 1}},
    Symbol{"m", true, 1, 0, {0, 1}},
    Symbol{"g", true, 1, -3, {1}},
    Symbol{"A", true, 1, 0, {0, 0, 0, 1}},
    Symbol{"K", true, 1, 0, {0, 0, 0, 0, 1}},
    Symbol{"mol", true, 1, 0, {0, 0, 0, 0, 0, 1}},
    Symbol{"V", true, 1, 0, {1, 2, -3, -1}},
    Symbol{"S", true, 1, 0, {-1, -2, 3, 2}},
    Symbol{"F", true, 1, 0, {-1, -2, 4, 2}},
    Symbol{"Hz", true, 1, 0, {0, 0, -1}},
    Symbol{"ohm", true, 1, 0, {1, 2, -3, -2}},
    Symbol{"N", true, 1, 0, {1, 1, -2}},
    Symbol{"J", true, 1, 0, {1, 2, -2}},
    Symbol{"W", true, 1, 0, {1, 2, -3}},
    Symbol{"C", true, 1, 0, {0, 0, 1, 1}},
    Symbol{"Pa", true, 1, 0, {1, -1, -2}},
    Symbol{"H", true, 1, 0, {1, 2, -2, -2}},
    Symbol{"T", true, 1, 0, {1, 0, -2, -1}},
    Symbol{"M", true, 1, 3, {0, -3, 0, 0, 0, 1}},
    Symbol{"l", true, 1, -3, {0, 3}},
    Symbol{"L", true, 1, -3, {0, 3}},
    Symbol{"min", false, 60, 0, {0, 0, 1}},
    Symbol{"h", false, 3600, 0, {0, 0, 1}},
    Symbol{"d", false, 86400, 0, {0, 0, 1}},
    Symbol{"rad", true, 1, 0, {}},
    Symbol{"deg", false, std::numbers::pi / 180, 0, {}},
    Symbol{"degC", false, 1, 0, {0, 0, 0, 0, 0, 0, 1}},
    Symbol{"%", false, 1, -2, {}},
};

constexpr std::array kPrefixes = {
    std::pair{std::string_view{"da"}, 1},  std::pair{std::string_view{"y"}, -24}, std::pair{std::string_view{"z"}, -21},
    std::pair{std::string_view{"a"}, -18}, std::pair{std::string_view{"f"}, -15}, std::pair{std::string_view{"p"}, -12},
    std::pair{std::string_view{"n"}, -9},  std::pair{std::string_view{"u"}, -6},  std::pair{std::string_view{"m"}, -3},
    std::pair{std::string_view{"c"}, -2},  std::pair{std::string_view{"d"}, -1},  std::pair{std::string_view{"h"}, 2},
    std::pair{std::string_view{"k"}, 3},   std::pair{std::string_view{"M"}, 6},   std::pair{std::string_view{"G"}, 9},
    std::pair{std::string_view{"T"}, 12},  std::pair{std::string_view{"P"}, 15},  std::pair{std::string_view{"E"}, 18},
};

/// The letters beyond ASCII that people write in units, as ASCII.
std::string to_ascii(std::string_view text) {
  static constexpr std::array kSpelling = {
      std::pair{"µ", "u"}, std::pair{"μ", "u"},   std::pair{"Ω", "ohm"},    std::pair{"Ω", "ohm"},
      std::pair{"²", "2"}, std::pair{"³", "3"},   std::pair{"¹", "1"},      std::pair{"⁴", "4"},
      std::pair{"⁻", "-"}, std::pair{"−", "-"},   std::pair{"·", "*"},      std::pair{"⋅", "*"},
      std::pair{"×", "*"}, std::pair{"°", "deg"}, std::pair{"\u00a0", " "}, std::pair{"\u202f", " "},
  };
  std::string out;
  while (!text.empty()) {
    std::string_view rest = text.substr(1);
    std::string_view now = text.substr(0, 1);
    for (const auto& [from, to] : kSpelling) {
      if (text.starts_with(from)) {
        rest = text.substr(std::string_view(from).size());
        now = to;
        break;
      }
    }
    out += now;
    text = rest;
  }
  return out;
}

std::optional<Unit> named_unit(std::string_view name) {
  const auto make = [](const Symbol& s, int ten) {
    Unit u;
    u.scale = s.scale;
    u.tens = 2 * (s.ten + ten);
    for (std::size_t i = 0; i < u.halves.size(); ++i) u.halves[i] = 2 * s.powers[i];
    if (s.name == "degC") u.zero = kIcePoint;
    return u;
  };
  for (const auto& s : kSymbols) {
    if (s.name == name) return make(s, 0);
  }
  for (const auto& [prefix, ten] : kPrefixes) {
    if (!name.starts_with(prefix)) continue;
    for (const auto& s : kSymbols) {
      if (s.prefixed && s.name == name.substr(prefix.size())) return make(s, ten);
    }
  }
  return udunits_unit(std::string(name));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

class UnitParser {
 public:
  explicit UnitParser(std::string_view text) : text_(text) {}

  std::optional<Unit> whole() {
    skip_blanks();
    if (text_.empty()) return Unit{};
    auto u = product(0);
    return u && text_.empty() ? u : std::nullopt;
  }

 private:
  static constexpr int kMaxDepth = 20;

  void skip_blanks() {
    while (text_.starts_with(' ') || text_.starts_with('\t')) text_.remove_prefix(1);
  }
  bool accept(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }

  std::optional<Unit> product(int depth) {
    Unit out;
    for (bool first = true;; first = false) {
      const std::size_t before = text_.size();
      skip_blanks();
      if (!first && (text_.empty() || text_.front() == ')')) return out;
      const bool divide = accept('/');
      if (!divide && !first && !accept('*')) accept('.');
      skip_blanks();
      if (!first && text_.size() == before) return std::nullopt;  // "m2s": two factors want something between them
      auto u = factor(depth);
      if (u && divide) u = power(*u, -2);
      if (!u) return std::nullopt;
      out = times(out, *u);
    }
  }

  std::optional<Unit> factor(int depth) {
    std::optional<Unit> u;
    if (accept('(')) {
      if (depth >= kMaxDepth) return std::nullopt;
      u = product(depth + 1);
      if (!u || !accept(')')) return std::nullopt;
    } else if (accept('1')) {
      u = Unit{};
    } else {
      std::size_t n = 0;
      while (n < text_.size() && (is_letter(text_[n]) || text_[n] == '%' || text_[n] == '_')) ++n;
      u = named_unit(text_.substr(0, n));
      if (u) u->factors = {{std::string(text_.substr(0, n)), 2}};
      text_.remove_prefix(n);
    }
    if (!u) return std::nullopt;
    const bool marked = accept('^');
    if (text_.empty() || (text_.front() != '+' && text_.front() != '-' && !is_digit(text_.front()))) {
      return marked ? std::nullopt : u;
    }
    const auto half = power_halves();
    return half ? power(*u, *half) : std::nullopt;
  }

  /// Twice the power that stands here: "2", "-1", "+3", "0.5", "-1.5"; nothing for other fractions and beyond 12.
  std::optional<int> power_halves() {
    const bool minus = accept('-');
    if (!minus) accept('+');
    if (text_.empty() || !is_digit(text_.front())) return std::nullopt;
    int n = 0;
    while (!text_.empty() && is_digit(text_.front())) {
      n = 10 * n + (text_.front() - '0');
      if (n > 12) return std::nullopt;
      text_.remove_prefix(1);
    }
    n *= 2;
    if (text_.size() >= 2 && text_[0] == '.' && is_digit(text_[1])) {
      if (text_[1] != '0' && text_[1] != '5') return std::nullopt;
      if (text_.size() > 2 && is_digit(text_[2])) return std::nullopt;
      if (text_[1] == '5') ++n;
      text_.remove_prefix(2);
    }
    if (n == 0) return std::nullopt;
    return minus ? -n : n;
  }

  std::string_view text_;
};

}  // namespace

constexpr std::size_t kLongest = 1000;  // characters of a unit
constexpr int kHighest = 1000;          // power of one: ((m^12)^12)^12 ... would overflow

std::optional<Unit> parse_unit(std::string_view text) {
  if (text.size() > kLongest) return std::nullopt;
  const std::string ascii = to_ascii(text);
  return UnitParser(ascii).whole();
}

std::optional<Unit> power(const Unit& u, int half) {
  if (half == 2) return u;
  const auto high = [](int power) { return std::abs(power) > kHighest; };
  if (high(half) || high(u.tens) || std::any_of(u.halves.begin(), u.halves.end(), high)) return std::nullopt;
  if (std::any_of(u.factors.begin(), u.factors.end(), [&](const auto& f) { return high(f.second); })) {
    return std::nullopt;
  }
  Unit out;
  out.scale = std::pow(u.scale, 0.5 * half);
  out.tens = u.tens * half / 2;
  if (u.tens * half % 2 != 0) return std::nullopt;
  for (std::size_t i = 0; i < u.halves.size(); ++i) {
    if (u.halves[i] * half % 2 != 0) return std::nullopt;
    out.halves[i] = u.halves[i] * half / 2;
  }
  for (const auto& [name, h] : u.factors) {
    if (h * half % 2 != 0) return std::nullopt;
    if (half != 0) out.factors.emplace_back(name, h * half / 2);
  }
  return out;
}

Unit times(const Unit& a, const Unit& b) {
  if (a.factors.empty() && a.scale == 1 && a.tens == 0 && a.dimensionless()) return b;
  if (b.factors.empty() && b.scale == 1 && b.tens == 0 && b.dimensionless()) return a;
  Unit out = a;
  out.zero = 0;  // a temperature in a product is a difference of temperatures
  out.scale *= b.scale;
  out.tens += b.tens;
  for (std::size_t i = 0; i < out.halves.size(); ++i) out.halves[i] += b.halves[i];
  for (const auto& factor : b.factors) {
    const auto same = std::find_if(out.factors.begin(), out.factors.end(),
                                   [&](const auto& known) { return known.first == factor.first; });
    if (same == out.factors.end()) {
      out.factors.push_back(factor);
    } else if ((same->second += factor.second) == 0) {
      out.factors.erase(same);
    }
  }
  return out;
}

Unit over(const Unit& a, const Unit& b) { return times(a, *power(b, -2)); }

double rescale(double value, const Unit& from, const Unit& to) {
  if (from.scale != to.scale) value *= from.scale / to.scale;
  const int half_tens = from.tens - to.tens;
  const double tens = std::pow(10.0, std::abs(half_tens) / 2) * (half_tens % 2 != 0 ? std::sqrt(10.0) : 1.0);
  return half_tens >= 0 ? value * tens : value / tens;
}

bool same_unit(const Unit& a, const Unit& b) { return same_dimension(a, b) && std::abs(rescale(1, a, b) - 1) < 1e-12; }

/// Twice a power as unit texts have it: "", "2", "-1", "^0.5".
static std::string power_text(int half) {
  if (half == 2) return "";
  return half % 2 == 0 ? fmt::format("{}", half / 2) : fmt::format("^{}", 0.5 * half);
}

std::string dimension_text(const Unit& u) {
  std::string out;
  for (std::size_t i = 0; i < kBase.size(); ++i) {
    if (u.halves[i] == 0) continue;
    if (!out.empty()) out += ' ';
    out += kBase[i];
    if (u.halves[i] != 2) out += fmt::format("{}", 0.5 * u.halves[i]);
  }
  return out.empty() ? "1" : out;
}

std::string unit_text(const Unit& u) {
  std::string above, below;
  for (const auto& [name, half] : u.factors) {
    if (half > 0) above += (above.empty() ? "" : " ") + name + power_text(half);
    if (half < 0) below += "/" + name + power_text(-half);
  }
  return (above.empty() ? "1" : above) + below;
}

std::string own_units_text() {
  std::string out;
  for (const auto& s : kSymbols) {
    if (s.name != "L") out += fmt::format("{}{}", out.empty() ? "" : ", ", s.name);
  }
  return out;
}

}  // namespace neurode
