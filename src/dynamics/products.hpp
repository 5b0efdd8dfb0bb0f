#pragma once

#include "neurode/dynamics/layout.hpp"

namespace neurode {

/// c = base + op(a) op(b), all column-major and dense: c is m x n, op(a) m x k, op(b) k x n. base may be null (zero) or
/// c itself. Bit-identical for any number of threads.
void matrix_product(Index m, Index n, Index k, const double* a, bool transpose_a, const double* b, bool transpose_b,
                    const double* base, double* c);

}  // namespace neurode
