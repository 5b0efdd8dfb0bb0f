#include "neurode/record/blocks.hpp"

#include <algorithm>

namespace neurode::record {

std::size_t Slab::size() const {
  std::size_t n = 1;
  for (const auto c : count) n *= c;
  return n;
}

Blocks::Blocks(std::vector<std::size_t> shape, std::size_t most)
    : shape_(std::move(shape)), block_(shape_.size(), 1), position_(shape_.size(), 0) {
  done_ = std::find(shape_.begin(), shape_.end(), std::size_t{0}) != shape_.end();
  std::size_t left = std::max<std::size_t>(most, 1);
  for (std::size_t i = shape_.size(); i-- > 0;) {
    block_[i] = std::clamp<std::size_t>(shape_[i], 1, left);
    if (block_[i] < shape_[i]) break;
    left /= block_[i];
  }
}

bool Blocks::next(Slab& block) {
  if (done_) return false;
  block.start = position_;
  block.count.resize(shape_.size());
  for (std::size_t i = 0; i < shape_.size(); ++i) block.count[i] = std::min(block_[i], shape_[i] - position_[i]);
  std::size_t i = shape_.size();
  while (i-- > 0) {
    position_[i] += block_[i];
    if (position_[i] < shape_[i]) return true;
    position_[i] = 0;
  }
  done_ = true;
  return true;
}

}  // namespace neurode::record
