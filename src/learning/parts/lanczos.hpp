#pragma once

#include <functional>

#include "neurode/dynamics/layout.hpp"

namespace neurode::learning {

/// A product with a symmetric matrix of n rows: av = A v.
using SymmetricProduct = std::function<void(const double* v, double* av)>;

struct Eigenpair {
  double value = 0;
  Vector vector;        ///< of length 1
  double residual = 0;  ///< |A v - value v|
  double scale = 0;     ///< the largest |eigenvalue| found
  Index products = 0;
};

/// The largest (algebraic) eigenvalue of a symmetric matrix known by its products, by Lanczos' method with full
/// reorthogonalisation, restarted from the Ritz vector: until the residual is at most `tolerance` times the largest
/// |eigenvalue| found, or `most` products. `start`: n numbers, not 0; empty: a vector that depends on n alone.
/// @par Source  C. Lanczos, J. Res. Natl. Bur. Stand. 45 (1950) 255-282; B. N. Parlett, The Symmetric Eigenvalue
/// Problem, SIAM 1998, ch. 13
Eigenpair largest_eigenpair(Index n, const SymmetricProduct& product, double tolerance, const Vector& start = {},
                            Index most = 2000);

}  // namespace neurode::learning
