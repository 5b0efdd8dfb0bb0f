#pragma once

#include "neurode/dynamics/layout.hpp"

namespace neurode::analysis {

/// Principal components of observations y_1 ... y_m of n numbers each.
struct Components {
  Vector mean;
  Vector variances;  ///< eigenvalues of the covariance (over m), descending; at most min(n, m) are not 0
  Matrix axes;       ///< n x components, orthonormal, the largest element of each positive

  /// (sum of variances)^2 / sum of their squares: how many directions the variance spreads over; NaN without variance.
  double participation_ratio() const;
};

/// `data`: n x m, an observation a column.
/// @throws NumericalError where it is not finite, or n and m are both larger than 5000
Components principal_components(const Matrix& data);

/// The participation ratio alone, at any size: from traces of the covariance and of its square.
/// @par Source  L. F. Abbott, K. Rajan, H. Sompolinsky, in The Dynamic Brain (Oxford, 2011) 65-82
double participation_ratio(const Matrix& data);

}  // namespace neurode::analysis
