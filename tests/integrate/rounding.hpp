#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include "integrate/method_list.hpp"

/// How much larger than in a Runge-Kutta method's sum of some right-hand sides rounding is: a Rosenbrock method with
/// large coefficients sums large terms that cancel.
inline double rounding_growth(const std::string& method) {
  double most = 0;
  for (const auto& member : neurode::integrate::method_list()) {
    if (member.entry.name != method || !member.rosenbrock) continue;
    for (const auto& row : member.rosenbrock->c) {
      double sum = 0;
      for (double c : row) sum += std::abs(c);
      most = std::max(most, sum);
    }
  }
  return std::max(1.0, most / 30);
}
