#pragma once

#include <limits>
#include <memory>
#include <vector>

#include "integrate/linear/small_lu.hpp"
#include "neurode/dynamics/system.hpp"
#include "neurode/integrate/statistics.hpp"

namespace neurode::integrate {

/// J(t, x) of a system and an LU of shift I - J, the matrix of Rosenbrock methods and Newton iterations. Counts
/// Jacobians and factorisations.
///
/// Dense up to SmallLu::kLargest by hand-kept small LU, above that by Eigen::PartialPivLU; sparse (Eigen::SparseLU,
/// columns ordered by COLAMD, pattern analysed once) where the system tells its sparsity and a trial factorisation
/// promises fewer operations. Memory is taken by the constructor, with two exceptions that lie inside Eigen:
/// PartialPivLU takes and returns work space where a block of it exceeds 128 KiB (n of a few hundred), SparseLU takes
/// memory in every factorisation and every solve.
class ShiftedJacobian {
 public:
  /// Above `largest_dense`, where the sparse factorisation does not pay, takes no memory and is not usable().
  ShiftedJacobian(System& system, Statistics& statistics, Index largest_dense = std::numeric_limits<Index>::max());
  ~ShiftedJacobian();

  /// J is that at (t, x) from now on. The factorisation, if there is one, stays that of the J before.
  void evaluate(double t, const double* x);
  /// False: shift I - J is singular or not finite, and there is nothing to solve with.
  bool factorise(double shift);
  /// b becomes (shift I - J)^-1 b, with what factorise() saw last.
  void solve(double* b);

  bool usable() const { return usable_; }
  bool sparse() const { return sparse_ != nullptr; }

 private:
  struct Dense;
  struct Sparse;

  System& system_;
  Statistics& statistics_;
  bool usable_ = true;
  Matrix j_;  // empty where sparse
  const SmallLu* small_ = nullptr;
  std::vector<double> lu_;
  std::vector<int> order_;
  std::unique_ptr<Dense> dense_;
  std::unique_ptr<Sparse> sparse_;
};

}  // namespace neurode::integrate
