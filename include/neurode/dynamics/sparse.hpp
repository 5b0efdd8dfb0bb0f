#pragma once

#include <cstdint>
#include <vector>

#include "neurode/dynamics/layout.hpp"

namespace neurode {

/// Which elements of a rows x cols matrix are there: compressed rows, columns ascending within each.
struct SparsePattern {
  Index rows = 0, cols = 0;
  std::vector<std::int64_t> start;   ///< rows + 1: where each row starts in `column`
  std::vector<std::int32_t> column;  ///< of each element
  Index nonzeros() const { return static_cast<Index>(column.size()); }
};

}  // namespace neurode
