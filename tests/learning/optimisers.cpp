// Discrete optimisers are flows with a fixed step: equal to plain loops with a gradient written out by hand.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <functional>

#include "prepared.hpp"

using namespace neurode;

namespace {

constexpr int kSteps = 1000;
const double kInputs[4][2] = {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, kTargets[4] = {0, 1, 1, 0};

/// 2-4-1 logistic units, in the order of the state: W1 (4 x 2, by columns), W2 (1 x 4), b1 (4), b2.
using Weights = std::array<double, 17>;

std::string text(const std::string& learning, const std::string& integrator, double end, const std::string& data = "") {
  return fmt::format(R"(schema = 1
seed = 3
[data]
inputs = [[0, 0], [0, 1], [1, 0], [1, 1]]
targets = [[0], [1], [1], [0]]
{}
[population.x]
size = 2
model = "clamped"
[population.h]
size = 4
model = "instantaneous"
activation = "logistic"
bias = {{ init = "normal", std = 0.5, plastic = true }}
[population.y]
size = 1
model = "instantaneous"
activation = "logistic"
bias = {{ init = 0.1, plastic = true }}
[projection."x -> h"]
weights = {{ init = "normal", std = 1.0, plastic = true }}
[projection."h -> y"]
weights = {{ init = "normal", std = 1.0, plastic = true }}
[learning]
loss = "squared_error"
{}
[integrator]
{}
[time]
end = {}
)",
                     data, learning, integrator, end);
}

/// The gradient of sum (y - target)^2 over the given rows, by the chain rule.
Weights gradient(const Weights& w, const std::vector<int>& rows) {
  const auto f = [](double z) { return 1 / (1 + std::exp(-z)); };
  Weights g{};
  for (const int r : rows) {
    double a[4], z = w[16];
    for (std::size_t j = 0; j < 4; ++j) {
      a[j] = f(w[j] * kInputs[r][0] + w[4 + j] * kInputs[r][1] + w[12 + j]);
      z += w[8 + j] * a[j];
    }
    const double y = f(z), d = 2 * (y - kTargets[r]) * y * (1 - y);
    g[16] += d;
    for (std::size_t j = 0; j < 4; ++j) {
      const double e = d * w[8 + j] * a[j] * (1 - a[j]);
      g[8 + j] += d * a[j];
      g[12 + j] += e;
      g[j] += e * kInputs[r][0];
      g[4 + j] += e * kInputs[r][1];
    }
  }
  return g;
}

std::vector<int> whole(int) { return {0, 1, 2, 3}; }

/// Largest difference from the loop after kSteps steps of dt; `step` moves w by the gradient of step k.
double apart(const std::string& learning, const std::string& method, double dt, const std::string& data,
             const std::function<void(Weights&, const Weights& g)>& step,
             const std::function<std::vector<int>(int)>& rows = whole, int gradients = 1) {
  auto p = prepared(text(learning, fmt::format("method = \"{}\"\ndt = {}", method, dt), kSteps * dt, data));
  const auto& layout = p->problem.system->layout();
  const std::array<const char*, 4> names = {"x -> h.weights", "h -> y.weights", "h.bias", "y.bias"};
  const auto weights = [&](const Vector& x) {
    Weights w{};
    std::size_t at = 0;
    for (const char* name : names) {
      const Slice& s = *layout.find(name);
      for (Index i = 0; i < s.size(); ++i) w[at++] = x[s.offset + i];
    }
    REQUIRE(at == w.size());
    return w;
  };
  Weights w = weights(p->problem.initial);
  const Weights before = w;
  for (int k = 0; k < kSteps; ++k) step(w, gradient(w, rows(k)));
  const auto end = integrated(*p);
  CHECK(end.statistics.steps == kSteps);
  CHECK(end.statistics.rhs >= gradients * kSteps);
  CHECK(end.statistics.rhs <= gradients * kSteps + 1);
  const Weights found = weights(end.x);
  double most = 0, moved = 0;
  for (std::size_t i = 0; i < w.size(); ++i) {
    most = std::max(most, std::abs(found[i] - w[i]));
    moved = std::max(moved, std::abs(w[i] - before[i]));
  }
  CHECK(moved > 0.3);
  return most;
}

}  // namespace

TEST_CASE("euler with dt = eta is gradient descent, in minibatches stochastic gradient descent") {
  const double eta = 0.7;
  const auto descend = [&](Weights& w, const Weights& g) {
    for (std::size_t i = 0; i < w.size(); ++i) w[i] -= eta * g[i];
  };
  CHECK(apart("", "euler", eta, "", descend) < 1e-12);
  CHECK(apart("rate = 0.7", "euler", 1, "", descend) < 1e-12);  // eta as the rate
  CHECK(apart("", "euler", eta, "batch = { size = 3, period = 0.7, order = \"sequential\" }", descend, [](int k) {
          return std::vector<int>{3 * k % 4, (3 * k + 1) % 4, (3 * k + 2) % 4};
        }) < 1e-12);
}

