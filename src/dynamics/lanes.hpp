#pragma once

#include <cstddef>

#include "neurode/dynamics/layout.hpp"

namespace neurode {

/// From this many instructions times lanes on, threads pay for expressions.
inline constexpr std::size_t kThreadedLanes = 1 << 21;

/// Expressions over pairs run so many lanes at a time: the blocks of all inputs stay in the L1 cache.
inline constexpr std::size_t kPairLanes = 512;

/// Below so many post elements, several pre elements are put into one run.
inline constexpr std::size_t kNarrowPairs = 128;

/// Sums in one fixed order, in four running parts so that it vectorises.
inline double sum_of(const double* x, Index n) {
  double part[4] = {0, 0, 0, 0};
  Index i = 0;
  for (; i + 4 <= n; i += 4) {
    for (int k = 0; k < 4; ++k) part[k] += x[i + k];
  }
  double total = (part[0] + part[1]) + (part[2] + part[3]);
  for (; i < n; ++i) total += x[i];
  return total;
}

}  // namespace neurode
