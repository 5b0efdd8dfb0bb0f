// Spikes, resets, deliveries and synapses against closed formulas, from the scenario's text.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "allocations.hpp"
#include "spike_runs.hpp"

using namespace neurode;

TEST_CASE("intervals of the leaky integrate-and-fire neuron, with every kind of adaptive method") {
  for (const char* method : {"tsit5", "dopri5", "dop853", "bs3", "rodas5p", "cvode_adams", "bulirsch_stoer", "auto"}) {
    CAPTURE(method);
    const bool low = std::string(method) == "bs3";
    const auto r =
        run_spikes(std::string(kLif) + kTight + "[population.E]\nmodel = \"lif\"\nbias = 1.5\n[time]\nend = 400\n",
                   {std::string("integrator.method=") + method, low ? "integrator.rtol=1e-12" : "seed=0"});
    REQUIRE(r.end.outcome == integrate::Outcome::reached_end);
    REQUIRE(r.spikes.size() == 18);
    CHECK(r.end.statistics.spikes == 18);
    double last = 0;
    for (const auto& s : r.spikes) {
      CHECK(std::abs(s.t - last - 20 * std::log(3.0)) < 1e-9);
      last = s.t;
    }
  }
}

TEST_CASE("intervals of the quadratic integrate-and-fire neuron: finite peaks, and as good as infinite ones") {
  const std::string text = std::string(kTight) + R"(
[model.qif]
equations = "dv/dt = v^2 + I"
parameters = { peak = 10.0 }
threshold = "v >= peak"
reset = "v = -peak"
[population.E]
model = "qif"
bias = 0.25
initial = { v = 0.5 }
[time]
end = 30
)";
  for (const double peak : {10.0, 1e10}) {
    const auto r = run_spikes(text, {fmt::format("population.E.peak={}", peak)});
    REQUIRE(r.spikes.size() >= 4);
    for (std::size_t k = 1; k < r.spikes.size(); ++k) {
      CHECK(std::abs(r.spikes[k].t - r.spikes[k - 1].t - 2 * std::atan(peak / 0.5) / 0.5) < 1e-9);
    }
  }
}

TEST_CASE("a refractory neuron stands still: the interval grows by that time, also one a neuron") {
  const auto r = run_spikes(std::string(kLif) + kTight +
                            "[population.E]\nmodel = \"lif\"\nsize = 2\nbias = 1.5\nt_ref = [3.0, 7.5]\n[time]\nend = "
                            "200\n");
  double last[2] = {-3.0, -7.5};
  REQUIRE(r.spikes.size() == 15);
  for (const auto& s : r.spikes) {
    const double pause = s.which == 0 ? 3.0 : 7.5;
    CHECK(std::abs(s.t - last[s.which] - pause - 20 * std::log(3.0)) < 1e-9);
    last[s.which] = s.t;
  }
}

TEST_CASE("fixed steps: spikes at the ends of steps, deliveries as well") {
  const auto r =
      run_spikes(std::string(kLif) + kLeak +
                 "[population.E]\nmodel = \"lif\"\nbias = 1.5\n[population.P]\nmodel = \"leak\"\n[projection.\"E -> "
                 "P\"]\nweights = 1.0\ndelay = 0.3\non_spike = \"v += w\"\n[integrator]\nmethod = \"rk4\"\ndt = "
                 "0.1\n[time]\nend = 22.3\n");
  REQUIRE(r.spikes.size() == 1);
  CHECK(r.spikes[0].t == doctest::Approx(22.0).epsilon(1e-13));
  CHECK(std::abs(r.end.x[1] - 1.0) < 1e-12);
}

