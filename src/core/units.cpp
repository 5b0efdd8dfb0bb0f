#include "neurode/core/units.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <numbers>
#include <utility>

namespace neurode {

namespace {

/// Base dimensions; degC stands for itself, because a temperature in degC does not convert by a factor.
constexpr std::array<const char*, 7> kBase = {"kg", "m", "s", "A", "K", "mol", "degC"};

/// scale * 10^(tens/2) times base units to the powers halves[i]/2. Powers of ten are kept apart so that they stay
/// exact.
struct Unit {
  double scale = 1;
  int tens = 0;
  std::array<int, 7> halves{};
};

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
    Unit u{s.scale, 2 * (s.ten + ten), {}};
    for (std::size_t i = 0; i < u.halves.size(); ++i) u.halves[i] = 2 * s.powers[i];
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
  return std::nullopt;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// u to the power half/2; nothing where that leaves quarters.
std::optional<Unit> power(const Unit& u, int half) {
  Unit out{std::pow(u.scale, 0.5 * half), u.tens * half / 2, {}};
  if (u.tens * half % 2 != 0) return std::nullopt;
  for (std::size_t i = 0; i < u.halves.size(); ++i) {
    if (u.halves[i] * half % 2 != 0) return std::nullopt;
    out.halves[i] = u.halves[i] * half / 2;
  }
  return out;
}

Unit times(const Unit& a, const Unit& b) {
  Unit out{a.scale * b.scale, a.tens + b.tens, a.halves};
  for (std::size_t i = 0; i < out.halves.size(); ++i) out.halves[i] += b.halves[i];
  return out;
}

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
      while (n < text_.size() && (is_letter(text_[n]) || text_[n] == '%')) ++n;
      u = named_unit(text_.substr(0, n));
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

std::optional<Unit> parse_unit(std::string_view text) {
  const std::string ascii = to_ascii(text);
  return UnitParser(ascii).whole();
}

}  // namespace

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
  return ua && ub && ua->halves == ub->halves;
}

std::optional<double> convert(double value, std::string_view from, std::string_view to) {
  const auto a = parse_unit(from), b = parse_unit(to);
  if (!a || !b || a->halves != b->halves) return std::nullopt;
  if (a->scale != b->scale) value *= a->scale / b->scale;
  const int half_tens = a->tens - b->tens;
  const double tens = std::pow(10.0, std::abs(half_tens) / 2) * (half_tens % 2 != 0 ? std::sqrt(10.0) : 1.0);
  return half_tens >= 0 ? value * tens : value / tens;
}

std::optional<double> conversion_factor(std::string_view from, std::string_view to) { return convert(1.0, from, to); }

std::string known_units_text() {
  std::string out;
  for (const auto& s : kSymbols) {
    if (s.name != "L") out += fmt::format("{}{}", out.empty() ? "" : ", ", s.name);
  }
  return out + ", with SI prefixes, products and powers";
}

std::string dimension_text(std::string_view unit) {
  const auto u = parse_unit(unit);
  if (!u) return "unknown";
  std::string out;
  for (std::size_t i = 0; i < kBase.size(); ++i) {
    if (u->halves[i] == 0) continue;
    if (!out.empty()) out += ' ';
    out += kBase[i];
    if (u->halves[i] != 2) out += fmt::format("{}", 0.5 * u->halves[i]);
  }
  return out.empty() ? "1" : out;
}

}  // namespace neurode
