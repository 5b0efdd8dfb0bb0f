#pragma once

#include "neurode/dynamics/system.hpp"
#include "neurode/integrate/statistics.hpp"

namespace neurode::integrate {

/// Restarted GMRES for (shift I - J(t, x)) d = b with products J v alone, which it counts. No preconditioner: for
/// systems whose stiffness sits in a few directions, or is mild. Memory is taken by the constructor:
/// (restart + 4) vectors.
///
/// @par Source  Y. Saad, M. H. Schultz, SIAM J. Sci. Stat. Comput. 7 (1986) 856-869
class Gmres {
 public:
  Gmres(System& system, Statistics& statistics, Index restart = 30, int cycles = 10);

  /// d, from 0, until |residual| <= tolerance * |b| (Euclidean) or the cycles are used up. Returns |residual| / |b| as
  /// the recurrence has it; not finite where a product or b is not.
  double solve(double t, const double* x, double shift, const Vector& b, double tolerance, Vector& d);

 private:
  /// out = (shift I - J) v
  void apply(double t, const double* x, double shift, const double* v, double* out);

  System& system_;
  Statistics& statistics_;
  const Index restart_;
  const int cycles_;
  Matrix basis_;       // n x (restart + 1), orthonormal
  Matrix hessenberg_;  // (restart + 1) x restart, made triangular as it grows
  Vector residual_, product_, cosine_, sine_, right_;
};

}  // namespace neurode::integrate