TEST_CASE("a jump after a delay, and what is left of it") {
  const double first = 20 * std::log(3.0);
  for (const char* method : {"tsit5", "dop853", "rodas5p"}) {
    const auto r = run_spikes(
        std::string(kLif) + kLeak + kTight +
            "[population.E]\nmodel = \"lif\"\nbias = 1.5\nsize = 2\n[population.P]\nmodel = \"leak\"\nsize = "
            "2\n[projection.\"E -> P\"]\nweights = [[2.0, 0.0], [0.5, 4.0]]\ndelay = 2.5\non_spike = \"v += "
            "k*w\"\nparameters = { k = 0.5 }\n[time]\nend = 30\n",
        {std::string("integrator.method=") + method, "population.E.bias=[1.5, 0.5]"});
    REQUIRE(r.spikes.size() == 1);
    const double left = std::exp(-(30 - first - 2.5) / 10);
    CHECK(std::abs(r.end.x[2] - left) < 1e-9);
    CHECK(std::abs(r.end.x[3] - 0.25 * left) < 1e-9);
  }
}

TEST_CASE("delays one a connection") {
  const double first = 20 * std::log(3.0);
  auto p = prepared(std::string("schema = 1\n") + kLif + kLeak + kTight +
                    "[population.E]\nmodel = \"lif\"\nbias = 1.5\n[population.P]\nmodel = \"leak\"\nsize = "
                    "3\n[projection.\"E -> P\"]\nweights = 1.0\ndelay = { init = \"uniform\", low = 1.0, high = 5.0 "
                    "}\non_spike = \"v += w\"\n[time]\nend = 30\n");
  const Vector delay = p->network->projections[0].delay;
  REQUIRE(delay.size() == 3);
  CHECK(delay[0] != delay[1]);
  const auto end = integrated(*p);
  for (Index i = 0; i < 3; ++i) {
    CHECK(delay[i] >= 1);
    CHECK(delay[i] <= 5);
    CHECK(std::abs(end.x[1 + i] - std::exp(-(30 - first - delay[i]) / 10)) < 1e-9);
  }
}

TEST_CASE("synapses at the post side: an exponential current and its potential") {
  // s jumps by w at each spike and decays with 4; the potential of time constant 10 reads g s.
  const std::string text = std::string(kLif) + kLeak + kTight + R"(
[model.syn]
site = "post"
equations = "ds/dt = -s/tau"
parameters = { tau = 4.0, g = 0.5 }
current = "g*s"
on_spike = "s += w"
[population.E]
model = "lif"
bias = 1.5
[population.P]
model = "leak"
[projection."E -> P : fast"]
weights = 3.0
synapse = { model = "syn", g = 0.7 }
[time]
end = 60
)";
  const auto r = run_spikes(text);
  REQUIRE(r.spikes.size() == 2);
  double s = 0, v = 0;
  for (const auto& spike : r.spikes) {
    const double age = 60 - spike.t;
    s += 3 * std::exp(-age / 4);
    v += 0.7 * 3 * 4 / (4 - 10.0) * (std::exp(-age / 4) - std::exp(-age / 10));
  }
  CHECK(std::abs(r.end.x[2] - s) < 1e-9);
  CHECK(std::abs(r.end.x[1] - v) < 1e-9);
}

TEST_CASE("synapses at the pre side: depression spike by spike") {
  // r falls by the share U at each spike and recovers with 30; y, what was released, decays with 3.
  const auto r = run_spikes(std::string(kLif) + kLeak + kTight + R"(
[model.std]
site = "pre"
equations = """
dr/dt = (1 - r)/tau_r
dy/dt = -y/tau_y
"""
parameters = { tau_r = 30.0, tau_y = 3.0, U = 0.4 }
initial = { r = 1.0 }
output = "y"
on_spike = "y += U*r; r -= U*r"
[population.E]
model = "lif"
bias = 1.5
[population.P]
model = "leak"
size = 2
[projection."E -> P"]
weights = [[1.0], [2.0]]
synapse = "std"
[time]
end = 100
)");
  REQUIRE(r.spikes.size() == 4);
  double resource = 1, released = 0, last = 0;
  const auto to = [&](double t) {
    resource = 1 - (1 - resource) * std::exp(-(t - last) / 30);
    released *= std::exp(-(t - last) / 3);
    last = t;
  };
  for (const auto& spike : r.spikes) {
    to(spike.t);
    released += 0.4 * resource;
    resource *= 0.6;
  }
  to(100);
  CHECK(std::abs(r.end.x[3] - resource) < 1e-9);
  CHECK(std::abs(r.end.x[4] - released) < 1e-9);
  CHECK(std::abs(r.end.x[2] - 2 * r.end.x[1]) < 1e-9);
  CHECK(r.end.x[1] > 0.01);
}

