#include "integrate/linear/shifted_jacobian.hpp"

#include <Eigen/LU>
#include <Eigen/SparseLU>
#include <algorithm>
#include <cmath>
#include <limits>

namespace neurode::integrate {
namespace {

using SparseMatrix = Eigen::SparseMatrix<double, Eigen::ColMajor, int>;
using SparseFactors = Eigen::SparseLU<SparseMatrix, Eigen::COLAMDOrdering<int>>;

constexpr Index kSmallestSparse = 51;
constexpr double kDensest = 1.0 / 3;
// What SparseLU spends on a nonzero of its factors and on a flop, in flops of the blocked dense LU: fits within a
// factor of two or so what was measured on bands of 3 and 11 and on random patterns, n = 60 ... 400.
constexpr double kSparseNonzero = 300;
constexpr double kSparseFlop = 3;

bool usable_pivot(double p) {
  return std::abs(p) >= std::numeric_limits<double>::min() && std::abs(p) <= std::numeric_limits<double>::max();
}

/// The pattern with the diagonal in it; where[e] is the place of its element e, diagonal[i] that of (i, i).
SparseMatrix with_diagonal(const Sparsity& pattern, std::vector<Index>& where, std::vector<Index>& diagonal) {
  const Index n = pattern.size();
  std::vector<Eigen::Triplet<double, int>> all;
  for (int c = 0; c < n; ++c) {
    const auto k = static_cast<std::size_t>(c);
    for (int e = pattern.start[k]; e < pattern.start[k + 1]; ++e) {
      all.emplace_back(pattern.row[static_cast<std::size_t>(e)], c, 0.0);
    }
    all.emplace_back(c, c, 0.0);
  }
  SparseMatrix m(n, n);
  m.setFromTriplets(all.begin(), all.end());
  m.makeCompressed();
  const auto place = [&m](int row, int column) {
    const int* begin = m.innerIndexPtr() + m.outerIndexPtr()[column];
    const int* end = m.innerIndexPtr() + m.outerIndexPtr()[column + 1];
    return std::lower_bound(begin, end, row) - m.innerIndexPtr();
  };
  for (int c = 0; c < n; ++c) {
    const auto k = static_cast<std::size_t>(c);
    for (int e = pattern.start[k]; e < pattern.start[k + 1]; ++e) {
      where.push_back(place(pattern.row[static_cast<std::size_t>(e)], c));
    }
    diagonal.push_back(place(c, c));
  }
  return m;
}

}  // namespace

struct ShiftedJacobian::Dense {
  explicit Dense(Index n) : matrix(Matrix::Zero(n, n)), lu(n), permuted(Vector::Zero(n)) {}

  bool factorise(const Matrix& j, double shift) {
    matrix.noalias() = -j;
    matrix.diagonal().array() += shift;
    lu.compute(matrix);
    const auto& factors = lu.matrixLU();
    for (Index i = 0; i < factors.rows(); ++i) {
      if (!usable_pivot(factors(i, i))) return false;
    }
    return true;
  }
  void solve(double* b) {
    Eigen::Map<Vector> x(b, permuted.size());
    permuted.noalias() = lu.permutationP() * x;
    lu.matrixLU().triangularView<Eigen::UnitLower>().solveInPlace(permuted);
    lu.matrixLU().triangularView<Eigen::Upper>().solveInPlace(permuted);
    x = permuted;
  }

  Matrix matrix;
  Eigen::PartialPivLU<Matrix> lu;
  Vector permuted;
};

struct ShiftedJacobian::Sparse {
  explicit Sparse(const Sparsity& pattern)
      : matrix(with_diagonal(pattern, where, diagonal)),
        values(Vector::Zero(pattern.nonzeros())),
        solution(Vector::Zero(pattern.size())) {
    lu.analyzePattern(matrix);
  }

  bool factorise(double shift) {
    double* m = matrix.valuePtr();
    std::fill_n(m, matrix.nonZeros(), 0.0);
    for (std::size_t e = 0; e < where.size(); ++e) m[where[e]] = -values[static_cast<Index>(e)];
    for (const Index i : diagonal) m[i] += shift;
    // SparseLU may search pivots among NaN for ever.
    if (!Eigen::Map<const Vector>(m, matrix.nonZeros()).allFinite()) return false;
    lu.factorize(matrix);
    return lu.info() == Eigen::Success;
  }
  void solve(double* b) {
    Eigen::Map<Vector> x(b, solution.size());
    solution = lu.solve(x);
    x = solution;
  }
  /// Cost of a factorisation without exchanges of rows, in flops of the dense one.
  double cost() {
    values.setConstant(-1.0 / static_cast<double>(values.size()));
    if (!factorise(2)) return std::numeric_limits<double>::infinity();
    const auto lower = static_cast<double>(lu.nnzL()), upper = static_cast<double>(lu.nnzU());
    // Flops as if every column of L and every row of U were equally full.
    const double flops = 2 * lower * upper / static_cast<double>(matrix.rows());
    return kSparseNonzero * (lower + upper) + kSparseFlop * flops;
  }

  std::vector<Index> where, diagonal;  // ahead of `matrix`, whose making fills them
  SparseMatrix matrix;
  SparseFactors lu;
  Vector values, solution;
};

ShiftedJacobian::ShiftedJacobian(System& system, Statistics& statistics, Index largest_dense)
    : system_(system), statistics_(statistics) {
  const Index n = system.size();
  if (n > SmallLu::kLargest) {
    const Sparsity* pattern = system.sparsity();
    if (pattern != nullptr && n >= kSmallestSparse && pattern->density() <= kDensest) {
      sparse_ = std::make_unique<Sparse>(*pattern);
      const auto size = static_cast<double>(n);
      if (sparse_->cost() > 2.0 / 3 * size * size * size) sparse_.reset();
    }
    usable_ = sparse_ || n <= largest_dense;
    if (sparse_ || !usable_) return;
    dense_ = std::make_unique<Dense>(n);
  } else if (n > 0) {
    small_ = &small_lu(n);
    lu_.assign(static_cast<std::size_t>(n * n), 0.0);
    order_.assign(static_cast<std::size_t>(n), 0);
  }
  j_.setZero(n, n);
}

ShiftedJacobian::~ShiftedJacobian() = default;

void ShiftedJacobian::evaluate(double t, const double* x) {
  ++statistics_.jacobians;
  if (sparse_) {
    system_.sparse_jacobian(t, x, sparse_->values.data());
  } else {
    system_.jacobian(t, x, j_);
  }
}

bool ShiftedJacobian::factorise(double shift) {
  ++statistics_.factorisations;
  if (small_) return small_->factorise(j_.data(), shift, lu_.data(), order_.data());
  if (dense_) return dense_->factorise(j_, shift);
  return !sparse_ || sparse_->factorise(shift);
}

void ShiftedJacobian::solve(double* b) {
  if (small_) {
    small_->solve(lu_.data(), order_.data(), b);
  } else if (dense_) {
    dense_->solve(b);
  } else if (sparse_) {
    sparse_->solve(b);
  }
}

}  // namespace neurode::integrate
