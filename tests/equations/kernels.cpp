#include "equations/kernels.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "equations/scalar.hpp"
#include "neurode/core/random.hpp"

using namespace neurode;
using namespace neurode::equations;
using Code = Tape::Code;
using Real = long double;

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
const std::vector<double> kSpecial{
    0.0,    -0.0,    kInf,     -kInf, kNan,    4.9e-324, -4.9e-324, 1e-310, -1e-310, 2.3e-308, 1e-300, -1e-300, 1e300,
    -1e300, 1.7e308, -1.7e308, 1,     -1,      2,        -2,        -3,     22,      -22,      700,    709.7,   709.8,
    715.5,  716.5,   720,      740,   741,     -708,     -708.5,    -709,   -740,    -745.1,   -745.2, -746,    -750,
    0.5,    -0.5,    1e-8,     -1e-8, 0x1p-53, -0x1p-53, 30,        -36.7,  37,      -40,      1e5};

/// Error in units in the last place of the true value; huge where only one of them is NaN or infinite.
double ulps(double got, Real want) {
  const double nearest = static_cast<double>(want);
  if (std::isnan(nearest)) return std::isnan(got) ? 0 : 1e30;
  if (std::isnan(got)) return 1e30;
  if (std::isinf(got) || std::isinf(nearest)) {
    const bool overflow = std::fabs(want) > Real(1.7976931348623157e308) * (1 - Real(1e-15)) && (got > 0) == (want > 0);
    return got == nearest || overflow ? 0 : 1e30;
  }
  const double size = std::fabs(nearest);
  const double unit =
      size - std::nextafter(size, 0.0) > 0 ? std::nextafter(size, kInf) - size : 4.9406564584124654e-324;
  return static_cast<double>(std::fabs(got - want) / (std::isinf(unit) ? 0x1p971 : unit));
}

double run_one(Code code, double x) {
  alignas(64) double in[8], out[8];
  std::fill_n(in, 8, x);
  kKernels[static_cast<std::size_t>(code)][6](8, out, in, nullptr, nullptr);
  return out[0];
}

/// Special values, n uniform ones, and n of both signs (or positive) whose logarithm is uniform.
std::vector<double> samples(double low, double high, double tiny, double huge, bool positive = false) {
  std::vector<double> xs;
  for (const double x : kSpecial) {
    if (!(std::fabs(x) > 1e5 && huge <= 1e5)) xs.push_back(x);
  }
  const CounterRandom random(7, "samples");
  for (std::uint64_t i = 0; i < 60000; ++i) {
    xs.push_back(low + (high - low) * random.uniform(3 * i));
    const double size = std::exp(std::log(tiny) + std::log(huge / tiny) * random.uniform(3 * i + 1));
    xs.push_back(positive || random.uniform(3 * i + 2) < 0.5 ? size : -size);
  }
  while (xs.size() % 8 != 0) xs.push_back(1);
  return xs;
}

template <class F>
void check(Code code, F truth, const std::vector<double>& xs, double allowed = 4) {
  std::vector<double> ys(xs.size());
  kKernels[static_cast<std::size_t>(code)][6](xs.size(), ys.data(), xs.data(), nullptr, nullptr);
  double worst = 0, at = 0;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const double e = ulps(ys[i], truth(Real(xs[i])));
    if (e > worst) {
      worst = e;
      at = xs[i];
    }
  }
  CAPTURE(at);
  CAPTURE(run_one(code, at));
  CHECK(worst <= allowed);
}

Real exprel(Real x) {
  if (x == 0) return 1;
  if (std::isinf(x)) return x > 0 ? x : 0;
  return std::expm1(x) / x;
}

/// Derivative number `order` of exprel = integral over s in [0, 1] of s^order e^(s x): by series where |x| is small.
Real exprel_slope(Real x, int order) {
  if (std::isnan(x)) return x;
  if (x > 11000) return static_cast<Real>(kInf);
  if (x < -11000) return order == 1 ? 1 / x / x : -2 / x / x / x;
  if (std::fabs(x) > 5) {
    return order == 1 ? ((x - 1) * std::exp(x) + 1) / x / x : ((x * x - 2 * x + 2) * std::exp(x) - 2) / x / x / x;
  }
  // e^x times a series of y = -x for x < 0, so that nothing cancels: the integral of (1-s)^order e^(-s x).
  Real sum = 0, term = 1;
  const Real y = std::fabs(x);
  for (int k = 0; k < 60; ++k) {
    Real weight = 1 / Real(k + order + 1);
    if (x < 0) {
      weight = 1 / Real(k + 1);
      for (int j = 1; j <= order; ++j) weight *= Real(j) / Real(k + 1 + j);
    }
    sum += weight * term;
    term *= y / Real(k + 1);
  }
  return x < 0 ? sum * std::exp(x) : sum;
}

}  // namespace

