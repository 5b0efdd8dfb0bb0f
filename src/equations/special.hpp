#pragma once

// Functions that libmvec does not have, or that go faster from another one of it. tests/equations/kernels.cpp holds
// their errors below 4 units in the last place.

#include <array>

#include "equations/simd.hpp"

namespace neurode::equations::simd {

/// From expm1: t/(t+2) with t = expm1(2|x|). Beyond |x| = 22 the result is 1 in double precision.
NEURODE_INLINE Vec tanh(Vec x) {
  const Vec twice = 2 * abs(x);
  const Vec t = expm1(twice > 44.0 ? splat(44.0) : twice);
  return with_sign_of(t / (t + 2), x);
}

/// exp never sees a positive argument, so that nothing overflows.
NEURODE_INLINE Vec logistic(Vec x) {
  const Vec e = exp(-abs(x));
  return (x < 0.0 ? e : splat(1.0)) / (1 + e);
}

NEURODE_INLINE Vec softplus(Vec x) { return (x > 0.0 ? x : splat(0.0)) + log1p(exp(-abs(x))); }

/// From here on the exponential is taken in two factors, since it overflows before what is divided by x does.
inline constexpr double kBig = 690;
inline constexpr double kShift = 20;
inline constexpr double kExpShift = 485165195.40979027796910683054;  // exp(20)

/// exp(x) * factor for x > kBig (anything finite elsewhere); infinite from x = 740 on, also for x = inf.
NEURODE_INLINE Vec big_exp_times(Vec x, Vec factor) {
  const Vec bounded = x < 740.0 ? x : splat(740.0);
  return exp(bounded - kShift) * factor * kExpShift;
}

/// (e^x - 1) / x
NEURODE_INLINE Vec exprel(Vec x) {
  Vec y = expm1(x) / x;
  const Mask big = x > kBig;
  if (any(big)) [[unlikely]] {
    y = big ? big_exp_times(x, 1 / (x < 1e300 ? x : splat(1e300))) : y;
    y = x > 740.0 ? splat(INFINITY) : y;
  }
  return x == 0.0 ? splat(1.0) : y;
}

/// a / exprel(x), with one division for two.
NEURODE_INLINE Vec div_exprel(Vec a, Vec x) {
  Vec y = x / expm1(x);
  const Mask big = x > kBig;
  if (any(big)) [[unlikely]]
    y = big ? (x < 1e5 ? x : splat(1e5)) * exp(kShift - x) / kExpShift : y;
  return a * (x == 0.0 ? splat(1.0) : y);
}

/// Taylor coefficients at 0 of the derivative number `order` of exprel, for y = |x|: of the function itself for x > 0;
/// for x < 0 of e^-x times it (exprel(x) = e^x exprel(-x) gives e^x * order! * sum y^k/(k+1+order)!). All are
/// positive: nothing cancels.
template <int Order>
struct ExprelSeries {
  static constexpr int kTerms = 27;
  std::array<double, kTerms> right{}, left{};
  constexpr ExprelSeries() {
    for (int k = 0; k < kTerms; ++k) {
      long double factorial = 1, rising = 1, order = 1;
      for (int j = 2; j <= k + 1 + Order; ++j) factorial *= j;
      for (int j = 1; j <= Order; ++j) {
        rising *= k + j;
        order *= j;
      }
      right[k] = static_cast<double>(rising / factorial);
      left[k] = static_cast<double>(order / factorial);
    }
  }
};

template <int Order>
NEURODE_INLINE Vec exprel_series(Vec x, Vec e) {
  static constexpr ExprelSeries<Order> kSeries;
  const Vec y = abs(x);
  const Mask right = x > 0.0;
  Vec sum = splat(0);
  for (int k = kSeries.kTerms - 1; k >= 0; --k)
    sum = sum * y + (right ? splat(kSeries.right[k]) : splat(kSeries.left[k]));
  return right ? sum : sum * e;
}

/// ((x - 1) e^x + 1) / x^2, and where that cancels (-2 < x < 1) its series.
NEURODE_INLINE Vec exprel_derivative(Vec x) {
  const Vec e = exp(x);
  const Vec bounded = x > -1e100 ? x : splat(-1e100);  // of 0 * inf
  Vec y = ((bounded - 1) * e + 1) / x / x;
  y = ((x > -2.0) & (x < 1.0)) ? exprel_series<1>(x, e) : y;
  const Mask big = x > kBig;
  if (any(big)) [[unlikely]] {
    const Vec z = x < 1e100 ? x : splat(1e100);
    y = big ? big_exp_times(x, (z - 1) / z / z) : y;
    y = x > 740.0 ? splat(INFINITY) : y;
  }
  return x != x ? x : y;
}

/// ((x^2 - 2x + 2) e^x - 2) / x^3, and where that cancels (-3 < x < 2) its series.
NEURODE_INLINE Vec exprel_second_derivative(Vec x) {
  const Vec e = exp(x);
  const Vec bounded = x > -1e100 ? x : splat(-1e100);
  Vec y = (((bounded - 2) * bounded + 2) * e - 2) / x / x / x;
  y = ((x > -3.0) & (x < 2.0)) ? exprel_series<2>(x, e) : y;
  const Mask big = x > kBig;
  if (any(big)) [[unlikely]] {
    const Vec z = x < 1e100 ? x : splat(1e100);
    y = big ? big_exp_times(x, ((z - 2) * z + 2) / z / z / z) : y;
    y = x > 740.0 ? splat(INFINITY) : y;
  }
  return x != x ? x : y;
}

}  // namespace neurode::equations::simd
