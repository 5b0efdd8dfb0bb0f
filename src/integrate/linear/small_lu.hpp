#pragma once

#include "neurode/dynamics/layout.hpp"

namespace neurode::integrate {

/// LU of shift I - J with row pivoting for one small size, loops unrolled by the compiler. The caller keeps the
/// memory: `lu` n * n doubles (by columns, pivots inverted), `order` n ints.
struct SmallLu {
  static constexpr Index kLargest = 16;

  /// False where a pivot is 0, so small that its inverse overflows, or not finite.
  bool (*factorise)(const double* j, double shift, double* lu, int* order);
  /// b becomes the solution.
  void (*solve)(const double* lu, const int* order, double* b);
};

/// Those for n x n, 1 <= n <= SmallLu::kLargest.
const SmallLu& small_lu(Index n);

}  // namespace neurode::integrate
