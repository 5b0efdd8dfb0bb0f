// Sensitivities carried forward, against differences of the loss over time.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "differences.hpp"
#include "prepared.hpp"
#include "values.hpp"

using namespace neurode;

namespace {

struct Case {
  std::string name, hidden, readout, inputs, extra;
};

const std::string kLeaky = "model = \"leaky_rate\"\nactivation = \"tanh\"\ntau = 0.4\ninitial = { a = 0.2 }\n";
const std::string kInstant = "model = \"instantaneous\"\nactivation = \"tanh\"\n";
const std::string kAdaptive = R"(model = "adaptive"
)";
const std::string kFeedback = R"([projection."y -> h"]
weights = { init = "normal", std = 0.5, plastic = true }
)";
const std::string kChain = R"([population.m]
size = 2
model = "instantaneous"
activation = "tanh"
bias = { init = 0.1, plastic = true }
[projection."h -> m"]
weights = { init = "normal", std = 0.5, plastic = true }
[projection."m -> h"]
weights = { init = "normal", std = 0.5, plastic = true }
)";

std::string text(const Case& c) {
  return fmt::format(R"toml(schema = 1
seed = 5
[model.adaptive]
equations = """
du/dt = (-u + I - b*a) / tau
da/dt = (tanh(u)^2 - a*u) / tau_a
"""
initial = {{ u = 0.1, a = 0.05 }}
output = "tanh(u) + 0.2*a"
parameters = {{ tau = 0.4, tau_a = 2.0, b = 0.7 }}
[data]
inputs = {}
[population.x]
size = 2
model = "clamped"
[population.h]
size = 3
{}bias = {{ init = "normal", std = 0.3, plastic = true }}
[population.y]
size = 2
{}bias = {{ init = 0.2, plastic = true }}
[projection."x -> h"]
weights = {{ init = "normal", std = 0.8, plastic = true }}
[projection."h -> h"]
weights = {{ init = "normal", std = 0.9, plastic = true }}
[projection."h -> y"]
weights = {{ init = "normal", std = 0.7, plastic = true }}
{}
[learning]
rule = "rtrl"
mode = "online"
output = "y"
loss = "squared_error"
target = ["sin(3*t)", "cos(t)"]
[time]
end = 1
)toml",
                     c.inputs, c.hidden, c.readout, c.extra);
}

const std::vector<Case>& cases() {
  const std::string one = "[[0.4, -0.7]]", three = "[[0.4, -0.7], [-1.1, 0.2], [0.5, 0.9]]";
  static const std::vector<Case> all = {
      {"leaky units and readout", kLeaky, kLeaky, one, ""},
      {"readout without states that feeds back", kLeaky, kInstant, one, kFeedback},
      {"two states a unit", kAdaptive, kLeaky, one, kFeedback},
      {"through a population without states", kLeaky, kLeaky, one, kChain},
      {"three samples", kLeaky, kInstant, three, kFeedback},
  };
  return all;
}

/// RK4 from x, weights at rest: the integral of the loss, and of what the rule calls its gradient (-dw/dt at rate 1).
double ran(const learning::Problem& problem, Vector x, Vector* gradient) {
  auto& system = *problem.system;
  const auto* loss = problem.metric("loss");
  const int steps = 100;
  const double dt = 1.0 / steps;
  double total = 0;
  Vector g = Vector::Zero(x.size());
  const auto f = [&](double t, const Vector& at, double share) {
    Vector out(at.size());
    system.rhs(t, at.data(), out.data());
    total += share * dt * loss->evaluate(t, at.data());
    for (const auto& s : system.layout().slices()) {
      if (s.block != Block::weights) continue;
      g.segment(s.offset, s.size()) -= share * dt * out.segment(s.offset, s.size());
      out.segment(s.offset, s.size()).setZero();
    }
    return out;
  };
  for (int i = 0; i < steps; ++i) {
    const double t = i * dt;
    const Vector k1 = f(t, x, 1 / 6.0), k2 = f(t + dt / 2, x + dt / 2 * k1, 1 / 3.0),
                 k3 = f(t + dt / 2, x + dt / 2 * k2, 1 / 3.0), k4 = f(t + dt, x + dt * k3, 1 / 6.0);
    x += dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
  }
  if (gradient) *gradient = g;
  return total;
}

}  // namespace

TEST_CASE("online rtrl: the integral of its gradient is the gradient of the integral of the loss") {
  for (const Case& c : cases()) {
    CAPTURE(c.name);
    auto p = prepared(text(c));
    Vector g;
    ran(p->problem, p->problem.initial, &g);
    const double h = 2e-3;
    for (const auto& s : p->problem.system->layout().slices()) {
      if (s.block != Block::weights) continue;
      CAPTURE(s.name);
      CHECK(g.segment(s.offset, s.size()).norm() > 1e-3);
      double worst = 0;
      for (Index k = s.offset; k < s.offset + s.size(); ++k) {
        const auto at = [&](double by) {
          Vector x = p->problem.initial;
          x[k] += by;
          return ran(p->problem, x, nullptr);
        };
        const double slope = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
        worst = std::max(worst, std::abs(slope - g[k]));
      }
      CHECK(worst < 1e-8);
    }
    check_products(*p->problem.system, 0.7, p->problem.initial + 0.1 * noise(p->problem.initial.size(), "place"));
  }
}

TEST_CASE("online rtrl: a softmax that nothing reads may stand at the end") {
  Case c = cases()[0];
  c.readout = "model = \"instantaneous\"\nactivation = \"softmax\"\n";
  auto p = prepared(text(c), {"learning.loss=\"cross_entropy\"", "learning.target=[\"0.3\", \"0.7\"]"});
  Vector g;
  ran(p->problem, p->problem.initial, &g);
  const Index k = p->problem.system->layout().find("h -> h.weights")->offset + 1;
  const auto at = [&](double by) {
    Vector x = p->problem.initial;
    x[k] += by;
    return ran(p->problem, x, nullptr);
  };
  CHECK(g[k] == doctest::Approx((8 * (at(1e-3) - at(-1e-3)) - (at(2e-3) - at(-2e-3))) / 12e-3).epsilon(1e-8));
  c.extra = kFeedback;
  CHECK_THROWS_WITH(prepared(text(c), {"learning.loss=\"cross_entropy\"", "learning.target=[\"0.3\", \"0.7\"]"}),
                    doctest::Contains("softmax is for the output population only"));
  Case leaky = cases()[0];  // its Jacobian mixes neurons: no eligibility one by one
  leaky.readout = "model = \"leaky_rate\"\nactivation = \"softmax\"\n";
  CHECK_THROWS_WITH(prepared(text(leaky), {"learning.loss=\"cross_entropy\"", "learning.target=[\"0.3\", \"0.7\"]"}),
                    doctest::Contains("the softmax of \""));
}

TEST_CASE("online rtrl refuses what has no derivative neuron by neuron") {
  const Case c = cases()[0];
  CHECK_THROWS_WITH(prepared(text(c), {"projection.\"h -> h\".connect={ rule = \"fixed_probability\", p = 0.5 }"}),
                    doctest::Contains("needs all to all connections that add w * pre, which \"h -> h\" has not"));
  CHECK_THROWS_WITH(prepared(text(c), {"projection.\"x -> h\".coupling=\"w*tanh(pre)\""}),
                    doctest::Contains("which \"x -> h\" has not"));
}