TEST_CASE("an avalanche at one moment: each neuron takes the next one over its threshold") {
  const auto r = run_spikes(std::string(kLif) + kTight + R"(
[population.E]
model = "lif"
size = 4
bias = [1.5, 0.0, 0.0, 0.0]
t_ref = 1.0
[projection."E -> E"]
weights = [[0, 0, 0, 0], [1.1, 0, 0, 0], [0, 1.1, 0, 0], [0, 0, 0.9, 0]]
on_spike = "v += w"
[time]
end = 30
)");
  REQUIRE(r.spikes.size() == 3);
  for (std::size_t k = 0; k < 3; ++k) {
    CHECK(r.spikes[k].which == static_cast<Index>(k));
    CHECK(r.spikes[k].t == r.spikes[0].t);
  }
  CHECK(std::abs(r.end.x[3] - 0.9 * std::exp(-(30 - r.spikes[0].t) / 20)) < 1e-9);
}

TEST_CASE("a reset that does not take the neuron below its threshold ends the run with a name") {
  const auto r = run_spikes(std::string(kLif) + kTight +
                                "[population.E]\nmodel = \"lif\"\nbias = 1.5\n[time]\nend = "
                                "30\n",
                            {"model.lif.reset=\"v = 2\""});
  CHECK(r.end.outcome == integrate::Outcome::endless_spikes);
  CHECK(std::abs(r.end.t - 20 * std::log(3.0)) < 1e-9);
}

TEST_CASE("a threshold without a reset counts upward crossings: the Hodgkin-Huxley axon fires at 68.324 Hz") {
  const auto r = run_spikes(R"(
[model.axon]
extends = "hodgkin_huxley"
threshold = "V > 0"
[population.E]
model = "axon"
bias = "10 uA/cm2"
[time]
end = "500 ms"
[integrator]
rtol = 1e-9
)");
  const std::size_t n = r.spikes.size();
  REQUIRE(n > 30);
  const double rate = 1000.0 / ((r.spikes[n - 1].t - r.spikes[n - 11].t) / 10);
  CHECK(std::abs(rate - 68.324) < 1e-3);
}

TEST_CASE("samples spike on their own, and a spike acts in its own sample alone") {
  const auto r = run_spikes(std::string(kLif) + kLeak + kTight + R"(
[data]
inputs = [[1.5], [3.0]]
[population.in]
model = "clamped"
[population.E]
model = "lif"
[population.P]
model = "leak"
[projection."in -> E"]
weights = 1.0
[projection."E -> P"]
weights = 1.0
on_spike = "v += w"
[time]
end = 15
)");
  REQUIRE(r.spikes.size() == 1);
  CHECK(r.spikes[0].which == 1);
  CHECK(std::abs(r.spikes[0].t - 20 * std::log(1.5)) < 1e-9);
  CHECK(r.end.x[2] == 0);
  CHECK(std::abs(r.end.x[3] - std::exp(-(15 - r.spikes[0].t) / 10)) < 1e-9);
}

TEST_CASE("nothing allocates between the first spike and the last") {
  auto p = prepared(std::string("schema = 1\n") + kLif + kTight + R"(
[population.E]
model = "lif"
size = 20
bias = { init = "uniform", low = 1.2, high = 2.0 }
t_ref = 1.0
[projection."E -> E"]
weights = { init = "normal", std = 0.01 }
on_spike = "v += w"
delay = 1.5
[time]
end = 200
)");
  std::size_t spikes = 0, before = 0, after = 0;
  integrate::Observer observer;
  observer.spike = [&](Index, double) {
    if (++spikes == 40) before = allocations::total();
    after = allocations::total();
  };
  integrate::drive(*p->problem.system, 0, p->problem.initial, 200, p->options, {}, {}, observer);
  CHECK(spikes > 100);
  CHECK(after == before);
}
