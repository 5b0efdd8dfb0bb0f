#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace neurode::integrate {

/// Pairs of independent standard normals that depend on (key, cell, node, channel) alone: Philox4x32-10 (core/random)
/// of the counter (node, cell, channel), then Box and Muller.
///
/// kLanes channels are drawn at once, always all of them, by arithmetic that is written out here: what a channel gets
/// depends neither on how many others there are nor on a mathematical library.
class NormalPairs {
 public:
  static constexpr std::size_t kLanes = 16;

  /// Of a stream: another name or seed, other numbers.
  NormalPairs(std::uint64_t seed, std::string_view stream);

  /// Channels first ... first + kLanes - 1 into a[0 ... kLanes - 1] and b.
  void draw(std::uint32_t cell, std::uint64_t node, std::uint32_t first, double* a, double* b) const;

 private:
  std::array<std::uint32_t, 2> key_;
};

}  // namespace neurode::integrate
