#pragma once

#include <algorithm>
#include <cmath>

namespace neurode::analysis {

/// A root of g between a and b, where g has different signs, to `tolerance`: regula falsi by the Illinois rule, with
/// halving where that is slow. g may give NaN where it cannot be had: then the better end of what is bracketed.
/// @par Source  M. Dowell, P. Jarratt, BIT 11 (1971) 168-174
template <class G>
double root(G&& g, double a, double ga, double b, double gb, double tolerance) {
  for (int k = 0; k < 200 && std::abs(b - a) > tolerance && ga != 0 && gb != 0; ++k) {
    double c = (a * gb - b * ga) / (gb - ga);
    const double margin = std::min(0.5 * tolerance, 0.25 * std::abs(b - a));
    if (!(std::abs(c - a) >= margin)) c = a + std::copysign(margin, b - a);
    if (!(std::abs(c - b) >= margin)) c = b - std::copysign(margin, b - a);
    if (k % 8 == 7) c = 0.5 * (a + b);
    const double gc = g(c);
    if (std::isnan(gc)) break;
    if ((gc > 0) == (gb > 0)) {
      b = c, gb = gc, ga *= 0.5;
    } else {
      a = b, ga = gb;
      b = c, gb = gc;
    }
  }
  return std::abs(ga) < std::abs(gb) ? a : b;
}

}  // namespace neurode::analysis
