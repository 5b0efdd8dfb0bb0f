#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace neurode {

/// Philox4x32-10: four 32-bit random words for a 128-bit counter and a 64-bit key.
/// @par Source  J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3",
/// SC11.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

/// Random numbers that depend on (seed, stream name, index) alone: not on order, threads or platform.
class CounterRandom {
 public:
  CounterRandom(std::uint64_t seed, std::string_view stream);

  /// Uniform in the open interval (0, 1), 52 bits.
  double uniform(std::uint64_t index) const;
  /// Standard normal (Box-Muller on the two uniforms of one counter).
  double normal(std::uint64_t index) const;
  /// Uniform integer in 0 ... n-1.
  std::uint64_t integer(std::uint64_t index, std::uint64_t n) const;

 private:
  std::array<std::uint64_t, 2> words(std::uint64_t index) const;
  std::array<std::uint32_t, 2> key_;
  std::uint64_t stream_;
};

}  // namespace neurode
