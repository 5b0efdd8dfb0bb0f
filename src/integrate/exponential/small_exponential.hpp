#pragma once

#include "neurode/dynamics/layout.hpp"

namespace neurode::integrate {

/// e^{A/2} and e^A of a small dense matrix, by scaling and squaring with the diagonal Pade approximant of degree 13, on
/// memory taken once, which Eigen's own is not. (Eigen's products take scratch memory from the stack as long as it is
/// below EIGEN_STACK_ALLOCATION_LIMIT, which the build sets high enough.)
/// @par Source  N. J. Higham, SIAM J. Matrix Anal. Appl. 26 (2005) 1179-1193, algorithm 2.3 without its lower degrees
///              and its preprocessing; at least one squaring, so that the half comes for nothing
class SmallExponential {
 public:
  /// For matrices of up to `largest` rows.
  explicit SmallExponential(Index largest);

  /// A matrix of `rows` rows, to be filled before compute(), which destroys it.
  Eigen::Map<Matrix> input(Index rows) { return view(0, rows); }
  /// False where the matrix is not finite or the approximant's denominator is singular: there is then no result.
  bool compute(Index rows);
  Eigen::Map<Matrix> half(Index rows) { return view(half_, rows); }
  Eigen::Map<Matrix> whole(Index rows) { return view(whole_, rows); }

 private:
  static constexpr Index kMatrices = 7;
  Eigen::Map<Matrix> view(Index which, Index rows) { return {memory_.col(which).data(), rows, rows}; }

  Matrix memory_;
  Index half_ = 0, whole_ = 0;
};

/// Eigenvalues and eigenvectors of the symmetric tridiagonal matrix with diagonal d and off-diagonal e, by implicit QR
/// steps with Wilkinson's shift: d becomes the eigenvalues, e is destroyed, q becomes q times the matrix of the
/// eigenvectors (rows of it where q starts as rows of the identity). False where it does not converge.
/// @par Source  G. H. Golub, C. F. Van Loan, Matrix Computations, 4th ed. (2013), 8.3
bool diagonalise(Eigen::Ref<Vector> d, Eigen::Ref<Vector> e, Eigen::Ref<Matrix> q);

/// phi_0(z) ... phi_top(z), where phi_0 = exp and phi_{k+1}(z) = (phi_k(z) - 1/k!) / z, to rounding.
void scalar_phi(double z, int top, double* phi);

}  // namespace neurode::integrate
