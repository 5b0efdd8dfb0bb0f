// Langevin and SGD as a diffusion: what the noise is exactly, and the variances it leads to.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>

#include "differences.hpp"
#include "learning/flow_paths.hpp"
#include "neurode/dynamics/noise.hpp"

using namespace neurode;

namespace {

Vector kick(run::Prepared& p, double t, const Vector& x, const Vector& dw) {
  Noise* noise = p.problem.system->noise();
  REQUIRE(noise != nullptr);
  REQUIRE(noise->channels() == dw.size());
  Vector out(x.size());
  noise->apply(t, x.data(), dw.data(), out.data());
  return out;
}

/// 2000 weights, each with the loss curvature w^2/2 alone.
std::string wells(const std::string& flow, const std::string& integrator, double end) {
  return fmt::format(R"(schema = 1
seed = 5
[population.y]
size = 2000
model = "leaky_rate"
activation = "identity"
bias = {{ init = 0.0, plastic = true }}
[learning]
target = "0"
loss = {{ name = "squared_error", factor = 2 }}
{}
[integrator]
{}
[time]
end = {}
)",
                     flow, integrator, end);
}

void variance_is(const Vector& x, double expected, double error) {
  const double found = x.squaredNorm() / static_cast<double>(x.size());
  INFO("variance ", found, ", expected ", expected, " +- ", error);
  CHECK(std::abs(found - expected) < 4 * error);
}

/// A net with the losses of samples 0, 1, 2, or of one of them.
std::string samples(const std::string& learning, const std::string& mode, int only = -1) {
  const char* inputs[] = {"[0.5, 1]", "[-1.5, 0.3]", "[2, -0.4]"};
  const char* targets[] = {"[1, 0]", "[0, 1]", "[1, 0]"};
  const auto rows = [&](const char* const* list) {
    return only < 0 ? fmt::format("[{}, {}, {}]", list[0], list[1], list[2]) : fmt::format("[{}]", list[only]);
  };
  const bool noisy = learning.find("langevin") != std::string::npos || learning.find("sgd_sde") != std::string::npos;
  return fmt::format(R"(schema = 1
[data]
inputs = {}
targets = {}
[population.x]
size = 2
model = "clamped"
[population.h]
size = 2
model = "leaky_rate"
activation = "tanh"
bias = {{ init = [0.1, -0.2], plastic = true }}
[population.y]
size = 2
model = "leaky_rate"
activation = "softmax"
[projection."x -> h"]
weights = {{ init = [[0.7, 0.2], [-0.4, 0.5]], plastic = true }}
[projection."h -> y"]
weights = {{ init = [[0.5, 0.8], [-0.3, 0.6]], plastic = true, rate = 0.5 }}
[learning]
mode = "{}"
{}
[time]
end = 1
)",
                     rows(inputs), rows(targets), mode, learning) +
         (noisy ? "[integrator]\nmethod = \"euler_maruyama\"\ndt = 0.1\n" : "");
}

}  // namespace

TEST_CASE("Langevin: sqrt(2 T rate) for each weight, by a schedule and by a weight's own rate") {
  const std::string text =
      "flow = { name = \"langevin\", temperature = 0.3 }\nrate = { schedule = \"exponential\", value = 2, tau = 0.5 "
      "}\n";
  auto p = prepared(samples("loss = \"cross_entropy\"\n" + text, "adiabatic"));
  const Vector x = p->problem.initial, dw = noise(x.size(), "dw");
  const Vector out = kick(*p, 0.4, x, dw);
  const Index own = p->problem.system->layout().find("h -> y.weights")->offset;
  const double by_time = std::sqrt(2 * 0.3 * 2 * std::exp(-0.4 / 0.5));
  for (Index i = 0; i < x.size(); ++i) {
    const bool slower = i >= own && i < own + 4;
    CHECK(out[i] == doctest::Approx(by_time * (slower ? std::sqrt(0.5) : 1) * dw[i]).epsilon(1e-13));
  }
  CHECK(p->problem.system->noise()->additive());
  CHECK(p->problem.system->noise()->diagonal());
  const auto& channel = p->problem.system->noise()->channel_of();
  for (Index i = 0; i < x.size(); ++i) CHECK(channel[static_cast<std::size_t>(i)] == i);
  auto rate =
      prepared(samples("loss = \"cross_entropy\"\nflow = \"langevin\"\nrate = { schedule = \"hypergradient\", "
                       "beta = 0.1 }\n",
                       "adiabatic"));
  CHECK_FALSE(rate->problem.system->noise()->additive());
  CHECK_FALSE(rate->problem.system->noise()->diagonal());
}

