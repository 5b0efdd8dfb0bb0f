#pragma once

#include <array>

#include "integrate/exponential/small_exponential.hpp"
#include "integrate/step_control.hpp"
#include "neurode/dynamics/system.hpp"
#include "neurode/integrate/statistics.hpp"

namespace neurode::integrate {

/// phi_k(c h J) b for k = 1 ... 4 and c = 1/2, 1, where J is known by its products alone: all from one Krylov space,
/// span(b, J b, J^2 b, ...), grown until an a-posteriori bound of the error, in the weighted norm, is below a given
/// one.
///
///     phi_k(z) = int_0^1 e^{(1-s) z} s^{k-1} / (k-1)! ds
///
/// Arnoldi's basis, orthogonalised twice; where J is symmetric Lanczos' with full reorthogonalisation, so the projected
/// matrix is tridiagonal. The error of phi_k is, to first order, h_{m+1,m} c h [phi_{k+1}(c h H)]_{m,1} |b| v_{m+1};
/// that term is the bound and is also added to the result (a strict bound where J is symmetric and without positive
/// eigenvalues: the exponential of a tridiagonal matrix with positive off-diagonals has no negative element).
///
/// Allocates when made, then never.
/// @par Source  Y. Saad, SIAM J. Numer. Anal. 29 (1992) 209-228; the augmented matrix: R. B. Sidje, ACM Trans. Math.
///              Softw. 24 (1998) 130-156; J. Niesen, W. M. Wright, ACM Trans. Math. Softw. 38 (2012) 22. Unlike theirs
///              a step is not cut into smaller ones here: that is for the step control, see longest().
class KrylovPhi {
 public:
  static constexpr int kTop = 4;
  /// Largest dimension of the space; systems up to this size are spanned exactly.
  static constexpr Index kLargest = 128;
  /// A number for each of phi_1 ... phi_4, at its own index.
  using Weights = std::array<double, kTop + 1>;
  enum Scale { kHalf, kWhole };

  /// J at one point.
  struct Jacobian {
    System& system;
    Statistics& statistics;
    double t = 0;
    const double* x = nullptr;
    void times(const double* v, double* jv) const {
      ++statistics.jvps;
      system.jvp(t, x, v, jv);
    }
  };
  /// How exact: sum_k size_k |error of phi_k| < tolerance, in `norm` at x. The bound is not looked at below dimension
  /// `first`: guessed well it saves work.
  struct Accuracy {
    Weights sizes{};
    const ErrorNorm& norm;
    const Vector& x;
    double tolerance = 0;
    Index first = 0;
  };

  KrylovPhi(Index n, bool symmetric);

  /// The space of b. False where the largest dimension is not enough; longest() then tells an h for which it is.
  /// Where b or a product is not finite the answer is true, and what add() adds is not finite either, in the elements
  /// to blame.
  bool project(const Jacobian& j, const Vector& b, double h, const Accuracy& accuracy);
  /// out += sum_k w_k phi_k(c h J) b
  void add(Scale c, const Weights& w, Vector& out);

  Index dimension() const { return m_; }
  Index largest_dimension() const { return largest_; }
  double longest() const { return longest_; }

 private:
  /// Orthogonalises column j + 1 against those before it; writes column j of h_.
  void extend(Index j);
  /// `culprit`, or where all of it is finite the projected matrix, is to blame; true.
  bool failed(const Eigen::Ref<const Vector>& culprit);
  /// phi_k of the projected matrix of the present dimension, at least the first and last elements of its first column
  /// (where it is symmetric the rest costs more than these). False where that fails.
  bool evaluate(double h, bool whole);
  bool evaluate_symmetric(double h, bool whole);
  /// Is the bound below the tolerance, with sizes times `scale`?
  bool accurate(double h, const Accuracy& accuracy, double scale);
  static Index column(Scale c, int k) { return c * (kTop + 2) + k; }
  double& phi(Scale c, int k, Index row) { return phi_(row, column(c, k)); }

  const bool symmetric_;
  const Index n_, largest_;
  Matrix basis_, h_;
  Matrix phi_;  ///< columns phi_0 ... phi_5 of h J / 2, then of h J, times the first unit vector
  SmallExponential exponential_;
  Vector diagonal_, off_diagonal_, blame_, next_, coefficients_;
  Matrix vectors_;
  Index m_ = 0;
  int top_ = kTop + 1;  ///< highest phi computed
  double size_ = 0, tail_ = 0, h_used_ = 0, longest_ = 0;
  bool finite_ = true;
};

}  // namespace neurode::integrate
