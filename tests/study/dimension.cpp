// Participation ratio and principal components of activity.
#include <doctest/doctest.h>

#include <cmath>

#include "neurode/core/errors.hpp"
#include "study/studied.hpp"

using namespace neurode;

namespace {

double fact(const study::Findings& f, const std::string& name) {
  for (const auto& [key, value] : f.facts) {
    if (key == name) return std::get<double>(value);
  }
  FAIL("no fact " << name);
  return 0;
}

}  // namespace

TEST_CASE("circles of radii 1, 1 and 1/2: participation ratio and variances") {
  // Frequencies 1, 2, 3: over whole periods all six states are uncorrelated, with variances r^2/2.
  const auto f = studied("dimension", R"(
schema = 1
[model.circle]
equations = "dx/dt = -w*y; dy/dt = w*x"
parameters = { w = 1.0 }
initial = { x = 1.0, y = 0.0 }
output = "x"
[population.p]
size = 3
model = "circle"
w = [6.283185307179586, 12.566370614359172, 18.84955592153876]
initial = { x = [1.0, 1.0, 0.5] }
[integrator]
method = "dop853"
rtol = 1e-10
[time]
end = 5
)",
                         "{ skip = 0.0, points = 100001 }");
  const double v[] = {0.5, 0.5, 0.5, 0.5, 0.125, 0.125};
  for (std::size_t k = 0; k < 6; ++k) CHECK(numbers(f, "variance")[k] == doctest::Approx(v[k]).epsilon(1e-4));
  CHECK(fact(f, "participation_ratio") == doctest::Approx(2.25 * 2.25 / (1 + 2 * 0.125 * 0.125)).epsilon(1e-4));
  CHECK(numbers(f, "cumulative").back() == doctest::Approx(1).epsilon(1e-12));
  CHECK(f.labels.size() == 6);
  // Projections have the variances, and mean 0.
  const auto& projection = numbers(f, "projection");
  double mean = 0, square = 0;
  for (std::size_t k = 0; k < projection.size(); k += 6) {
    mean += projection[k];
    square += projection[k] * projection[k];
  }
  CHECK(std::abs(mean) < 1e-7 * 100001);
  CHECK(square / 100001 == doctest::Approx(numbers(f, "variance")[0]).epsilon(1e-10));
}

TEST_CASE("a learning scenario: over the samples at each time") {
  const std::string text = R"(
schema = 1
[data]
inputs  = [[1, 0], [-1, 0], [0, 1], [0, -1]]
targets = [[1], [0], [1], [0]]
[population.x]
size = 2
model = "clamped"
[population.h]
size = 3
model = "leaky_rate"
activation = "identity"
[population.y]
size = 1
model = "leaky_rate"
activation = "identity"
[projection."x -> h"]
weights = [[1, 0], [0, 1], [0, 2]]
[projection."h -> y"]
weights = { init = 0.1, plastic = true }
[learning]
rule = "gradient_flow"
mode = "adiabatic"
loss = "squared_error"
[time]
end = 1
)";
  const auto f = studied("dimension", text, "{ of = \"h.a\", points = 5 }");
  // Covariance W W^T / 2: eigenvalues 1/2 and 5/2.
  const double ratio = 9 / (0.25 + 6.25);
  for (const double v : numbers(f, "sample_participation_ratio")) CHECK(v == doctest::Approx(ratio).epsilon(1e-12));
  CHECK(fact(f, "participation_ratio") == doctest::Approx(ratio).epsilon(1e-12));
  CHECK(numbers(f, "variance")[0] == doctest::Approx(2.5).epsilon(1e-12));
  CHECK(numbers(f, "projection").size() == 5 * 4 * 3);
  const auto all = studied("dimension", text, "{ points = 5 }");
  CHECK(all.labels.size() == 4);  // h and y
  CHECK_THROWS_AS(studied("dimension", text, "{ of = \"h.v\" }"), UsageError);
  CHECK_THROWS_AS(studied("dimension", text, "{ points = 1000000000 }"), ScenarioError);
}
