#pragma once

#include <array>
#include <limits>

#include "integrate/exponential/krylov_phi.hpp"
#include "integrate/one_step.hpp"

namespace neurode::integrate {

/// What exponential Rosenbrock methods share. With F, J and v = dF/dt at (t, x) they are made of
///
///     L(c) = x + c h phi_1(c h J) F + (c h)^2 phi_2(c h J) v
///     D(c) = F(t + c h, U) - F - J (U - x) - c h v
///
/// and phi functions of J times D, which is small: what is not linear in the equation.
///
/// L is computed as x + c h F + (c h)^2 phi_2(c h J) (J F + v), so that a system that depends on t needs no second
/// Krylov space. Where a difference quotient stands in for v and is not finite (F ends here) v counts as 0: D then has
/// all of it, and the error estimate sees it.
/// @par Source  M. Hochbruck, A. Ostermann, Acta Numerica 19 (2010) 209-286
class ExponentialRosenbrock : public OneStep {
 public:
  ExponentialRosenbrock(System& system, Statistics& statistics, const Options& options);
  double largest_step() const override { return largest_step_; }

 protected:
  using Weights = KrylovPhi::Weights;

  /// A step begins: J is that of (t, x), L can be had. False: no space is large enough, the trial has failed.
  bool linearise(double t, const Vector& x, double dt);
  /// out = L(1/2) or L(1)
  void linear(KrylovPhi::Scale c, Vector& out);
  /// d = D(c) for U = u
  void residual(double c, const Vector& u, Vector& d);
  /// Where d is not finite the trial ends, x_new being not finite in the same components: a Krylov space would spread
  /// that over all of them.
  Trial spoiled(const Vector& d, Vector& x_new) const;
  /// add() of a sum of phi functions of J times d; `sizes` are the largest factors that add() will be given. At most
  /// twice in a step.
  bool project(const Vector& d, const Weights& sizes);
  void add(const Weights& w, Vector& out) { krylov_.add(KrylovPhi::kWhole, w, out); }

 private:
  void forget() override;
  void accepted() override;

  ErrorNorm norm_;
  KrylovPhi krylov_;
  KrylovPhi::Jacobian jacobian_;
  Vector time_derivative_, force_, scratch_;
  bool force_known_ = false, depends_on_time_ = false;
  double largest_step_ = std::numeric_limits<double>::infinity();
  std::array<Index, 3> dimensions_{};  ///< of the spaces of the last trial; 0: not known
  std::size_t space_ = 0;              ///< number of the next one
};

}  // namespace neurode::integrate
