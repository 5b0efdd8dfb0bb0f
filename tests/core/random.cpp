#include "neurode/core/random.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace neurode;

using Words = std::array<std::uint32_t, 4>;

TEST_CASE("Philox4x32-10 gives Random123's known answers") {
  CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  constexpr std::uint32_t kOnes = 0xffffffff;
  CHECK(philox4x32({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}) ==
        Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("streams depend on seed, name and index alone") {
  const CounterRandom a(1, "weights"), again(1, "weights"), other_name(1, "bias"), other_seed(2, "weights"),
      high_seed(1 + (std::uint64_t{1} << 32), "weights");
  int same = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    CHECK(a.uniform(i) == again.uniform(i));
    same += a.uniform(i) == other_name.uniform(i);
    same += a.uniform(i) == other_seed.uniform(i);
    same += a.uniform(i) == high_seed.uniform(i);
    same += a.uniform(i) == a.uniform(i + (std::uint64_t{1} << 32));
  }
  CHECK(same == 0);
}

/// Sample moments of n draws; each is compared with the truth at five standard errors, fixed seed.
TEST_CASE("uniform numbers have the moments of the uniform distribution") {
  const CounterRandom r(20240229, "moments");
  constexpr int n = 200000;
  double m1 = 0, m2 = 0, lag = 0, low = 1, high = 0;
  for (int i = 0; i < n; ++i) {
    const double u = r.uniform(i);
    m1 += u / n;
    m2 += u * u / n;
    lag += (u - 0.5) * (r.uniform(i + 1) - 0.5) / n;
    low = std::min(low, u);
    high = std::max(high, u);
  }
  CHECK(std::abs(m1 - 1.0 / 2) < 5 * std::sqrt(1.0 / 12 / n));
  CHECK(std::abs(m2 - 1.0 / 3) < 5 * std::sqrt(4.0 / 45 / n));
  CHECK(std::abs(lag) < 5 * (1.0 / 12) / std::sqrt(n));
  CHECK(low > 0);
  CHECK(low < 1e-4);
  CHECK(high < 1);
  CHECK(high > 1 - 1e-4);
}

TEST_CASE("normal numbers have the moments and tails of the normal distribution") {
  const CounterRandom r(7, "normal");
  constexpr int n = 200000;
  double m1 = 0, m2 = 0, m3 = 0, m4 = 0, beyond = 0;
  for (int i = 0; i < n; ++i) {
    const double x = r.normal(i);
    m1 += x / n;
    m2 += x * x / n;
    m3 += x * x * x / n;
    m4 += x * x * x * x / n;
    beyond += (std::abs(x) > 1.959963984540054) / double(n);
  }
  CHECK(std::abs(m1) < 5 / std::sqrt(n));
  CHECK(std::abs(m2 - 1) < 5 * std::sqrt(2.0 / n));
  CHECK(std::abs(m3) < 5 * std::sqrt(15.0 / n));
  CHECK(std::abs(m4 - 3) < 5 * std::sqrt(96.0 / n));
  CHECK(std::abs(beyond - 0.05) < 5 * std::sqrt(0.05 * 0.95 / n));
}

TEST_CASE("integers are uniform over their range") {
  const CounterRandom r(3, "integers");
  std::vector<int> count(7);
  constexpr int n = 70000;
  for (int i = 0; i < n; ++i) {
    const auto k = r.integer(i, 7);
    REQUIRE(k < 7);
    ++count[k];
  }
  double chi2 = 0;
  for (const int c : count) chi2 += (c - n / 7.0) * (c - n / 7.0) / (n / 7.0);
  CHECK(chi2 < 22.46);  // 6 degrees of freedom, p = 0.001
  CHECK(chi2 > 0.38);   // and not suspiciously even
  CHECK(r.integer(5, 1) == 0);
}
