#pragma once

#include <cstdint>
#include <vector>

#include "neurode/dynamics/sparse.hpp"

namespace neurode {

/// Where each row's elements pass from one block of columns to the next: sums over columns are made block by block,
/// each by one thread, and come out the same whatever the blocks. Blocks hold about as many elements each.
class ColumnBlocks {
 public:
  ColumnBlocks(const SparsePattern& s, int blocks);
  int count() const { return count_; }
  std::int64_t begin(const SparsePattern& s, Index row, int block) const {
    const auto r = static_cast<std::size_t>(row);
    if (block == 0) return s.start[r];
    if (block == count_) return s.start[r + 1];
    return s.start[r] + split_[r * static_cast<std::size_t>(count_ - 1) + static_cast<std::size_t>(block) - 1];
  }
  Index first_column(int block) const { return columns_[static_cast<std::size_t>(block)]; }

 private:
  int count_;
  std::vector<Index> columns_;        // count + 1: where each block of columns begins
  std::vector<std::uint32_t> split_;  // rows x (count - 1), within the row
};

/// From this many elements times samples on, threads pay.
inline constexpr Index kThreadedSparse = 1 << 19;

// All matrices column-major; every sum in one order, whatever the threads and the number of samples. With `add` results
// are added to what is there. `blocks` may be null: one thread then sums over columns.

/// y = S x. values: one for each element, or (uniform) one for all.
void sparse_times(const SparsePattern& s, const double* values, bool uniform, const double* x, Index samples, bool add,
                  double* y);
/// y = S^T x
void sparse_transposed_times(const SparsePattern& s, const ColumnBlocks* blocks, const double* values, bool uniform,
                             const double* x, Index samples, bool add, double* y);
/// y(element) = sum over samples of a(row) b(column)
void sparse_outer(const SparsePattern& s, const double* a, const double* b, Index samples, bool add, double* y);
void gather_rows(const SparsePattern& s, const double* v, Index samples, double* y);
void gather_columns(const SparsePattern& s, const double* v, Index samples, double* y);
void scatter_rows(const SparsePattern& s, const double* v, Index samples, bool add, double* y);
void scatter_columns(const SparsePattern& s, const ColumnBlocks* blocks, const double* v, Index samples, bool add,
                     double* y);

}  // namespace neurode