TEST_CASE("semi_implicit_euler on heavy_ball is classical momentum") {
  const double eta = 0.2, mu = 0.9, dt = std::sqrt(eta);
  Weights v{};
  const auto step = [&](Weights& w, const Weights& g) {
    for (std::size_t i = 0; i < w.size(); ++i) w[i] += v[i] = mu * v[i] - eta * g[i];
  };
  CHECK(apart(fmt::format("flow = {{ name = \"heavy_ball\", friction = {} }}", (1 - mu) / dt), "semi_implicit_euler",
              dt, "", step) < 1e-12);
}

TEST_CASE("semi_implicit_euler on the flows of AdaGrad, RMSProp and Adam is AdaGrad, RMSProp and Adam") {
  const double eta = 0.01, epsilon = 1e-8;
  Weights v{}, m{};
  v.fill(0.01);
  CHECK(apart(
            "flow = { name = \"adagrad\", initial = 0.01 }\nrate = 0.05", "semi_implicit_euler", 1, "",
            [&](Weights& w, const Weights& g) {
              for (std::size_t i = 0; i < w.size(); ++i) {
                v[i] += 0.05 * g[i] * g[i];  // the sum moves in flow time as well: eta of each step
                w[i] -= 0.05 * g[i] / std::sqrt(v[i]);
              }
            },
            whole, 2) < 1e-12);  // it divides the gradient, and so takes two a step
  v.fill(0.01);
  CHECK(apart(
            "flow = { name = \"rmsprop\", b = 10, initial = 0.01, epsilon = 0.1 }", "semi_implicit_euler", eta, "",
            [&](Weights& w, const Weights& g) {
              for (std::size_t i = 0; i < w.size(); ++i) {
                v[i] = 0.9 * v[i] + 0.1 * g[i] * g[i];
                w[i] -= eta * g[i] / (std::sqrt(v[i]) + 0.1);
              }
            },
            whole, 2) < 1e-12);
  v.fill(0.01);
  CHECK(apart("flow = { name = \"adam\", a = 10, b = 0.1, initial = 0.01, epsilon = 1e-8, corrected = false }",
              "semi_implicit_euler", eta, "", [&](Weights& w, const Weights& g) {
                for (std::size_t i = 0; i < w.size(); ++i) {
                  m[i] = 0.9 * m[i] + 0.1 * g[i];
                  v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
                  w[i] -= eta * m[i] / (std::sqrt(v[i]) + epsilon);
                }
              }) < 1e-12);
}

TEST_CASE("semi_implicit_euler is Euler's method where no state is auxiliary, and of order 1 where some are") {
  auto p = prepared(text("", "method = \"semi_implicit_euler\"\ndt = 0.5", 20));
  auto q = prepared(text("", "method = \"euler\"\ndt = 0.5", 20));
  CHECK(integrated(*p).x == integrated(*q).x);
  const std::string flow = "flow = { name = \"heavy_ball\", friction = 0.5 }";
  const auto end = [&](const std::string& integrator) { return integrated(*prepared(text(flow, integrator, 4))).x; };
  const Vector truth = end("method = \"dop853\"\nrtol = 1e-12\natol = 1e-14");
  std::vector<double> errors;
  for (const double dt : {0.02, 0.01, 0.005}) {
    errors.push_back((end(fmt::format("method = \"semi_implicit_euler\"\ndt = {}", dt)) - truth).norm());
  }
  for (std::size_t k = 0; k < 2; ++k) CHECK(std::log2(errors[k] / errors[k + 1]) == doctest::Approx(1).epsilon(0.1));
}

TEST_CASE("rate \"stability\": share/lam_max of the loss now, at the start and every so often") {
  const std::string keys = "rate = { schedule = \"stability\", share = 0.8, every = 5, most = 3 }";
  auto p = prepared(text(keys, "method = \"euler\"\ndt = 1", 12));
  const Index at = p->problem.system->layout().find("flow.rate")->offset;
  std::string why;
  const auto* sharpness = p->problem.figure("sharpness", &why);
  REQUIRE(sharpness != nullptr);
  const auto expected = [&](const Vector& x) { return std::min(3.0, 0.8 / sharpness->evaluate(0, x.data())); };
  CHECK(p->problem.initial[at] == doctest::Approx(expected(p->problem.initial)).epsilon(1e-4));
  CHECK(p->problem.initial[at] < 3);
  std::vector<Vector> states;
  integrate::Observer observer;
  observer.step = [&](double, double, const Vector& x, const integrate::Statistics&) { states.push_back(x); };
  integrate::drive(*p->problem.system, 0, p->problem.initial, 12, p->options, {}, {}, observer);
  REQUIRE(states.size() == 12);
  for (const std::size_t k : {0UL, 3UL}) CHECK(states[k][at] == p->problem.initial[at]);
  CHECK(states[7][at] != p->problem.initial[at]);
  CHECK(states[8][at] == states[6][at]);
  // It was set at t = 5 and 10, by the weights there.
  CHECK(states[6][at] == doctest::Approx(expected(states[4])).epsilon(1e-4));
  CHECK(states[11][at] == doctest::Approx(expected(states[9])).epsilon(1e-4));
  CHECK_THROWS_WITH(prepared(text(keys + "\nrule = \"gradient_flow\"", "method = \"euler\"\ndt = 1", 12,
                                  "batch = { size = 3, period = 1 }"),
                             {"learning.rate.share=-1"}),
                    doctest::Contains("learning.rate.share"));
}
