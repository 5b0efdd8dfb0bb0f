#include "dynamics/products.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cstring>

#include "neurode/core/threads.hpp"

namespace neurode {

namespace {

using ConstMap = Eigen::Map<const Matrix, 0, Eigen::OuterStride<>>;
using Map = Eigen::Map<Matrix, 0, Eigen::OuterStride<>>;
using ConstColumn = Eigen::Map<const Vector>;
using Column = Eigen::Map<Vector>;

/// Below this many multiply-adds a general matrix product costs more in preparation than in work.
constexpr Index kSmall = 4096;
/// From this many multiply-adds on, threads pay: a matrix read once is memory-bound, products of matrices are not. High
/// enough that small problems stay on one thread, where a busy machine cannot make threads wait for each other.
constexpr Index kThreadedVector = 1 << 19, kThreadedMatrix = 1 << 23;

/// A tile of M rows of c held in registers, for any strides: small layers live here.
template <int M>
void small_rows(Index n, Index k, const double* a, Index a_row, Index a_inner, const double* b, Index b_inner,
                Index b_col, const double* base, double* c, Index c_col) {
  for (Index j = 0; j < n; ++j) {
    double sum[M];
    for (int i = 0; i < M; ++i) sum[i] = base ? base[j * c_col + i] : 0.0;
    for (Index p = 0; p < k; ++p) {
      const double bp = b[p * b_inner + j * b_col];
      const double* ap = a + p * a_inner;
      if (a_row == 1) {
        for (int i = 0; i < M; ++i) sum[i] += ap[i] * bp;
      } else {
        for (int i = 0; i < M; ++i) sum[i] += ap[i * a_row] * bp;
      }
    }
    for (int i = 0; i < M; ++i) c[j * c_col + i] = sum[i];
  }
}

void small_product(Index m, Index n, Index k, const double* a, bool ta, const double* b, bool tb, const double* base,
                   double* c) {
  const Index a_row = ta ? k : 1, a_inner = ta ? 1 : m;
  const Index b_inner = tb ? n : 1, b_col = tb ? 1 : k;
  for (Index i = 0; i < m;) {
    const double* ai = a + i * a_row;
    const double* bi = base ? base + i : nullptr;
    double* ci = c + i;
    switch (m - i) {
      case 1:
        small_rows<1>(n, k, ai, a_row, a_inner, b, b_inner, b_col, bi, ci, m);
        i += 1;
        break;
      case 2:
        small_rows<2>(n, k, ai, a_row, a_inner, b, b_inner, b_col, bi, ci, m);
        i += 2;
        break;
      case 3:
        small_rows<3>(n, k, ai, a_row, a_inner, b, b_inner, b_col, bi, ci, m);
        i += 3;
        break;
      case 4:
      case 5:
      case 6:
      case 7:
        small_rows<4>(n, k, ai, a_row, a_inner, b, b_inner, b_col, bi, ci, m);
        i += 4;
        break;
      default:
        small_rows<8>(n, k, ai, a_row, a_inner, b, b_inner, b_col, bi, ci, m);
        i += 8;
        break;
    }
  }
}

/// Pieces of about `most` at the most, each a multiple of 8 but the last; a fixed cut, whatever the threads.
struct Cut {
  Index piece, count;
  Cut(Index total, Index pieces) {
    piece = std::max<Index>(8, (total / std::max<Index>(1, pieces) + 7) / 8 * 8);
    count = (total + piece - 1) / piece;
  }
  Index begin(Index i) const { return i * piece; }
  Index length(Index i, Index total) const { return std::min(piece, total - i * piece); }
};

void copy_base(const double* base, double* c, Index size) {
  if (base && base != c) std::memcpy(c, base, static_cast<std::size_t>(size) * sizeof(double));
}

/// c = base + A x: rows cut among threads, every row summed in the same order.
void matrix_vector(Index m, Index k, const double* a, bool ta, const double* x, const double* base, double* c) {
  const bool threaded = m * k >= kThreadedVector;
  // A large matrix comes from memory and wants long runs of each column, so only as many pieces as threads: Eigen sums
  // every row alike wherever a piece begins, as long as that is a multiple of its packets (a test holds it to that).
  const Index pieces = ta ? 8 : max_threads();
  const Cut cut(m, threaded ? pieces : 1);
  for_chunks(cut.count, threaded, [&](Index i) {
    const Index r = cut.begin(i), rows = cut.length(i, m);
    Column y(c + r, rows);
    if (base) {
      if (base != c) y = ConstColumn(base + r, rows);
    } else {
      y.setZero();
    }
    const ConstColumn v(x, k);
    if (ta) {
      y.noalias() += ConstMap(a + r * k, k, rows, Eigen::OuterStride<>(k)).transpose() * v;
    } else {
      y.noalias() += ConstMap(a + r, rows, k, Eigen::OuterStride<>(m)) * v;
    }
  });
}

/// c = base + x y^T
void outer_product(Index m, Index n, const double* x, const double* y, const double* base, double* c) {
  const bool threaded = m * n >= kThreadedVector;
  const Cut cut(n, threaded ? 8 : 1);
  for_chunks(cut.count, threaded, [&](Index i) {
    for (Index j = cut.begin(i); j < cut.begin(i) + cut.length(i, n); ++j) {
      double* cj = c + j * m;
      const double yj = y[j];
      if (base) {
        const double* bj = base + j * m;
        for (Index r = 0; r < m; ++r) cj[r] = bj[r] + x[r] * yj;
      } else {
        for (Index r = 0; r < m; ++r) cj[r] = x[r] * yj;
      }
    }
  });
}

/// Columns of c cut among threads.
void matrix_matrix(Index m, Index n, Index k, const double* a, bool ta, const double* b, bool tb, double* c,
                   bool accumulate) {
  const bool threaded = m * n * k >= kThreadedMatrix;
  const Cut cut(n, threaded ? 4 : 1);
  for_chunks(cut.count, threaded, [&](Index i) {
    const Index first = cut.begin(i), cols = cut.length(i, n);
    Map out(c + first * m, m, cols, Eigen::OuterStride<>(m));
    const ConstMap ma(a, ta ? k : m, ta ? m : k, Eigen::OuterStride<>(ta ? k : m));
    const ConstMap mb(tb ? b + first : b + first * k, tb ? cols : k, tb ? k : cols, Eigen::OuterStride<>(tb ? n : k));
    if (!accumulate) out.setZero();
    if (ta && tb) {
      out.noalias() += ma.transpose() * mb.transpose();
    } else if (ta) {
      out.noalias() += ma.transpose() * mb;
    } else if (tb) {
      out.noalias() += ma * mb.transpose();
    } else {
      out.noalias() += ma * mb;
    }
  });
}

}  // namespace

void matrix_product(Index m, Index n, Index k, const double* a, bool ta, const double* b, bool tb, const double* base,
                    double* c) {
  if (m * n * k <= kSmall) return small_product(m, n, k, a, ta, b, tb, base, c);
  if (n == 1) return matrix_vector(m, k, a, ta, b, base, c);
  if (m == 1) return matrix_vector(n, k, b, !tb, a, base, c);
  if (k == 1) return outer_product(m, n, a, b, base, c);
  copy_base(base, c, m * n);
  matrix_matrix(m, n, k, a, ta, b, tb, c, base != nullptr);
}

}  // namespace neurode
