// Uses the public headers as a stranger would.
#include <cmath>
#include <cstdio>

#include "neurode/core/diagnostics.hpp"
#include "neurode/core/random.hpp"
#include "neurode/dynamics/layout.hpp"

int main() {
  neurode::StateLayout layout;
  layout.add({.name = "hidden.a", .rows = 500, .cols = 2});
  const neurode::CounterRandom noise(1, "consumer");
  neurode::Vector x(layout.size());
  for (neurode::Index i = 0; i < x.size(); ++i) x[i] = noise.normal(static_cast<std::uint64_t>(i));
  const double mean = x.mean();
  const double variance = (x.array() - mean).square().mean();
  // Five standard errors of 1000 standard normal numbers.
  if (std::abs(mean) > 0.16 || std::abs(variance - 1.0) > 0.23) {
    std::printf("not standard normal: mean %g, variance %g\n", mean, variance);
    return 1;
  }
  if (neurode::nearest_name("tsti5", {"euler", "tsit5"}) != "tsit5") {
    std::puts("nearest_name: not tsit5");
    return 1;
  }
  std::puts("consumer: fine");
}
