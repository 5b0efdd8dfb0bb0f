#pragma once

// Vectors of the processor's own width, as GCC and Clang have them, and glibc's vectorised mathematics (libmvec),
// called by name: no -ffast-math, no guess of an optimiser. Elsewhere the same names loop over the plain functions.
// Every lane is computed from its own operand alone.

#if __has_include(<features.h>)
#include <features.h>
#endif
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__AVX512F__)
#define NEURODE_LANES 8
#define NEURODE_MVEC(kind, f) _ZGVeN8##kind##_##f
#elif defined(__AVX2__)
#define NEURODE_LANES 4
#define NEURODE_MVEC(kind, f) _ZGVdN4##kind##_##f
#else
#define NEURODE_LANES 2
#define NEURODE_MVEC(kind, f) _ZGVbN2##kind##_##f
#endif

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GLIBC_PREREQ)
#if __GLIBC_PREREQ(2, 35)
#define NEURODE_HAS_MVEC 1
#endif
#endif

namespace neurode::equations::simd {

inline constexpr std::size_t kLanes = NEURODE_LANES;

using Vec = double __attribute__((vector_size(8 * NEURODE_LANES)));
using Mask = std::int64_t __attribute__((vector_size(8 * NEURODE_LANES)));

#define NEURODE_INLINE [[gnu::always_inline]] inline

NEURODE_INLINE Vec load(const double* p) {
  Vec v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
/// The first `count` lanes (at least 1, less than all), the others 1. Touches no memory beyond them.
NEURODE_INLINE Vec load_first(const double* p, std::size_t count) {
#if defined(__AVX512F__)
  return _mm512_mask_loadu_pd(_mm512_set1_pd(1.0), static_cast<__mmask8>((1U << count) - 1U), p);
#else
  Vec v;
  for (std::size_t k = 0; k < kLanes; ++k) v[k] = k < count ? p[k] : 1.0;
  return v;
#endif
}
NEURODE_INLINE void store(double* p, Vec v) { std::memcpy(p, &v, sizeof v); }
NEURODE_INLINE Vec splat(double x) { return x - Vec{}; }
NEURODE_INLINE Mask bits(Vec v) {
  Mask m;
  std::memcpy(&m, &v, sizeof m);
  return m;
}
NEURODE_INLINE Vec from_bits(Mask m) {
  Vec v;
  std::memcpy(&v, &m, sizeof v);
  return v;
}
NEURODE_INLINE bool any(Mask m) {
  std::int64_t all = 0;
  for (std::size_t k = 0; k < kLanes; ++k) all |= m[k];
  return all != 0;
}
NEURODE_INLINE Vec truth(Mask m) { return from_bits(m & bits(splat(1.0))); }
NEURODE_INLINE Vec abs(Vec x) { return from_bits(bits(x) & ~bits(splat(-0.0))); }
NEURODE_INLINE Vec with_sign_of(Vec magnitude, Vec sign) {
  return from_bits((bits(magnitude) & ~bits(splat(-0.0))) | (bits(sign) & bits(splat(-0.0))));
}

template <class F>
NEURODE_INLINE Vec lane_by_lane(Vec x, F f) {
  Vec y;
  for (std::size_t k = 0; k < kLanes; ++k) y[k] = f(x[k]);
  return y;
}
/// a*b + c with one rounding where the processor has that, and everywhere in a program with the same one: left to the
/// compiler, a product of two numbers that a loop does not change would be rounded on its own.
NEURODE_INLINE Vec mul_add(Vec a, Vec b, Vec c) {
#if defined(__AVX512F__)
  return _mm512_fmadd_pd(a, b, c);
#elif defined(__AVX2__) && defined(__FMA__)
  return _mm256_fmadd_pd(a, b, c);
#elif defined(__FP_FAST_FMA)
  Vec y;
  for (std::size_t k = 0; k < kLanes; ++k) y[k] = __builtin_fma(a[k], b[k], c[k]);
  return y;
#else
  return a * b + c;
#endif
}
NEURODE_INLINE Vec sqrt(Vec x) {
  return lane_by_lane(x, [](double v) { return __builtin_sqrt(v); });
}
/// Adding 2^52 rounds to a whole number; from there on every double is one.
NEURODE_INLINE Vec floor(Vec x) {
  const Vec big = with_sign_of(splat(0x1p52), x);
  Vec whole = (x + big) - big;
  whole = whole > x ? whole - 1 : whole;
  return abs(x) < 0x1p52 ? with_sign_of(whole, x) : x;
}

#ifdef NEURODE_HAS_MVEC
#define NEURODE_UNARY(f)                           \
  extern "C" Vec NEURODE_MVEC(v, f)(Vec) noexcept; \
  NEURODE_INLINE Vec f(Vec x) { return NEURODE_MVEC(v, f)(x); }
#else
#define NEURODE_UNARY(f)                                        \
  NEURODE_INLINE Vec f(Vec x) {                                 \
    return lane_by_lane(x, [](double v) { return std::f(v); }); \
  }
#endif
NEURODE_UNARY(exp)
NEURODE_UNARY(expm1)
NEURODE_UNARY(log)
NEURODE_UNARY(log1p)
NEURODE_UNARY(sin)
NEURODE_UNARY(cos)
NEURODE_UNARY(tan)
NEURODE_UNARY(atan)
NEURODE_UNARY(erf)
#undef NEURODE_UNARY

#ifdef NEURODE_HAS_MVEC
extern "C" Vec NEURODE_MVEC(vv, pow)(Vec, Vec) noexcept;
NEURODE_INLINE Vec pow(Vec x, Vec y) { return NEURODE_MVEC(vv, pow)(x, y); }
#else
NEURODE_INLINE Vec pow(Vec x, Vec y) {
  Vec z;
  for (std::size_t k = 0; k < kLanes; ++k) z[k] = std::pow(x[k], y[k]);
  return z;
}
#endif

}  // namespace neurode::equations::simd
