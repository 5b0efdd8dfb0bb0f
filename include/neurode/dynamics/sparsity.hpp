#pragma once

#include <vector>

#include "neurode/dynamics/layout.hpp"

namespace neurode {

/// Which elements of an n x n matrix can differ from 0: by columns, the rows of each ascending (compressed columns, as
/// Eigen's SparseMatrix has them), and a colouring of the columns: no two of one colour share a row, so one product
/// with the sum of their unit vectors gives all of them.
struct Sparsity {
  std::vector<int> start;                ///< n + 1: where each column starts in `row`
  std::vector<int> row;                  ///< of each element
  std::vector<std::vector<int>> groups;  ///< columns of each colour

  Index size() const { return static_cast<Index>(start.size()) - 1; }
  Index nonzeros() const { return static_cast<Index>(row.size()); }
  /// Share of the elements that can differ from 0.
  double density() const;
};

/// The sparsity of columns of ascending rows, coloured greedily in order of falling degree.
/// @par Source  A. R. Curtis, M. J. D. Powell, J. K. Reid, IMA J. Appl. Math. 13 (1974) 117-119
Sparsity make_sparsity(const std::vector<std::vector<int>>& columns);

}  // namespace neurode
