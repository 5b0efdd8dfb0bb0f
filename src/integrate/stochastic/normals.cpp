#include "integrate/stochastic/normals.hpp"

#include <cmath>
#include <numbers>

#include "neurode/core/random.hpp"

namespace neurode::integrate {

namespace {

// Vectors of the processor's own width (GCC and Clang).
#if defined(__AVX512F__)
constexpr std::size_t kWidth = 8;
#elif defined(__AVX2__)
constexpr std::size_t kWidth = 4;
#else
constexpr std::size_t kWidth = 2;
#endif
static_assert(NormalPairs::kLanes % kWidth == 0);
using Reals = double __attribute__((vector_size(8 * kWidth)));
using Words = std::uint64_t __attribute__((vector_size(8 * kWidth)));

Words bits(Reals x) { return reinterpret_cast<Words>(x); }
Reals from_bits(Words x) { return reinterpret_cast<Reals>(x); }
Reals real(double x) { return x - Reals{}; }
Words word(std::uint64_t x) { return x - Words{}; }

/// c0 + x c1 + x^2 c2 + ...
template <std::size_t n>
Reals polynomial(const double (&c)[n], Reals x) {
  Reals y = real(c[n - 1]);
  for (std::size_t k = n - 1; k-- > 0;) y = y * x + c[k];
  return y;
}

/// Uniform in (0, 1): 52 bits and a half.
Reals unit(Words w) { return from_bits((w >> 12) | word(0x3FF0000000000000ULL)) - (1 - 0x1p-53); }

/// log x of normal x > 0: x = 2^e m, m in [sqrt(1/2), sqrt(2)), and log m = 2 artanh((m - 1)/(m + 1)).
Reals log_of(Reals x) {
  constexpr std::uint64_t kRootHalf = 0x3FE6A09E667F3BCDULL;
  const Words shifted = bits(x) - kRootHalf;
  const Words e = shifted >> 52;  // two's complement: below sqrt(1/2) it wraps
  const Reals m = from_bits((shifted & 0x000FFFFFFFFFFFFFULL) + kRootHalf);
  // A whole number up to 2^11 in the low bits of 2^52 + 2^51 + it, its sign bit extended.
  const Words low = ((e ^ 0x800U) - 0x800U) & 0x000FFFFFFFFFFFFFULL;
  const Reals exponent =
      from_bits(((low + 0x0008000000000000ULL) & 0x000FFFFFFFFFFFFFULL) | word(0x4330000000000000ULL)) - 0x1.8p52;
  const Reals s = (m - 1) / (m + 1), z = s * s;
  static constexpr double kC[] = {2.0,      2.0 / 3,  2.0 / 5,  2.0 / 7,  2.0 / 9, 2.0 / 11,
                                  2.0 / 13, 2.0 / 15, 2.0 / 17, 2.0 / 19, 2.0 / 21};
  return exponent * std::numbers::ln2 + s * polynomial(kC, z);
}

/// cos and sin of 2 pi u, 0 < u < 1: by quarters of the circle and Taylor's series up to pi/4.
void circle(Reals u, Reals& cosine, Reals& sine) {
  constexpr double kRound = 0x1.8p52;
  const Reals shifted = 4 * u + kRound;
  const Words quarter = bits(shifted);
  const Reals angle = (u - (shifted - kRound) * 0.25) * (2 * std::numbers::pi);
  const Reals z = angle * angle;
  static constexpr double kSine[] = {1.0,          -1.0 / 6,        1.0 / 120,        -1.0 / 5040,
                                     1.0 / 362880, -1.0 / 39916800, 1.0 / 6227020800, -1.0 / 1307674368000};
  static constexpr double kCosine[] = {1.0,
                                       -1.0 / 2,
                                       1.0 / 24,
                                       -1.0 / 720,
                                       1.0 / 40320,
                                       -1.0 / 3628800,
                                       1.0 / 479001600,
                                       -1.0 / 87178291200,
                                       1.0 / 20922789888000};
  const Reals s = angle * polynomial(kSine, z), c = polynomial(kCosine, z);
  const Words odd = word(std::uint64_t{0}) - (quarter & 1U);  // all ones where the quarter is odd
  const Words s_sign = (quarter & 2U) << 62, c_sign = ((quarter + 1U) & 2U) << 62;
  sine = from_bits(((bits(s) & ~odd) | (bits(c) & odd)) ^ s_sign);
  cosine = from_bits(((bits(c) & ~odd) | (bits(s) & odd)) ^ c_sign);
}

}  // namespace

NormalPairs::NormalPairs(std::uint64_t seed, std::string_view stream) {
  // The stream's name and the seed make the key; two streams share one with probability 2^-64.
  const CounterRandom random(seed, stream);
  key_ = {static_cast<std::uint32_t>(random.integer(0, std::uint64_t{1} << 32)),
          static_cast<std::uint32_t>(random.integer(1, std::uint64_t{1} << 32))};
}

void NormalPairs::draw(std::uint32_t cell, std::uint64_t node, std::uint32_t first, double* a, double* b) const {
  constexpr std::uint64_t kM0 = 0xD2511F53, kM1 = 0xCD9E8D57, kLow = 0xFFFFFFFF;
  constexpr std::uint32_t kW0 = 0x9E3779B9, kW1 = 0xBB67AE85;
  for (std::size_t from = 0; from < kLanes; from += kWidth) {
    Words c0 = word(node & kLow), c1 = word(node >> 32), c2 = word(cell), c3;
    for (std::size_t k = 0; k < kWidth; ++k) c3[k] = first + static_cast<std::uint32_t>(from + k);
    std::uint32_t k0 = key_[0], k1 = key_[1];
    for (int round = 0; round < 10; ++round, k0 += kW0, k1 += kW1) {
      const Words p0 = c0 * kM0, p1 = c2 * kM1;
      c0 = (p1 >> 32) ^ c1 ^ std::uint64_t{k0};
      c1 = p1 & kLow;
      c2 = (p0 >> 32) ^ c3 ^ std::uint64_t{k1};
      c3 = p0 & kLow;
    }
    const Reals square = -2 * log_of(unit((c1 << 32) | c0));
    Reals cosine, sine;
    circle(unit((c3 << 32) | c2), cosine, sine);
    for (std::size_t k = 0; k < kWidth; ++k) {
      const double radius = __builtin_sqrt(square[k]);
      a[from + k] = radius * cosine[k];
      b[from + k] = radius * sine[k];
    }
  }
}

}  // namespace neurode::integrate
