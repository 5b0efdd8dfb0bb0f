// Uses the public headers as a stranger would: one value type, one function of the library, one interface.
#include <cmath>
#include <cstdio>
#include <memory>

#include "neurode/core/random.hpp"
#include "neurode/dynamics/layout.hpp"

int main() {
  const neurode::CounterRandom noise(1, "consumer");
  Eigen::VectorXd x(1000);
  for (Eigen::Index i = 0; i < x.size(); ++i) x[i] = noise.normal(static_cast<std::uint64_t>(i));
  const double mean = x.mean();
  const double variance = (x.array() - mean).square().mean();
  // Five standard errors of 1000 standard normal numbers.
  if (std::abs(mean) > 0.16 || std::abs(variance - 1.0) > 0.23) {
    std::printf("not standard normal: mean %g, variance %g\n", mean, variance);
    return 1;
  }
  std::puts("consumer: fine");
}
