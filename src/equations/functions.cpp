#include "equations/functions.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "neurode/core/diagnostics.hpp"
#include "neurode/equations/parse.hpp"

namespace neurode::equations {

namespace {

/// Sorted by name.
constexpr std::array kFunctions{
    Function{"abs", Op::abs, 1, 1},
    Function{"atan", Op::atan, 1, 1},
    Function{"cos", Op::cos, 1, 1},
    Function{"erf", Op::erf, 1, 1},
    Function{"exp", Op::exp, 1, 1},
    Function{"expm1", Op::expm1, 1, 1},
    Function{"exprel", Op::exprel, 1, 1},
    Function{"exprel_derivative", Op::exprel_derivative, 1, 1},
    Function{"exprel_second_derivative", Op::exprel_second_derivative, 1, 1},
    Function{"floor", Op::floor, 1, 1},
    Function{"heaviside", Op::heaviside, 1, 1},
    Function{"log", Op::log, 1, 1},
    Function{"log1p", Op::log1p, 1, 1},
    Function{"logistic", Op::logistic, 1, 1},
    Function{"max", Op::max, 2, -1},
    Function{"min", Op::min, 2, -1},
    Function{"pow", Op::pow, 2, 2},
    Function{"relu", Op::relu, 1, 1},
    Function{"sign", Op::sign, 1, 1},
    Function{"sin", Op::sin, 1, 1},
    Function{"softplus", Op::softplus, 1, 1},
    Function{"sqrt", Op::sqrt, 1, 1},
    Function{"tan", Op::tan, 1, 1},
    Function{"tanh", Op::tanh, 1, 1},
    Function{"where", Op::where, 3, 3},
};
static_assert(std::is_sorted(kFunctions.begin(), kFunctions.end(),
                             [](const Function& a, const Function& b) { return a.name < b.name; }));

/// Names other languages have, and ours.
constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kSpellings{{
    {"arccos", "acos"},
    {"arcsin", "asin"},
    {"arctan", "atan"},
    {"arctan2", "atan2"},
    {"expit", "logistic"},
    {"fabs", "abs"},
    {"flr", "floor"},
    {"fmod", "mod"},
    {"heav", "heaviside"},
    {"if", "where"},
    {"ifelse", "where"},
    {"ln", "log"},
    {"power", "pow"},
    {"sgn", "sign"},
    {"sigmoid", "logistic"},
    {"step", "heaviside"},
}};

}  // namespace

const Function* find_function(std::string_view name) {
  const auto it = std::lower_bound(kFunctions.begin(), kFunctions.end(), name,
                                   [](const Function& f, std::string_view n) { return f.name < n; });
  return it != kFunctions.end() && it->name == name ? &*it : nullptr;
}

std::string suggest_function(std::string_view name, const std::vector<std::string>& more) {
  std::vector<std::string> allowed = more;
  allowed.insert(allowed.end(), function_names().begin(), function_names().end());
  for (const auto& [theirs, ours] : kSpellings) {
    if (name == theirs) return std::string(ours);
    allowed.emplace_back(theirs);
  }
  const std::string nearest = nearest_name(name, allowed);
  for (const auto& [theirs, ours] : kSpellings) {
    if (nearest == theirs) return std::string(ours);
  }
  return nearest;
}

const std::vector<std::string>& function_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const auto& f : kFunctions) out.emplace_back(f.name);
    for (const auto& f : composed_functions()) out.emplace_back(f.name);
    std::sort(out.begin(), out.end());
    return out;
  }();
  return names;
}

}  // namespace neurode::equations
