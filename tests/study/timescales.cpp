// Rates of the joint Jacobian, and the distance from the adiabatic limit.
#include <doctest/doctest.h>

#include <cmath>
#include <complex>

#include "neurode/core/errors.hpp"
#include "study/studied.hpp"

using namespace neurode;

namespace {

std::string coupled(double tau, double end) {
  std::string text = R"(
schema = 1
seed = 3
[data]
inputs  = [[0, 0], [0, 1], [1, 0], [1, 1]]
targets = [[0.1], [0.8], [0.7], [0.3]]
[population.x]
size = 2
model = "clamped"
[population.h]
size = 3
model = "leaky_rate"
activation = "tanh"
tau = TAU
[population.y]
size = 1
model = "leaky_rate"
activation = "identity"
tau = TAU
[projection."x -> h"]
weights = { init = "normal", std = 1.0, plastic = true }
[projection."h -> y"]
weights = { init = "normal", std = 1.0, plastic = true }
[learning]
rule = "gradient_flow"
mode = "coupled"
loss = "squared_error"
rate = 0.5
error_tau = 0.1
[integrator]
method = "rodas5p"
rtol = 1e-9
atol = 1e-12
[time]
end = END
)";
  for (auto at = text.find("TAU"); at != std::string::npos; at = text.find("TAU")) {
    text.replace(at, 3, std::to_string(tau));
  }
  const auto error = text.find("error_tau = 0.1");
  text.replace(error, 15, "error_tau = " + std::to_string(tau));
  text.replace(text.find("END"), 3, std::to_string(end));
  return text;
}

}  // namespace

TEST_CASE("a linear network has the eigenvalues of W - 1, everywhere") {
  const auto f = studied("timescales", R"(
schema = 1
[population.p]
size = 2
model = "leaky_rate"
activation = "identity"
bias = [1.0, 0.5]
[projection."p -> p"]
weights = [[0.5, -1.0], [1.0, 0.2]]
[time]
end = 3
)",
                         "{ points = 4 }");
  // lambda^2 + 1.3 lambda + 1.4 = 0
  const double real = -0.65, imaginary = std::sqrt(1.4 - 0.65 * 0.65);
  REQUIRE(numbers(f, "eigenvalue_real").size() == 8);
  for (std::size_t k = 0; k < 8; ++k) {
    CHECK(numbers(f, "eigenvalue_real")[k] == doctest::Approx(real).epsilon(1e-13));
    CHECK(numbers(f, "eigenvalue_imaginary")[k] == doctest::Approx(k % 2 == 0 ? imaginary : -imaginary).epsilon(1e-13));
  }
  for (const double v : numbers(f, "fastest_rate")) CHECK(v == doctest::Approx(std::sqrt(1.4)).epsilon(1e-13));
  CHECK(!f.find("separation"));  // nothing learns
}

TEST_CASE("the coupled run comes to its adiabatic limit in first order of tau") {
  const auto at = [](double tau, const char* quantity) {
    return numbers(studied("timescales", coupled(tau, 2), "{ points = 3 }"), quantity).back();
  };
  for (const char* quantity : {"weight_deviation", "activity_deviation"}) {
    const double coarse = at(0.002, quantity), fine = at(0.001, quantity);
    CAPTURE(quantity);
    CHECK(fine > 1e-5);
    CHECK(std::log2(coarse / fine) == doctest::Approx(1).epsilon(0.02));
  }
  CHECK(at(0.001, "separation") / at(0.002, "separation") == doctest::Approx(2).epsilon(0.01));
}

TEST_CASE("weights that activity follows move at rates of the loss's Hessian, layers at 1/tau") {
  const auto f = studied("timescales", coupled(0.001, 2), "{ points = 2 }");
  CHECK(numbers(f, "activity_rate").back() == doctest::Approx(1000).epsilon(1e-3));
  std::string adiabatic = coupled(0.001, 2);
  adiabatic.replace(adiabatic.find("\"coupled\""), 9, "\"adiabatic\"");
  adiabatic.erase(adiabatic.find("error_tau"), adiabatic.find("[integrator]") - adiabatic.find("error_tau"));
  const auto h = studied("hessian", adiabatic, "{ points = 2 }");
  const double largest = std::max(numbers(h, "sharpness").back(), -numbers(h, "lowest").back());
  CHECK(numbers(f, "weight_rate").back() == doctest::Approx(0.5 * largest).epsilon(0.01));
  // The adiabatic scenario has no activity to be compared with, and says so.
  const auto g = studied("timescales", adiabatic, "{ points = 2 }");
  CHECK(!g.find("separation"));
  CHECK(g.notes.front().find("steady state") != std::string::npos);
  CHECK(numbers(g, "fastest_rate").back() == doctest::Approx(0.5 * largest).epsilon(1e-9));
}

TEST_CASE("the start, where activity is not there yet, is far from the limit") {
  const auto f = studied("timescales", coupled(0.01, 0.5), "{ points = 2 }");
  CHECK(numbers(f, "activity_deviation")[0] == doctest::Approx(1).epsilon(1e-12));  // from zero
  CHECK(numbers(f, "weight_deviation")[0] == doctest::Approx(1).epsilon(1e-12));
  CHECK(numbers(f, "activity_deviation")[1] < 0.05);
}
