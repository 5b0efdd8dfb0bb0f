#include "integrate/sundials/dense_solver.hpp"

#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>

#include <Eigen/LU>

namespace neurode::integrate::sundials {
namespace {

constexpr Index kLargestOwn = 10;

struct Lu {
  explicit Lu(Index n) : factors(n), right(Vector::Zero(n)) {}
  Eigen::PartialPivLU<Matrix> factors;
  Vector right;
};

Lu& content(SUNLinearSolver s) { return *static_cast<Lu*>(s->content); }

int factorise(SUNLinearSolver s, SUNMatrix a) {
  Lu& lu = content(s);
  const Index n = lu.right.size();
  lu.factors.compute(Eigen::Map<const Matrix>(SM_DATA_D(a), n, n));
  const auto pivots = lu.factors.matrixLU().diagonal().array();
  const bool singular = (pivots == 0).any() || (pivots * 0).sum() != 0;
  return singular ? SUNLS_LUFACT_FAIL : SUNLS_SUCCESS;  // positive: a smaller step may help
}

int solve(SUNLinearSolver s, SUNMatrix, N_Vector x, N_Vector b, realtype) {
  Lu& lu = content(s);
  const Index n = lu.right.size();
  lu.right = Eigen::Map<const Vector>(data(b), n);  // x may be b
  Eigen::Map<Vector> out(data(x), n);
  out.noalias() = lu.factors.permutationP() * lu.right;
  lu.factors.matrixLU().triangularView<Eigen::UnitLower>().solveInPlace(out);
  lu.factors.matrixLU().triangularView<Eigen::Upper>().solveInPlace(out);
  return SUNLS_SUCCESS;
}

int release(SUNLinearSolver s) {
  delete static_cast<Lu*>(s->content);
  s->content = nullptr;
  SUNLinSolFreeEmpty(s);
  return SUNLS_SUCCESS;
}

}  // namespace

LinearSolverOwner dense_solver(Index n, const MatrixOwner& matrix, const NVector& like, const Context& context) {
  if (n <= kLargestOwn) return LinearSolverOwner(made(SUNLinSol_Dense(like.get(), matrix.get(), context.get())));
  auto lu = std::make_unique<Lu>(n);
  SUNLinearSolver s = made(SUNLinSolNewEmpty(context.get()));
  s->ops->gettype = [](SUNLinearSolver) { return SUNLINEARSOLVER_DIRECT; };
  s->ops->getid = [](SUNLinearSolver) { return SUNLINEARSOLVER_CUSTOM; };
  s->ops->setup = factorise;
  s->ops->solve = solve;
  s->ops->free = release;
  s->content = lu.release();
  return LinearSolverOwner(s);
}

}  // namespace neurode::integrate::sundials
