// Spikes where details decide: sparse wiring, refractory neurons that are hit, brief crossings, delays shorter than a
// step that a spike cuts.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "network/connectivity/wiring.hpp"
#include "spike_runs.hpp"

using namespace neurode;

TEST_CASE("sparse: each connection has its own weight and delay") {
  auto p = prepared(std::string("schema = 1\n") + kLif + kLeak + kTight + R"(
[population.E]
model = "lif"
size = 6
bias = [1.5, 1.6, 1.7, 1.8, 1.9, 2.0]
[population.P]
model = "leak"
size = 5
[projection."E -> P"]
connect = { rule = "fixed_in_degree", n = 3 }
weights = { init = "uniform", low = 0.5, high = 2.0 }
delay = { init = "uniform", low = 1.0, high = 5.0 }
on_spike = "v += w"
[time]
end = 25
)");
  const auto& pr = p->network->projections[0];
  const SparsePattern& pattern = *pr.wiring->pattern;
  REQUIRE(pattern.nonzeros() == 15);
  REQUIRE(pr.delay.size() == 15);
  Vector expected = Vector::Zero(5);
  for (Index i = 0; i < 5; ++i) {
    for (auto e = pattern.start[static_cast<std::size_t>(i)]; e < pattern.start[static_cast<std::size_t>(i) + 1]; ++e) {
      const double current = 1.5 + 0.1 * pattern.column[static_cast<std::size_t>(e)];
      const double arrival = 20 * std::log(current / (current - 1)) + pr.delay[e];
      // The faster neurons spike once more: at twice the time.
      for (const double t : {arrival, 2 * (arrival - pr.delay[e]) + pr.delay[e]}) {
        if (t < 25) expected[i] += (*pr.weights)(e, 0) * std::exp(-(25 - t) / 10);
      }
    }
  }
  const auto end = integrated(*p);
  for (Index i = 0; i < 5; ++i) CHECK(std::abs(end.x[6 + i] - expected[i]) < 1e-9);
}

TEST_CASE("what arrives at a refractory neuron is lost; before and after it is not") {
  const auto r = run_spikes(std::string(kLif) + kTight + R"(
[population.E]
model = "lif"
size = 3
bias = [1.5, 3.0, 0.0]
t_ref = [0.0, 20.0, 0.0]
[projection."E -> E"]
weights = [[0, 0, 0], [0.25, 0, 0], [0.25, 0, 0]]
on_spike = "v += w"
[time]
end = 25
)");
  // Neuron 1 spikes at 20 ln 1.5 = 8.1 and rests until 28.1; neuron 0 spikes at 20 ln 3 = 22.
  REQUIRE(r.spikes.size() == 2);
  CHECK(r.end.x[1] == 0);
  CHECK(std::abs(r.end.x[2] - 0.25 * std::exp(-(25 - 20 * std::log(3.0)) / 20)) < 1e-9);
}

TEST_CASE("a crossing and the way back within a step are seen") {
  // x = cos t. Steps are 0.4 to 1 long; x is above 0.99 for 0.28 and a step's quarter at most 0.25.
  const auto r = run_spikes(R"(
[model.pendulum]
equations = """
dx/dt = y
dy/dt = -x
"""
initial = { x = 1.0, y = 0.0 }
threshold = "x > 0.99"
[population.E]
model = "pendulum"
[integrator]
method = "dop853"
rtol = 1e-6
atol = 1e-6
dt_max = 1.0
[time]
end = 200
)");
  CHECK(r.end.statistics.steps < 320);
  REQUIRE(r.spikes.size() == 31);
  for (std::size_t k = 0; k < 31; ++k) {
    const double truth = 2 * std::numbers::pi * static_cast<double>(k + 1) - std::acos(0.99);
    CHECK(std::abs(r.spikes[k].t - truth) < 2e-3);
  }
}

TEST_CASE("a hundred neurons, each at its own moment inside a step") {
  std::string bias;
  for (int i = 0; i < 100; ++i) bias += fmt::format("{}, ", 1.2 + 0.008 * i);
  const auto r = run_spikes(std::string(kLif) + kTight + "[population.E]\nmodel = \"lif\"\nsize = 100\nbias = [" +
                                bias + "]\n[time]\nend = 100\n",
                            {"integrator.method=dop853"});
  std::vector<double> last(100, 0.0);
  REQUIRE(r.spikes.size() > 300);
  for (const auto& s : r.spikes) {
    auto& before = last[static_cast<std::size_t>(s.which)];
    const double current = 1.2 + 0.008 * static_cast<double>(s.which);
    CHECK(std::abs(s.t - before - 20 * std::log(current / (current - 1))) < 1e-9);
    before = s.t;
  }
}

TEST_CASE("a delay shorter than the steps, where spikes cut them: a sawtooth, heard later") {
  // v grows by 1 a unit of time and falls to 0 at 1; u' = -u + v(t - 0.01). From the k-th echo on, r = t - 0.01 - k:
  // u = r - 1 + (u_k + 1) exp(-r).
  const auto r = run_spikes(R"(
[model.saw]
equations = """
dv/dt = 1
du/dt = -u + delay(v, 0.01)
"""
threshold = "v >= 1"
reset = "v = 0"
initial = { v = 0.0, u = 0.0 }
[population.E]
model = "saw"
[integrator]
method = "tsit5"
rtol = 1e-10
atol = 1e-10
[time]
end = 10.51
)");
  REQUIRE(r.spikes.size() == 10);
  CHECK(r.end.statistics.steps < 400);  // longer than the delay
  double u = 0;
  for (int k = 0; k < 10; ++k) u = (u + 1) * std::exp(-1.0);
  CHECK(std::abs(r.end.x[1] - (0.5 - 1 + (u + 1) * std::exp(-0.5))) < 2e-8);
}
