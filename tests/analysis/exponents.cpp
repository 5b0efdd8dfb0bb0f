// Lyapunov exponents against those that can be written down.
#include "neurode/analysis/exponents.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "integrate/problems.hpp"

using namespace neurode;
using namespace neurode::analysis;

namespace {

ExponentsOptions options(Index count, double skip, double span, double interval) {
  ExponentsOptions o;
  o.count = count, o.skip = skip, o.span = span, o.interval = interval;
  o.integrator = problems::options("dop853", 1e-9, 1e-9);
  return o;
}

}  // namespace

TEST_CASE("of a linear system: the real parts of its eigenvalues") {
  problems::Problem p(
      3,
      [](double, const double* x, double* f) { f[0] = -x[0] + 2 * x[1], f[1] = -2 * x[0] - x[1], f[2] = 0.5 * x[2]; },
      [](double, const double*, Matrix& j) { j << -1, 2, 0, -2, -1, 0, 0, 0, 0.5; });
  const auto e = lyapunov_exponents(p, problems::vector({1, 1, 0}), options(3, 20, 100, 0.5));
  CHECK(e.values[0] == doctest::Approx(0.5).epsilon(1e-8));
  CHECK(e.values[1] == doctest::Approx(-1).epsilon(1e-7));
  CHECK(e.values[2] == doctest::Approx(-1).epsilon(1e-7));
  CHECK(e.divergence == doctest::Approx(-1.5).epsilon(1e-12));
  CHECK(e.dimension == doctest::Approx(1.5).epsilon(1e-6));
  CHECK(e.complete);
}

TEST_CASE("of the Lorenz system: .906, 0, -14.572, within the errors said; their sum is -41/3") {
  auto p = problems::lorenz();
  const auto e = lyapunov_exponents(p, problems::vector({1, 1, 1}), options(3, 50, 1500, 0.5));
  CHECK(std::abs(e.values[0] - .9056) < std::max(4 * e.errors[0], 0.002));
  CHECK(e.errors[0] < 0.02);
  CHECK(e.errors[0] > 5e-4);
  CHECK(std::abs(e.values[1]) < 0.003);
  CHECK(std::abs(e.values.sum() + 41.0 / 3) < 1e-5);
  CHECK(std::abs(e.dimension - 2.062) < 0.003);
}
