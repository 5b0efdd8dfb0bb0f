// The loss's Hessian along a run: linear regression, and deep linear networks near their saddle (A. M. Saxe et al.
// 2014).
#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <iterator>

#include "neurode/core/errors.hpp"
#include "neurode/learning/problem.hpp"
#include "prepared.hpp"
#include "study/studied.hpp"

using namespace neurode;

namespace {

const std::string kRegression = R"(
schema = 1
[data]
inputs  = [[1, 0], [0.5, 2], [-1, 1]]
targets = [[1], [0], [2]]
[population.x]
size = 2
model = "clamped"
[population.y]
size = 1
model = "leaky_rate"
activation = "identity"
[projection."x -> y"]
weights = { init = 0.1, plastic = true }
[learning]
rule = "gradient_flow"
mode = "adiabatic"
loss = { name = "squared_error", factor = 0.5 }
rate = 1.0
[integrator]
method = "dop853"
rtol = 1e-10
[time]
end = 1
)";

/// y = w2 w1 x, x = 1, y = 3 wanted; u = w1 w2 from 0.001 on.
const std::string kDeep = R"(
schema = 1
[data]
inputs  = [[1.0]]
targets = [[3.0]]
[population.x]
size = 1
model = "clamped"
[population.h]
size = 1
model = "leaky_rate"
activation = "identity"
[population.y]
size = 1
model = "leaky_rate"
activation = "identity"
[projection."x -> h"]
weights = { init = 0.03162277660168379, plastic = true }
[projection."h -> y"]
weights = { init = 0.03162277660168379, plastic = true }
[learning]
rule = "gradient_flow"
mode = "adiabatic"
loss = { name = "squared_error", factor = 0.5 }
rate = RATE
[integrator]
method = "dop853"
rtol = 1e-11
atol = 1e-14
[time]
end = END
)";

std::string deep(double rate, double end) {
  std::string text = kDeep;
  text.replace(text.find("RATE"), 4, std::to_string(rate));
  text.replace(text.find("END"), 3, std::to_string(end));
  return text;
}

double exact_u(double t) { return 3 * std::exp(6 * t) / (std::exp(6 * t) - 1 + 3 / 0.001); }

/// H v of the landscape against central differences of its gradient.
void check_products(const std::string& text) {
  auto p = prepared(text);
  std::string why;
  const auto loss = p->problem.landscape(&why);
  REQUIRE_MESSAGE(loss, why);
  const Index n = loss->size();
  const Slice* s = p->problem.system->layout().find(p->problem.moved.front());
  Vector v(n), hv(n), up(n), down(n);
  for (Index k = 0; k < n; ++k) v[k] = std::sin(static_cast<double>(3 * k + 1));
  constexpr double h = 1e-5;
  Vector high = p->problem.initial, low = high;
  high.segment(s->offset, n) += h * v;
  low.segment(s->offset, n) -= h * v;
  loss->gradient(0, high.data(), up.data());
  loss->gradient(0, low.data(), down.data());
  loss->product(0, p->problem.initial.data(), v.data(), hv.data());
  const Vector difference = (up - down) / (2 * h);
  CHECK(hv.norm() > 0);
  CHECK((hv - difference).norm() < 1e-8 * difference.norm());
}

}  // namespace

TEST_CASE("linear regression: the Hessian is the sum of x x^T, all along the run") {
  const auto f = studied("hessian", kRegression, "{ points = 3 }");
  // X X^T = [[2.25, 0], [0, 5]].
  const auto& all = numbers(f, "eigenvalue");
  REQUIRE(all.size() == 6);
  for (std::size_t k = 0; k < 6; k += 2) {
    CHECK(all[k] == doctest::Approx(2.25).epsilon(1e-13));
    CHECK(all[k + 1] == doctest::Approx(5).epsilon(1e-13));
  }
  CHECK(numbers(f, "time") == std::vector<double>{0, 0.5, 1});
  for (const double v : numbers(f, "negative")) CHECK(v == 0);
  CHECK(numbers(f, "saddle_time").empty());
  // The gradient falls along each direction as exp(-eigenvalue t): X (X^T w - y).
  const double g0 = (0.1 * 2.25 + 1), g1 = 0.5 - 2;  // X X^T (0.1, 0.1) less X y = (-1, 2)
  for (std::size_t k = 0; k < 3; ++k) {
    const double t = numbers(f, "time")[k];
    CHECK(numbers(f, "gradient_norm")[k] ==
          doctest::Approx(std::hypot(g0 * std::exp(-2.25 * t), g1 * std::exp(-5 * t))).epsilon(1e-7));
  }
}

