#include "neurode/core/random.hpp"

#include <cmath>
#include <numbers>

namespace neurode {

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> c, std::array<std::uint32_t, 2> k) {
  constexpr std::uint64_t kM0 = 0xD2511F53, kM1 = 0xCD9E8D57;
  constexpr std::uint32_t kW0 = 0x9E3779B9, kW1 = 0xBB67AE85;
  for (int round = 0; round < 10; ++round) {
    if (round > 0) {
      k[0] += kW0;
      k[1] += kW1;
    }
    const std::uint64_t p0 = kM0 * c[0], p1 = kM1 * c[2];
    c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k[0], static_cast<std::uint32_t>(p1),
         static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k[1], static_cast<std::uint32_t>(p0)};
  }
  return c;
}

/// FNV-1a, so that a stream's name gives the same stream everywhere.
static std::uint64_t hash_name(std::string_view s) {
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (const char ch : s) h = (h ^ static_cast<unsigned char>(ch)) * 0x100000001b3ULL;
  return h;
}

CounterRandom::CounterRandom(std::uint64_t seed, std::string_view stream)
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}, stream_(hash_name(stream)) {}

std::array<std::uint64_t, 2> CounterRandom::words(std::uint64_t index) const {
  const auto w = philox4x32({static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32),
                             static_cast<std::uint32_t>(stream_), static_cast<std::uint32_t>(stream_ >> 32)},
                            key_);
  return {(std::uint64_t{w[1]} << 32) | w[0], (std::uint64_t{w[3]} << 32) | w[2]};
}

static double to_unit(std::uint64_t w) { return (static_cast<double>(w >> 12) + 0.5) * 0x1p-52; }

double CounterRandom::uniform(std::uint64_t index) const { return to_unit(words(index)[0]); }

double CounterRandom::normal(std::uint64_t index) const {
  const auto w = words(index);
  return std::sqrt(-2.0 * std::log(to_unit(w[0]))) * std::cos(2.0 * std::numbers::pi * to_unit(w[1]));
}

std::uint64_t CounterRandom::integer(std::uint64_t index, std::uint64_t n) const {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Wide>(words(index)[0]) * n) >> 64);
}

}  // namespace neurode
