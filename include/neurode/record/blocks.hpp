#pragma once

#include <cstddef>
#include <vector>

namespace neurode::record {

/// A part of a variable: start and count along each dimension.
struct Slab {
  std::vector<std::size_t> start, count;

  /// Numbers in it.
  std::size_t size() const;
};

/// Walks through a row-major array in its own order, in blocks of at most `most` numbers (but at least one number).
/// Each block is contiguous: one index along the leading dimensions, a range along one, everything along the others.
class Blocks {
 public:
  Blocks(std::vector<std::size_t> shape, std::size_t most);

  /// The next block, or false after the last one. An array without elements has no block; a scalar has one.
  bool next(Slab& block);
  /// What most blocks have as count: the shape of a chunk.
  const std::vector<std::size_t>& block_shape() const { return block_; }

 private:
  std::vector<std::size_t> shape_, block_, position_;
  bool done_ = false;
};

}  // namespace neurode::record