TEST_CASE("Langevin: variance T/curvature on a quadratic") {
  // curvature 4, T = 0.5: 0.125. sra1 makes its steps small enough; Euler-Maruyama has T/(lambda - lambda^2 dt/2).
  const std::string flow = "flow = { name = \"langevin\", temperature = 0.5 }\n";
  const double error = std::sqrt(2.0 / 2000);
  for (const auto& [integrator, expected] : {std::pair{"method = \"sra1\"\nrtol = 1e-3", 0.125},
                                             {"method = \"euler_maruyama\"\ndt = 0.125", 0.5 / (4 - 1)}}) {
    const auto p = prepared(wells(flow, integrator, 3));
    variance_is(integrated(*p).x, expected, expected * error);
  }
  // Half the rate only takes twice as long.
  const auto slow = prepared(wells(flow + "rate = 0.1\n", "method = \"euler_maruyama\"\ndt = 0.03125", 1));
  const double q = 1 - 0.4 * 0.03125, by_then = 2 * 0.5 * 0.1 * 0.03125 * (1 - std::pow(q, 64)) / (1 - q * q);
  variance_is(integrated(*slow).x, by_then, by_then * error);
}

TEST_CASE("SGD as a diffusion: the noise is made of single samples' gradients, at steady state and coupled") {
  for (const std::string loss :
       {"loss = \"cross_entropy\"\n", "loss = { name = \"cross_entropy\", reduction = \"sum\" }\n",
        "loss = { name = \"squared_error\", reduction = \"mean\", factor = 0.7 }\n"}) {
    for (const std::string mode : {"adiabatic", "coupled"}) {
      CAPTURE(loss);
      CAPTURE(mode);
      const std::string flow = "flow = { name = \"sgd_sde\", step = 0.2, batch = 5 }\nrate = 3\n";
      auto p = prepared(samples(loss + flow, mode));
      auto& system = *p->problem.system;
      Vector x = p->problem.initial;
      x += 0.1 * noise(x.size(), "place");
      const bool mean = loss.find("sum") == std::string::npos;
      // One sample alone has its own gradient, of the loss with one sample's reduction.
      const auto& layout = system.layout();
      std::vector<Vector> single;
      for (int s = 0; s < 3; ++s) {
        auto one = prepared(samples(loss, mode, s));
        const auto& small = one->problem.system->layout();
        Vector y(small.size()), f(small.size()), g = Vector::Zero(x.size());
        for (const auto& slice : small.slices()) {
          const auto& whole = *layout.find(slice.name);
          const bool weights = slice.block == Block::weights;
          const Index from = whole.offset + (weights ? 0 : s * slice.size());
          y.segment(slice.offset, slice.size()) = x.segment(from, slice.size());
          // Errors carry the factor 1/N of a mean.
          if (slice.block == Block::errors && mean) y.segment(slice.offset, slice.size()) *= 3;
        }
        one->problem.system->rhs(0, y.data(), f.data());
        for (const auto& slice : small.slices()) {
          if (slice.block != Block::weights) continue;
          g.segment(layout.find(slice.name)->offset, slice.size()) = f.segment(slice.offset, slice.size());
        }
        single.push_back(mean ? g : Vector(3 * g));  // of N times what the sample contributes; downhill
      }
      const Vector average = (single[0] + single[1] + single[2]) / 3;
      const Vector dw = noise(3, "dw");
      Vector expected = Vector::Zero(x.size());
      for (int s = 0; s < 3; ++s) expected -= (single[static_cast<std::size_t>(s)] - average) * dw[s];
      expected *= std::sqrt(3 * 0.2 / 5 / 3);
      const Vector out = kick(*p, 0, x, dw);
      CHECK((out - expected).norm() < 1e-12 * expected.norm());
      CHECK(expected.norm() > 1e-3);
      CHECK(kick(*p, 0, x, Vector::Ones(3)).norm() < 1e-14);
      Vector f(x.size());
      system.rhs(0, x.data(), f.data());
      for (const auto& slice : layout.slices()) {  // and the drift is the gradient
        if (slice.block != Block::weights) continue;
        CHECK((f - 3 * average).segment(slice.offset, slice.size()).norm() < 1e-12 * average.norm() * 3);
      }
      CHECK_FALSE(system.noise()->diagonal());
      CHECK_FALSE(system.noise()->additive());
      CHECK(system.noise()->calculus() == Noise::Calculus::ito);
    }
  }
}

