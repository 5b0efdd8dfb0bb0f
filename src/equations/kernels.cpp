#include "equations/kernels.hpp"

#include "equations/special.hpp"

namespace neurode::equations {

namespace {

using simd::Mask;
using simd::Vec;

template <Vec (*F)(Vec)>
void unary(std::size_t n, double* out, const double* a, const double*, const double*) {
  for (std::size_t i = 0; i < n; i += simd::kLanes) simd::store(out + i, F(simd::load(a + i)));
}

/// An operand that is a vector of lanes, or (Scalar) one number.
template <bool Scalar>
struct Reader {
  const double* data;
  Vec value;
  NEURODE_INLINE explicit Reader(const double* p) : data(p), value{} {
    if constexpr (Scalar) value = simd::splat(*p);
  }
  NEURODE_INLINE Vec at(std::size_t i) const {
    if constexpr (Scalar) return value;
    return simd::load(data + i);
  }
};

template <Vec (*F)(Vec, Vec), bool SA, bool SB>
void binary(std::size_t n, double* out, const double* a, const double* b, const double*) {
  const Reader<SA> ra(a);
  const Reader<SB> rb(b);
  for (std::size_t i = 0; i < n; i += simd::kLanes) simd::store(out + i, F(ra.at(i), rb.at(i)));
}

template <Vec (*F)(Vec, Vec, Vec), bool SA, bool SB, bool SC>
void ternary(std::size_t n, double* out, const double* a, const double* b, const double* c) {
  const Reader<SA> ra(a);
  const Reader<SB> rb(b);
  const Reader<SC> rc(c);
  for (std::size_t i = 0; i < n; i += simd::kLanes) simd::store(out + i, F(ra.at(i), rb.at(i), rc.at(i)));
}

template <Vec (*F)(Vec)>
constexpr KernelRow row() {
  return {nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, unary<F>, unary<F>};
}
template <Vec (*F)(Vec, Vec)>
constexpr KernelRow row() {
  return {nullptr,
          nullptr,
          nullptr,
          nullptr,
          binary<F, false, false>,
          binary<F, true, false>,
          binary<F, false, true>,
          binary<F, false, false>};
}
template <Vec (*F)(Vec, Vec, Vec)>
constexpr KernelRow row() {
  return {ternary<F, false, false, false>, ternary<F, true, false, false>, ternary<F, false, true, false>,
          ternary<F, true, true, false>,   ternary<F, false, false, true>, ternary<F, true, false, true>,
          ternary<F, false, true, true>,   ternary<F, false, false, false>};
}

NEURODE_INLINE Vec copy(Vec a) { return a; }
NEURODE_INLINE Vec neg(Vec a) { return -a; }
NEURODE_INLINE Vec logical_not(Vec a) { return simd::truth(a == 0.0); }
NEURODE_INLINE Vec relu(Vec a) { return a < 0.0 ? simd::splat(0.0) : a; }
NEURODE_INLINE Vec sign(Vec a) { return a > 0.0 ? simd::splat(1.0) : (a < 0.0 ? simd::splat(-1.0) : a); }
NEURODE_INLINE Vec heaviside(Vec a) { return a > 0.0 ? simd::splat(1.0) : (a <= 0.0 ? simd::splat(0.0) : a); }
NEURODE_INLINE Vec add(Vec a, Vec b) { return a + b; }
NEURODE_INLINE Vec sub(Vec a, Vec b) { return a - b; }
NEURODE_INLINE Vec mul(Vec a, Vec b) { return a * b; }
NEURODE_INLINE Vec div(Vec a, Vec b) { return a / b; }
NEURODE_INLINE Vec min(Vec a, Vec b) { return ((a < b) | (a != a)) ? a : b; }
NEURODE_INLINE Vec max(Vec a, Vec b) { return ((a > b) | (a != a)) ? a : b; }
NEURODE_INLINE Vec less(Vec a, Vec b) { return simd::truth(a < b); }
NEURODE_INLINE Vec less_equal(Vec a, Vec b) { return simd::truth(a <= b); }
NEURODE_INLINE Vec equal(Vec a, Vec b) { return simd::truth(a == b); }
NEURODE_INLINE Vec not_equal(Vec a, Vec b) { return simd::truth(a != b); }
NEURODE_INLINE Vec logical_and(Vec a, Vec b) { return simd::truth((a != 0.0) & (b != 0.0)); }
NEURODE_INLINE Vec logical_or(Vec a, Vec b) { return simd::truth((a != 0.0) | (b != 0.0)); }
NEURODE_INLINE Vec mul_sub(Vec a, Vec b, Vec c) { return simd::mul_add(a, b, -c); }
NEURODE_INLINE Vec sub_mul(Vec a, Vec b, Vec c) { return simd::mul_add(-a, b, c); }
NEURODE_INLINE Vec sum_times(Vec a, Vec b, Vec c) { return (a + b) * c; }
NEURODE_INLINE Vec difference_times(Vec a, Vec b, Vec c) { return (a - b) * c; }
NEURODE_INLINE Vec sum_over(Vec a, Vec b, Vec c) { return (a + b) / c; }
NEURODE_INLINE Vec difference_over(Vec a, Vec b, Vec c) { return (a - b) / c; }
NEURODE_INLINE Vec where(Vec a, Vec b, Vec c) { return a != 0.0 ? b : c; }

/// Which rows are there is noted beside them: with -fsanitize=null g++ takes no function's address for a constant that
/// can be compared with nullptr.
struct Kernels {
  std::array<KernelRow, kTapeCodes> rows{};
  std::array<bool, kTapeCodes> present{};
};

constexpr Kernels make_kernels() {
  Kernels kernels;
  using Code = Tape::Code;
  const auto set = [&](Code code, const KernelRow& r) {
    kernels.rows[static_cast<std::size_t>(code)] = r;
    kernels.present[static_cast<std::size_t>(code)] = true;
  };
  set(Code::copy, row<copy>());
  set(Code::neg, row<neg>());
  set(Code::logical_not, row<logical_not>());
  set(Code::exp, row<simd::exp>());
  set(Code::expm1, row<simd::expm1>());
  set(Code::log, row<simd::log>());
  set(Code::log1p, row<simd::log1p>());
  set(Code::sqrt, row<simd::sqrt>());
  set(Code::sin, row<simd::sin>());
  set(Code::cos, row<simd::cos>());
  set(Code::tan, row<simd::tan>());
  set(Code::tanh, row<simd::tanh>());
  set(Code::atan, row<simd::atan>());
  set(Code::logistic, row<simd::logistic>());
  set(Code::relu, row<relu>());
  set(Code::softplus, row<simd::softplus>());
  set(Code::erf, row<simd::erf>());
  set(Code::exprel, row<simd::exprel>());
  set(Code::exprel_derivative, row<simd::exprel_derivative>());
  set(Code::exprel_second_derivative, row<simd::exprel_second_derivative>());
  set(Code::abs, row<simd::abs>());
  set(Code::sign, row<sign>());
  set(Code::heaviside, row<heaviside>());
  set(Code::floor, row<simd::floor>());
  set(Code::add, row<add>());
  set(Code::sub, row<sub>());
  set(Code::mul, row<mul>());
  set(Code::div, row<div>());
  set(Code::pow, row<simd::pow>());
  set(Code::min, row<min>());
  set(Code::max, row<max>());
  set(Code::less, row<less>());
  set(Code::less_equal, row<less_equal>());
  set(Code::equal, row<equal>());
  set(Code::not_equal, row<not_equal>());
  set(Code::logical_and, row<logical_and>());
  set(Code::logical_or, row<logical_or>());
  set(Code::mul_add, row<simd::mul_add>());
  set(Code::mul_sub, row<mul_sub>());
  set(Code::sub_mul, row<sub_mul>());
  set(Code::div_exprel, row<simd::div_exprel>());
  set(Code::sum_times, row<sum_times>());
  set(Code::difference_times, row<difference_times>());
  set(Code::sum_over, row<sum_over>());
  set(Code::difference_over, row<difference_over>());
  set(Code::where, row<where>());
  return kernels;
}

constexpr bool complete(const Kernels& kernels) {
  for (const bool present : kernels.present) {
    if (!present) return false;
  }
  return true;
}

}  // namespace

void copy_padded(std::size_t n, double* out, const double* in) {
  std::size_t i = 0;
  for (; i + simd::kLanes <= n; i += simd::kLanes) simd::store(out + i, simd::load(in + i));
  if (i < n) {
    simd::store(out + i, simd::load_first(in + i, n - i));
    i += simd::kLanes;
  }
  for (; i % 8 != 0; i += simd::kLanes) simd::store(out + i, simd::splat(1.0));
}

const std::array<KernelRow, kTapeCodes> kKernels = make_kernels().rows;
static_assert(complete(make_kernels()));

}  // namespace neurode::equations
