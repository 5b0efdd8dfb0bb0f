#pragma once

#include "integrate/sundials/memory.hpp"

namespace neurode::integrate::sundials {

/// Solves with dense matrices: SUNDIALS's own for the smallest, Eigen's blocked LU for others, which at n = 100 is ten
/// times as fast.
LinearSolverOwner dense_solver(Index n, const MatrixOwner& matrix, const NVector& like, const Context& context);

}  // namespace neurode::integrate::sundials