TEST_CASE("kernels: libmvec's functions are within 4 ulp, special values included") {
  check(
      Code::exp, [](Real x) { return std::exp(x); }, samples(-746, 710, 1e-320, 750));
  check(
      Code::expm1, [](Real x) { return std::expm1(x); }, samples(-50, 710, 1e-320, 750));
  check(
      Code::log, [](Real x) { return std::log(x); }, samples(0.5, 2, 1e-320, 1e308, true));
  check(
      Code::log1p, [](Real x) { return std::log1p(x); }, samples(-0.9999, 2, 1e-320, 1e308, true));
  check(
      Code::log1p, [](Real x) { return std::log1p(x); }, samples(-1, 1, 1e-18, 1));
  check(
      Code::tan, [](Real x) { return std::tan(x); }, samples(-10, 10, 1e-320, 1e5));
  check(
      Code::sin, [](Real x) { return std::sin(x); }, samples(-10, 10, 1e-320, 1e5));
  check(
      Code::cos, [](Real x) { return std::cos(x); }, samples(-10, 10, 1e-320, 1e5));
  check(
      Code::atan, [](Real x) { return std::atan(x); }, samples(-10, 10, 1e-320, 1e308));
  check(
      Code::erf, [](Real x) { return std::erf(x); }, samples(-7, 7, 1e-320, 1e308));
}

TEST_CASE("kernels: our functions are within 4 ulp, special values included") {
  check(
      Code::tanh, [](Real x) { return std::tanh(x); }, samples(-25, 25, 1e-320, 1e308));
  check(
      Code::logistic, [](Real x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); },
      samples(-746, 50, 1e-320, 800));
  check(
      Code::softplus, [](Real x) { return (x > 0 ? x : 0) + std::log1p(std::exp(-std::fabs(x))); },
      samples(-746, 50, 1e-320, 1e308), 5);
  check(
      Code::softplus, [](Real x) { return (x > 0 ? x : 0) + std::log1p(std::exp(-std::fabs(x))); },
      samples(-5, 5, 1e-3, 10), 5);  // 3 ulp of exp and 2 of log1p can add up
  check(Code::exprel, exprel, samples(-50, 717, 1e-320, 1e308));
  check(Code::exprel, exprel, samples(-3, 3, 1e-18, 3));
  check(Code::exprel, exprel, samples(700, 717, 1e-18, 3));
  check(
      Code::floor, [](Real x) { return std::floor(x); }, samples(-10, 10, 1e-320, 1e308), 0);
  check(
      Code::sqrt, [](Real x) { return std::sqrt(x); }, samples(0, 10, 1e-320, 1e308, true), 0.5001);
}

TEST_CASE("kernels: derivatives of exprel") {
  // Where the formula takes over from the series, what is left of its cancellation adds to exp's three ulps.
  check(
      Code::exprel_derivative, [](Real x) { return exprel_slope(x, 1); }, samples(-50, 717, 1e-320, 1e100), 6);
  check(
      Code::exprel_derivative, [](Real x) { return exprel_slope(x, 1); }, samples(-3, 3, 1e-18, 3), 6);
  check(
      Code::exprel_second_derivative, [](Real x) { return exprel_slope(x, 2); }, samples(-50, 717, 1e-320, 1e90), 8);
  check(
      Code::exprel_second_derivative, [](Real x) { return exprel_slope(x, 2); }, samples(-4, 4, 1e-18, 3), 8);
}

TEST_CASE("kernels: every instruction does what its op does, special values and pairs of them included") {
  struct Pair {
    Code code;
    Op op;
  };
  for (const Pair p : {Pair{Code::neg, Op::neg},
                       {Code::logical_not, Op::logical_not},
                       {Code::relu, Op::relu},
                       {Code::abs, Op::abs},
                       {Code::sign, Op::sign},
                       {Code::heaviside, Op::heaviside},
                       {Code::floor, Op::floor}}) {
    for (const double x : kSpecial) {
      const double got = run_one(p.code, x), want = apply(p.op, x);
      CAPTURE(op_name(p.op));
      CAPTURE(x);
      CHECK((std::isnan(want) ? std::isnan(got) : got == want && std::signbit(got) == std::signbit(want)));
    }
  }
  for (const Pair p : {Pair{Code::add, Op::add},
                       {Code::sub, Op::sub},
                       {Code::mul, Op::mul},
                       {Code::div, Op::div},
                       {Code::min, Op::min},
                       {Code::max, Op::max},
                       {Code::less, Op::less},
                       {Code::less_equal, Op::less_equal},
                       {Code::equal, Op::equal},
                       {Code::not_equal, Op::not_equal},
                       {Code::logical_and, Op::logical_and},
                       {Code::logical_or, Op::logical_or}}) {
    for (const double x : kSpecial) {
      for (const double y : kSpecial) {
        alignas(64) double a[8], b[8], out[3][8];
        std::fill_n(a, 8, x);
        std::fill_n(b, 8, y);
        const auto& row = kKernels[static_cast<std::size_t>(p.code)];
        row[4](8, out[0], a, b, nullptr);
        row[5](8, out[1], a, b, nullptr);
        row[6](8, out[2], a, b, nullptr);
        const double want = apply(p.op, x, y);
        CAPTURE(op_name(p.op));
        CAPTURE(x);
        CAPTURE(y);
        for (const auto& o : out) CHECK((std::isnan(want) ? std::isnan(o[7]) : o[7] == want));
      }
    }
  }
}