TEST_CASE("SGD as a diffusion: variance step s^2/(2 curvature) on a quadratic") {
  // loss = mean of (w - t)^2/2: curvature 1, gradients of samples differ by their targets alone, variance 2/3.
  const double h = 0.3, dt = 0.0078125, end = 4000;
  const auto p = prepared(fmt::format(R"(schema = 1
seed = 2
[data]
inputs = [[1], [1], [1]]
targets = [[1], [2], [3]]
[population.x]
model = "clamped"
[population.y]
model = "leaky_rate"
activation = "identity"
[projection."x -> y"]
weights = {{ init = 2.0, plastic = true }}
[learning]
loss = {{ name = "squared_error", factor = 0.5, reduction = "mean" }}
flow = {{ name = "sgd_sde", step = {}, batch = 2 }}
[integrator]
method = "euler_maruyama"
dt = {}
[time]
end = {}
)",
                                      h, dt, end));
  double sum = 0, squares = 0, count = 0;
  integrate::Observer observer;
  observer.output = [&](std::size_t, std::int64_t, double, const Vector& x) {
    sum += x[0] - 2;
    squares += (x[0] - 2) * (x[0] - 2);
    count += 1;
  };
  integrate::drive(*p->problem.system, 0, p->problem.initial, end, p->options, {{0.25}}, {}, observer);
  const double variance = h * (2.0 / 3) / 2 / (2 - dt);
  // The path forgets as exp(-t), its square as exp(-2 t): standard errors of averages over time.
  const double error = variance * std::sqrt(2 / end), of_mean = std::sqrt(2 * variance / end);
  INFO("mean ", sum / count, " +- ", of_mean, ", variance ", squares / count, ", expected ", variance, " +- ", error);
  CHECK(std::abs(sum / count) < 4 * of_mean);
  CHECK(std::abs(squares / count - variance) < 4 * error);
}

TEST_CASE("noise where it cannot be is refused, with the reason") {
  const std::string recurrent = "[projection.\"h -> h\"]\nweights = { init = 0.15, plastic = true }\n";
  const std::string sgd = "flow = { name = \"sgd_sde\", step = 0.1 }\n", langevin = "flow = \"langevin\"\n";
  for (const auto& flow : {sgd, langevin}) {
    CHECK_THROWS_WITH(prepared(curved(flow, 1) + recurrent),
                      doctest::Contains("fixed points found by a solve follow smooth weights alone"));
    std::string bounded = curved(flow, 1);
    bounded.insert(bounded.find(", plastic"), ", bounds = [-1, 1]");
    CHECK_THROWS_WITH(prepared(bounded), doctest::Contains("carries weights over their bounds; found bounds of"));
  }
  CHECK_THROWS_WITH(prepared(curved(sgd + "rule = \"feedback_alignment\"\n", 1)),
                    doctest::Contains("takes the gradient apart sample by sample"));
  CHECK_THROWS_WITH(prepared(samples("loss = \"cross_entropy\"\n" + sgd, "adiabatic", 1)),
                    doctest::Contains("is noise between samples; found 1 of them"));
  std::string batches = curved(sgd, 1);
  batches.replace(batches.find("[data]\n"), 7, "[data]\nbatch = { size = 1, period = 1 }\n");
  CHECK_THROWS_WITH(prepared(batches), doctest::Contains("is what minibatches do on average"));
}
