#include "neurode/dynamics/layout.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace neurode {

std::string_view block_name(Block b) {
  switch (b) {
    case Block::activity:
      return "activity";
    case Block::errors:
      return "errors";
    case Block::weights:
      return "weights";
    case Block::auxiliary:
      break;
  }
  return "auxiliary";
}

Index StateLayout::add(Slice s) {
  if (find(s.name)) throw std::invalid_argument("slice \"" + s.name + "\" is in the layout already");
  s.offset = size_;
  size_ += s.size();
  slices_.push_back(std::move(s));
  return slices_.back().offset;
}

const Slice* StateLayout::find(std::string_view name) const {
  for (const auto& s : slices_) {
    if (s.name == name) return &s;
  }
  return nullptr;
}

std::string StateLayout::describe(Index element) const {
  for (const auto& s : slices_) {
    if (element < s.offset || element >= s.offset + s.size()) continue;
    const Index row = (element - s.offset) % s.rows, col = (element - s.offset) / s.rows;
    if (s.cols == 1) return fmt::format("{}[{}]", s.name, row);
    if (s.col_dimension == "sample") return fmt::format("{}[{}], sample {}", s.name, row, col);
    return fmt::format("{}[{}, {}]", s.name, row, col);
  }
  return fmt::format("state[{}]", element);
}

}  // namespace neurode