TEST_CASE("a deep linear mode: eigenvalues 3 u - s and s - u, and the way out of the saddle at 0") {
  for (const double rate : {1.0, 0.25}) {
    const auto f = studied("hessian", deep(rate, 2 / rate), "{ points = 21 }");
    const auto& t = numbers(f, "time");
    for (std::size_t k = 0; k < t.size(); ++k) {
      const double u = exact_u(rate * t[k]), a = 3 * u - 3, b = 3 - u;
      CHECK(numbers(f, "lowest")[k] == doctest::Approx(std::min(a, b)).epsilon(1e-7));
      CHECK(numbers(f, "sharpness")[k] == doctest::Approx(std::max(a, b)).epsilon(1e-7));
      CHECK(numbers(f, "negative")[k] == (u < 1 ? 1 : 0));
      CHECK(numbers(f, "loss")[k] == doctest::Approx((3 - u) * (3 - u) / 2).epsilon(1e-7));
    }
    REQUIRE(numbers(f, "saddle_time").size() == 1);
    CHECK(numbers(f, "saddle_time")[0] == 0);
    CHECK(numbers(f, "saddle_negative")[0] == 1);
    CHECK(numbers(f, "predicted_rate")[0] == doctest::Approx(rate * (3 - 0.003)).epsilon(1e-9));
    // g along (1, 1) is proportional to (3 - u) sqrt(u); the time in which that grows e times, by bisection.
    double low = 0, high = 1;
    const auto grown = [](double s) { return (3 - exact_u(s)) * std::sqrt(exact_u(s)) / (2.999 * std::sqrt(0.001)); };
    for (int k = 0; k < 60; ++k) (grown(0.5 * (low + high)) < M_E ? low : high) = 0.5 * (low + high);
    CHECK(numbers(f, "escape_rate")[0] == doctest::Approx(rate / low).epsilon(1e-4));
  }
}

TEST_CASE("two modes: the strong one leaves first, then the run stands still at the saddle of the weak one") {
  std::ifstream file(std::string(NEURODE_SOURCE_DIR) + "/scenarios/deep_linear.toml");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto f = studied("hessian", text, "{ points = 31 }");
  REQUIRE(numbers(f, "saddle_time").size() == 2);
  // At 0 the eigenvalues are -s and s, each for both hidden units.
  CHECK(numbers(f, "saddle_negative")[0] == 4);
  CHECK(numbers(f, "saddle_lowest")[0] == doctest::Approx(-3).epsilon(0.01));
  CHECK(numbers(f, "saddle_loss")[1] == doctest::Approx(0.5).epsilon(0.05));
  CHECK(numbers(f, "saddle_lowest")[1] == doctest::Approx(-1).epsilon(0.05));
  for (std::size_t k = 0; k < 2; ++k) {
    CHECK(numbers(f, "escape_rate")[k] == doctest::Approx(numbers(f, "predicted_rate")[k]).epsilon(0.2));
  }
}

TEST_CASE("products with the Hessian against differences of the gradient, layered and recurrent") {
  std::string layered = deep(1, 1);
  for (auto at = layered.find("identity"); at != std::string::npos; at = layered.find("identity")) {
    layered.replace(at, 8, "tanh");
  }
  for (auto at = layered.find("0.03162277660168379"); at != std::string::npos;
       at = layered.find("0.03162277660168379")) {
    layered.replace(at, 19, "0.7");
  }
  check_products(layered);
  check_products(layered + "[projection.\"h -> h\"]\nweights = { init = 0.4, plastic = true }\n");
}

TEST_CASE("no Hessian without a loss") {
  CHECK_THROWS_AS(studied("hessian", "schema = 1\n[population.p]\nmodel = \"fitzhugh_nagumo\"\n[time]\nend = 1\n"),
                  UsageError);
}