TEST_CASE("kernels: fused instructions") {
  const CounterRandom random(5, "fused");
  for (std::uint64_t i = 0; i < 500; ++i) {
    const double a = random.normal(3 * i), b = random.normal(3 * i + 1), c = random.normal(3 * i + 2);
    const auto run = [&](Code code, std::size_t singles) {
      alignas(64) double x[8], y[8], z[8], out[8];
      std::fill_n(x, 8, a);
      std::fill_n(y, 8, b);
      std::fill_n(z, 8, c);
      kKernels[static_cast<std::size_t>(code)][singles](8, out, x, y, z);
      return out[3];
    };
    for (std::size_t singles = 0; singles < 8; ++singles) {
      const double scale = 1e-15 * (std::abs(a * b) + std::abs(c));
      CHECK(std::abs(run(Code::mul_add, singles) - (a * b + c)) <= scale);
      CHECK(std::abs(run(Code::mul_sub, singles) - (a * b - c)) <= scale);
      CHECK(std::abs(run(Code::sub_mul, singles) - (c - a * b)) <= scale);
      CHECK(run(Code::mul_add, singles) == run(Code::mul_add, 0));
      CHECK(run(Code::sum_times, singles) == (a + b) * c);
      CHECK(run(Code::difference_times, singles) == (a - b) * c);
      CHECK(run(Code::sum_over, singles) == (a + b) / c);
      CHECK(run(Code::difference_over, singles) == (a - b) / c);
      CHECK(run(Code::where, singles) == b);
    }
  }
  auto xs = samples(-50, 717, 1e-320, 1e305);
  const std::vector<double> threes(xs.size(), 3.0);
  std::vector<double> ys(xs.size());
  kKernels[static_cast<std::size_t>(Code::div_exprel)][4](xs.size(), ys.data(), threes.data(), xs.data(), nullptr);
  double worst = 0, at = 0;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const Real x = xs[i];
    const Real want = x == 0 ? 3 : std::isinf(x) ? (x > 0 ? 0 : x < 0 ? -3 * x : x) : 3 * (x / std::expm1(x));
    const double e = ulps(ys[i], want);
    if (e > worst) {
      worst = e;
      at = xs[i];
    }
  }
  CAPTURE(at);
  CHECK(worst <= 4);
}

TEST_CASE("kernels: padded copies") {
  for (std::size_t n = 1; n <= 24; ++n) {
    std::vector<double> in(n), out(33, 7.0);  // in: no byte more than is there, for the address sanitizer
    for (std::size_t i = 0; i < n; ++i) in[i] = 10.0 + static_cast<double>(i);
    copy_padded(n, out.data(), in.data());
    const std::size_t padded = (n + 7) / 8 * 8;
    for (std::size_t i = 0; i < out.size(); ++i) CHECK(out[i] == (i < n ? in[i] : i < padded ? 1.0 : 7.0));
  }
}

TEST_CASE("kernels: a lane does not feel its neighbours") {
  for (std::size_t code = 0; code < kTapeCodes; ++code) {
    if (operand_count(static_cast<Code>(code)) != 1) continue;
    const CounterRandom random(3, "lanes");
    for (std::uint64_t i = 0; i < 200; ++i) {
      alignas(64) double in[8], out[8];
      for (std::uint64_t k = 0; k < 8; ++k) in[k] = 20 * random.normal(8 * i + k);
      in[i % 8] = kSpecial[i % kSpecial.size()];
      kKernels[code][6](8, out, in, nullptr, nullptr);
      for (std::size_t k = 0; k < 8; ++k) {
        const double alone = run_one(static_cast<Code>(code), in[k]);
        CAPTURE(code);
        CAPTURE(in[k]);
        CHECK((std::isnan(alone) ? std::isnan(out[k]) : out[k] == alone));
      }
    }
  }
}
