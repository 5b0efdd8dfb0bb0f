// Published and analytic truth, from the scenario's text to the last state.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "crossings.hpp"

using namespace neurode;

namespace {

const char* kTight = "[integrator]\nmethod = \"tsit5\"\nrtol = 1e-12\natol = 1e-14\n";

}  // namespace

TEST_CASE("linear rate net: the analytic solution at t = 1 and t = 5") {
  const std::string text = std::string("schema = 1\n") + kTight + R"(
[population.p]
size = 2
model = "leaky_rate"
activation = "identity"
bias = [1.0, 0.5]
[projection."p -> p"]
weights = [[0.5, -1.0], [1.0, 0.2]]
[time]
)";
  for (const auto& [t, a0, a1] : {std::tuple{1.0, .53240684, .60115213}, std::tuple{5.0, .17952459, .88799722},
                                  std::tuple{200.0, .21428571, .89285714}}) {
    auto p = prepared(text + fmt::format("end = {}\n", t));
    const auto end = integrated(*p);
    CHECK(std::abs(end.x[0] - a0) < 6e-9);
    CHECK(std::abs(end.x[1] - a1) < 6e-9);
  }
}

TEST_CASE("Lorenz at t = 1, van der Pol's period") {
  auto lorenz = prepared(std::string("schema = 1\n[time]\nend = 1\n[population.p]\nmodel = \"lorenz\"\n") + kTight);
  const auto end = integrated(*lorenz);
  CHECK(std::abs(end.x[0] + 9.37857001092506236) < 2e-10);
  CHECK(std::abs(end.x[1] + 8.35703378842664473) < 2e-10);
  CHECK(std::abs(end.x[2] - 29.3623253373634282) < 2e-10);

  auto vdp = prepared(std::string("schema = 1\n[time]\nend = 100\n[population.p]\nmodel = \"van_der_pol\"\n") + kTight);
  const auto times = crossings(*vdp, "p.x[0]");
  REQUIRE(times.size() > 10);
  CHECK(std::abs(times[times.size() - 1] - times[times.size() - 2] - 6.66328686) < 2e-8);
}

TEST_CASE("FitzHugh-Nagumo: the period at I = 0.5; Hodgkin-Huxley: the firing rate at I = 10") {
  auto fhn = prepared(
      std::string("schema = 1\n[time]\nend = 1000\n[population.p]\nmodel = \"fitzhugh_nagumo\"\nbias = 0.5\n") +
      kTight);
  const auto t = crossings(*fhn, "p.v[0]");
  REQUIRE(t.size() > 10);
  CHECK(std::abs(t[t.size() - 1] - t[t.size() - 2] - 39.474415) < 1e-6);

  auto hh = prepared(
      "schema = 1\n[time]\nend = 500\n[integrator]\nmethod = \"tsit5\"\nrtol = 1e-9\natol = 1e-11\n"
      "[population.p]\nmodel = \"hodgkin_huxley\"\nbias = \"10 uA/cm2\"\n");
  const auto spikes = crossings(*hh, "p.V[0]");
  REQUIRE(spikes.size() > 20);
  CHECK(std::abs(1000 / (spikes[spikes.size() - 1] - spikes[spikes.size() - 2]) - 68.324) < 1e-3);
}

TEST_CASE("Hodgkin-Huxley in seconds is Hodgkin-Huxley in milliseconds") {
  const std::string model =
      "[population.p]\nmodel = \"hodgkin_huxley\"\nbias = 10.0\n[integrator]\nrtol = 1e-10\natol = 1e-12\n";
  auto ms = prepared("schema = 1\n[time]\nend = 20\n" + model),
       s = prepared("schema = 1\n[time]\nend = 0.02\nunit = \"s\"\n" + model);
  CHECK(ms->network->time_unit == "ms");
  CHECK((integrated(*ms).x - integrated(*s).x).norm() < 1e-6);
}

TEST_CASE("Oja's rule: the exact solution for C = diag(3, 1)") {
  auto p = prepared(std::string(R"(schema = 1
[data]
inputs = [[2.449489742783178, 0], [0, 1.4142135623730951]]
[population.x]
size = 2
model = "clamped"
[population.y]
size = 1
model = "instantaneous"
activation = "identity"
[projection."x -> y"]
weights = [[0.6, 0.8]]
plasticity = "oja"
[time]
end = 1
)") + kTight);
  const auto end = integrated(*p);
  CHECK(std::abs(end.x[0] - .98410653) < 6e-9);
  CHECK(std::abs(end.x[1] - .17757911) < 6e-9);
}

TEST_CASE("deep linear mode: u' = 2 u (s - u), and what gradient flow conserves") {
  const std::string text = std::string(R"(schema = 1
[data]
inputs = [[1]]
targets = [[3]]
[population.x]
model = "clamped"
[population.h]
model = "leaky_rate"
activation = "identity"
[population.y]
model = "leaky_rate"
activation = "identity"
[projection."x -> h"]
weights = { init = 0.03162277660168379, plastic = true }
[projection."h -> y"]
weights = { init = 0.03162277660168379, plastic = true }
[learning]
loss = { name = "squared_error", factor = 0.5 }
[time]
)") + "end = ";
  for (const auto& [t, u] : {std::pair{1.0, .355712479}, std::pair{2.0, 2.945720699}}) {
    auto p = prepared(text + fmt::format("{}\n", t) + kTight);
    const auto end = integrated(*p);
    CHECK(std::abs(end.x[0] * end.x[1] - u) < 1e-9);
    CHECK(std::abs(end.x[0] * end.x[0] - end.x[1] * end.x[1]) < 1e-11);
  }
}

TEST_CASE("gradient flow: dL/dt = -rate |grad L|^2") {
  auto p = run::prepare(std::string(NEURODE_SOURCE_DIR) + "/scenarios/xor.toml", {"learning.rate=0.7"});
  const Vector w = p->problem.initial;
  Vector f(w.size());
  p->problem.system->rhs(0, w.data(), f.data());
  const auto& loss = p->problem.metric("loss")->evaluate;
  const double h = 1e-4;
  const Vector ahead = w + h * f, behind = w - h * f;
  const double slope = (loss(0, ahead.data()) - loss(0, behind.data())) / (2 * h);
  CHECK(slope == doctest::Approx(-f.squaredNorm() / 0.7).epsilon(1e-7));
}
