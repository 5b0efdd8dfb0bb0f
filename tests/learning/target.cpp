// Targets that are functions of time.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>

#include "prepared.hpp"

using namespace neurode;

namespace {

/// Two linear neurons, whose biases alone move: b' = -2 (b - target(t)).
std::string text(const std::string& target, int size = 2) {
  return fmt::format(R"(schema = 1
[population.y]
size = {}
model = "leaky_rate"
activation = "identity"
bias = {{ init = 0.5, plastic = true }}
[learning]
loss = "squared_error"
target = {}
[integrator]
method = "dop853"
rtol = 1e-11
atol = 1e-13
[time]
end = 2
)",
                     size, target);
}

}  // namespace

TEST_CASE("one expression a neuron, or one for all: biases follow as they must") {
  const auto exact = [](double omega) {  // of b' = -2 (b - sin(omega t)), b(0) = 0.5, at t = 2
    const double c = omega / (4 + omega * omega);
    return (0.5 + 2 * c) * std::exp(-4.0) +
           2 * (2 * std::sin(2 * omega) - omega * std::cos(2 * omega)) / (4 + omega * omega);
  };
  auto each = prepared(text("[\"sin(2*t)\", \"sin(t)\"]"));
  const auto end = integrated(*each);
  CHECK(std::abs(end.x[0] - exact(2)) < 1e-10);
  CHECK(std::abs(end.x[1] - exact(1)) < 1e-10);
  auto all = prepared(text("\"sin(t)\""));
  CHECK(std::abs(integrated(*all).x[1] - exact(1)) < 1e-10);
  CHECK(all->problem.metric("loss")->evaluate(1, all->problem.initial.data()) ==
        doctest::Approx(2 * std::pow(0.5 - std::sin(1.0), 2)).epsilon(1e-14));
  CHECK(all->problem.find("y.target") != nullptr);
}

TEST_CASE("targets from a file: lines and steps, knots are breakpoints") {
  const auto file = std::filesystem::temp_directory_path() / fmt::format("neurode-target-{}.csv", getpid());
  std::ofstream(file) << "t,y\n0,1\n1,3\n2,3\n";
  const std::string path = file.string();
  auto steps = prepared(text(fmt::format("{{ path = \"{}\", interpolation = \"previous\" }}", path), 1));
  CHECK(steps->problem.system->breakpoints(0, 2) == std::vector<double>{1});
  const double first = 1 - 0.5 * std::exp(-2.0);
  CHECK(std::abs(integrated(*steps).x[0] - (3 + (first - 3) * std::exp(-2.0))) < 1e-10);
  auto lines = prepared(text(fmt::format("{{ path = \"{}\" }}", path), 1));
  // b' = -2 (b - 1 - 2 t): b = 2 t + c e^{-2t}, c = 0.5; then towards 3.
  const double half = 2 + 0.5 * std::exp(-2.0);
  CHECK(std::abs(integrated(*lines).x[0] - (3 + (half - 3) * std::exp(-2.0))) < 1e-10);
  std::filesystem::remove(file);
}

TEST_CASE("faults of targets are told at their place") {
  CHECK_THROWS_WITH(prepared(text("[\"sin(t)\", \"t\"]", 3)),
                    doctest::Contains("found 2 expressions for 3 neurons; allowed: one for all, or one a neuron"));
  CHECK_THROWS_WITH(prepared(text("\"sin(x)\"")), doctest::Contains("nothing is called \"x\" here"));
  CHECK_THROWS_WITH(prepared(text("{ path = \"nowhere.csv\" }")), doctest::Contains("nowhere.csv"));
  CHECK_THROWS_WITH(prepared(text("{ path = \"../nowhere.csv\" }")),
                    doctest::Contains("learning.target.path: leads out of the folder of this file"));
}
