// Losses over an episode: adjoint and forward sensitivities against differences, closed forms and each other.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>

#include "allocations.hpp"
#include "differences.hpp"
#include "prepared.hpp"

using namespace neurode;

namespace {

struct Net {
  std::string name, hidden, data, inputs;  ///< data: the section; inputs: what drives h
};

const std::string kPulse = R"([stimulus.pulse]
target = "h"
kind = "pulse"
amplitude = 1.3
start = 0.333
duration = 0.4
)";
const std::string kClamped = R"([population.x]
size = 2
model = "clamped"
[projection."x -> h"]
weights = { init = "normal", std = 0.8, plastic = true }
)";

/// Three hidden units onto themselves, two outputs that feed back.
std::string text(const Net& n, const std::string& learning = "rule = \"adjoint\"\n") {
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
{}
[population.h]
size = 3
{}
bias = {{ init = "normal", std = 0.3, plastic = true }}
[population.y]
size = 2
model = "leaky_rate"
activation = "tanh"
tau = 0.3
initial = {{ a = 0.2 }}
bias = {{ init = 0.1, plastic = true }}
[projection."h -> h"]
weights = {{ init = "normal", std = 0.9, plastic = true }}
[projection."h -> y"]
weights = {{ init = "normal", std = 0.7, plastic = true }}
[projection."y -> h"]
weights = {{ init = "normal", std = 0.5, plastic = true }}
{}
[learning]
{}episode = 1.2
dt = 0.07
output = "y"
loss = "squared_error"
target = ["sin(3*t)", "where(t > 0.55, 1, -0.5)"]
[time]
end = 1
)toml",
                     n.data, n.hidden, n.inputs, learning);
}

const std::vector<Net>& nets() {
  const std::string leaky = "model = \"leaky_rate\"\nactivation = \"tanh\"\ntau = 0.4";
  static const std::vector<Net> all = {
      {"leaky_rate", leaky, "", kPulse},
      {"ctrnn", "model = \"ctrnn\"\ntau = 0.3\ntheta = 0.2", "", kPulse},
      {"voltage_rate", "model = \"voltage_rate\"\nactivation = \"logistic\"\ntau = 0.5", "", kPulse},
      {"two states", "model = \"adaptive\"", "", kPulse},
      {"three samples", leaky, "[data]\ninputs = [[0.4, -0.7], [-1.1, 0.2], [0.5, 0.9]]", kClamped + kPulse},
  };
  return all;
}

/// -dw/dt at rate 1.
Vector gradient_at(run::Prepared& p, const Vector& w, double t = 0) {
  Vector f(w.size());
  p.problem.system->rhs(t, w.data(), f.data());
  return -f;
}

/// The largest difference of the gradient from fourth-order differences of the loss.
double worst(run::Prepared& p, double t = 0, const char* metric = "loss") {
  const Vector w = p.problem.initial, g = gradient_at(p, w, t);
  const double h = 1e-3;
  double out = 0;
  for (Index k = 0; k < w.size(); ++k) {
    const auto at = [&](double by) {
      Vector moved = w;
      moved[k] += by;
      return p.problem.metric(metric)->evaluate(t, moved.data());
    };
    const double slope = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
    out = std::max(out, std::abs(slope - g[k]));
  }
  CHECK(g.cwiseAbs().maxCoeff() > 1e-2);
  return out;
}

/// x' = (w - 1) x from 1, to be 0: L = (e^{2 a T} - 1)/(2 a), a = w - 1.
std::string linear(double dt, const std::string& more = "") {
  return fmt::format(R"(schema = 1
[population.y]
size = 1
model = "leaky_rate"
activation = "identity"
initial = {{ a = 1 }}
[projection."y -> y"]
weights = {{ init = 0.3, plastic = true }}
[learning]
rule = "adjoint"
loss = "squared_error"
target = "0"
episode = 2
dt = {}
{}
[time]
end = 1
)",
                     dt, more);
}

}  // namespace

TEST_CASE("adjoint: the gradient of the discrete loss, exactly, and all products") {
  for (const Net& n : nets()) {
    CAPTURE(n.name);
    auto p = prepared(text(n));
    CHECK(worst(*p) < 1e-9);
    System& system = *p->problem.system;
    const Vector w = p->problem.initial;
    check_products(system, 0, w);
    CHECK(system.symmetric_jacobian());
    const Vector v = noise(w.size(), "v");
    Vector jv(w.size()), jtv(w.size());
    system.jvp(0, w.data(), v.data(), jv.data());
    system.vjp(0, w.data(), v.data(), jtv.data());
    CHECK((jv - jtv).norm() <= 1e-12 * jv.norm());
    Matrix j;
    system.jacobian(0, w.data(), j);
    CHECK((j - j.transpose()).norm() <= 1e-11 * j.norm());
  }
}

TEST_CASE("rtrl over episodes gives the numbers of the adjoint") {
  for (const Net& n : nets()) {
    CAPTURE(n.name);
    auto a = prepared(text(n)), r = prepared(text(n, "rule = \"rtrl\"\nmode = \"episode\"\n"));
    const Vector w = a->problem.initial + 0.1 * noise(a->problem.initial.size(), "place");
    const Vector backwards = gradient_at(*a, w), forwards = gradient_at(*r, w);
    CHECK((backwards - forwards).norm() <= 1e-12 * backwards.norm());
    check_products(*r->problem.system, 0, w);
  }
}

TEST_CASE("any number of checkpoints gives the same gradient") {
  const auto with = [](int checkpoints) {
    auto p = prepared(text(nets()[0], fmt::format("rule = \"adjoint\"\ncheckpoints = {}\n", checkpoints)));
    return gradient_at(*p, p->problem.initial);
  };
  const Vector standard = with(0);
  for (const int c : {1, 2, 5, 19, 1000}) CHECK(with(c) == standard);
}

TEST_CASE("loss and gradient approach the closed form of a linear net with order 4") {
  const double a = -0.7, T = 2, e = std::exp(2 * a * T);
  const double loss = (e - 1) / (2 * a), slope = (2 * a * T * e - (e - 1)) / (2 * a * a);
  std::vector<double> of_loss, of_slope;
  for (const double dt : {0.2, 0.1, 0.05, 0.025}) {
    auto p = prepared(linear(dt));
    const Vector w = p->problem.initial;
    of_loss.push_back(std::abs(p->problem.metric("loss")->evaluate(0, w.data()) - loss));
    of_slope.push_back(std::abs(gradient_at(*p, w)[0] - slope));
  }
  for (std::size_t k = 0; k + 1 < of_loss.size(); ++k) {
    CAPTURE(k);
    CHECK(std::log2(of_loss[k] / of_loss[k + 1]) == doctest::Approx(4).epsilon(0.1));
    CHECK(std::log2(of_slope[k] / of_slope[k + 1]) == doctest::Approx(4).epsilon(0.1));
  }
  CHECK(of_slope.back() < 1e-7);
  auto mean = prepared(linear(0.025, "average = true"));
  CHECK(std::abs(2 * gradient_at(*mean, mean->problem.initial)[0] - slope) < 1e-7);
}

TEST_CASE("steps end at the edges of a pulse") {
  const double s = 0.333, d = 0.4, T = 1.5, reached = 1 - std::exp(-d);
  const double during = d - 2 * (1 - std::exp(-d)) + (1 - std::exp(-2 * d)) / 2;
  const double exact = during + reached * reached * (1 - std::exp(-2 * (T - s - d))) / 2;
  const auto error = [&](double dt) {
    auto p = prepared(fmt::format(R"(schema = 1
[population.h]
size = 1
model = "leaky_rate"
activation = "identity"
bias = {{ init = 0.0, plastic = true }}
{}
[learning]
rule = "adjoint"
loss = "squared_error"
target = "0"
episode = 1.5
dt = {}
[time]
end = 1
)",
                                  "[stimulus.pulse]\ntarget = \"h\"\nkind = \"pulse\"\namplitude = 1\nstart = "
                                  "0.333\nduration = 0.4",
                                  dt));
    return std::abs(p->problem.metric("loss")->evaluate(0, p->problem.initial.data()) - exact);
  };
  CHECK(error(0.1) < 1e-6);
  CHECK(std::log2(error(0.1) / error(0.025)) > 7);  // 8, but that steps between edges are not quite alike
}

TEST_CASE("1e5 steps are kept in 633 states, and nothing is allocated after the first gradient") {
  auto p = prepared(linear(2e-5),
                    {"population.y.size=12", "projection.\"y -> y\".weights={init=\"normal\", std=0.2, plastic=true}"});
  REQUIRE(p->problem.notes.size() == 1);
  CHECK(p->problem.notes[0].first == "adjoint");
  CHECK(p->problem.notes[0].second == "100000 steps, 317 checkpoints and 316 states of 12 numbers, 61 kB");
  Vector w = p->problem.initial, f(w.size());
  System& system = *p->problem.system;
  system.rhs(0, w.data(), f.data());
  for (int k = 0; k < 2; ++k) {
    w.array() += 0.01;
    const allocations::Count count;
    system.rhs(0, w.data(), f.data());
    if (allocations::active()) CHECK(count.so_far() == 0);
  }
}

TEST_CASE("the episode can be seen, beside its target") {
  auto p = prepared(linear(0.05, "instants = 9"), {"learning.target=\"cos(t)\""});
  const auto* shown = p->problem.find("y.episode");
  const auto* target = p->problem.find("y.episode_target");
  REQUIRE(shown);
  REQUIRE(target);
  CHECK(shown->rows == 1);
  CHECK(shown->cols == 9);
  const auto sampler = p->problem.sampler({shown->value, target->value, p->problem.find("y.a")->value});
  Vector out(sampler->size());
  sampler->run(0, p->problem.initial.data(), out.data());
  for (Index i = 0; i < 9; ++i) {
    const double t = 0.25 * static_cast<double>(i);
    CHECK(std::abs(out[i] - std::exp(-0.7 * t)) < 1e-7);
    CHECK(std::abs(out[9 + i] - std::cos(t)) < 1e-15);
  }
  CHECK(out[18] == doctest::Approx(out[8]).epsilon(1e-14));  // states are those of the end
  CHECK(prepared(linear(0.05, "instants = 0"))->problem.find("y.episode") == nullptr);
}

TEST_CASE("time in the episode is its own; batches follow the time of learning, sequences that of the episode") {
  auto p = prepared(text(nets()[0]));
  CHECK(gradient_at(*p, p->problem.initial, 0) == gradient_at(*p, p->problem.initial, 7.3));
  const std::string rows = "[data]\ninputs = [[0.4, -0.7], [-1.1, 0.2]]\n";
  const std::string leaky = nets()[0].hidden;
  auto batches =
      prepared(text({"", leaky, rows + "batch = { size = 1, period = 2, order = \"sequential\" }", kClamped}));
  const Vector w = batches->problem.initial;
  for (const auto& [t, row] : {std::pair{0.5, "[0.4, -0.7]"}, std::pair{2.5, "[-1.1, 0.2]"}}) {
    auto one = prepared(text({"", leaky, fmt::format("[data]\ninputs = [{}]", row), kClamped}));
    CHECK((gradient_at(*batches, w, t) - gradient_at(*one, w)).norm() <= 1e-13 * w.norm());
  }
  CHECK(batches->problem.system->breakpoints(0, 5) == std::vector<double>{2, 4});
  const std::string sequences =
      "[data]\ninputs = [[0.4, -0.7, 1, 2], [-1.1, 0.2, 0, -1]]\nsequence = { steps = 2, step = 0.5 }\n";
  auto all = prepared(text({"", leaky, sequences, kClamped}));
  CHECK(worst(*all) < 1e-9);
  auto one =
      prepared(text({"", leaky, sequences + "batch = { size = 1, period = 2, order = \"sequential\" }", kClamped}));
  const Vector both = gradient_at(*one, w, 0.5) + gradient_at(*one, w, 2.5);
  CHECK((both - gradient_at(*all, w)).norm() <= 1e-12 * both.norm());
}

TEST_CASE("what has no gradient over an episode is refused with the reason") {
  const auto with = [](std::vector<std::string> set) { return prepared(linear(0.1), set); };
  CHECK_THROWS_WITH(with({"learning.instants=1"}), doctest::Contains("one instant shows no course"));
  CHECK_THROWS_WITH(with({"learning.dt=1e-10"}), doctest::Contains("more than 1e9 steps"));
  CHECK_THROWS_WITH(with({"learning={rule=\"rtrl\", mode=\"episode\", loss=\"squared_error\", target=\"0\"}"}),
                    doctest::Contains("lacks the key \"episode\""));
  CHECK_THROWS_WITH(with({"learning.flow=\"langevin\"", "integrator.method=\"euler_maruyama\"", "integrator.dt=0.1"}),
                    doctest::Contains("episodes follow smooth weights alone"));
  CHECK_THROWS_WITH(with({"population.y.size=220", "learning.rule=\"rtrl\"", "learning.mode=\"episode\""}),
                    doctest::Contains("rule = \"adjoint\" gives the same gradient"));
  CHECK_THROWS_WITH(prepared(R"(schema = 1
[model.noisy]
equations = "da/dt = -a + I + 0.1*xi"
initial = { a = 1 }
output = "a"
[population.y]
size = 1
model = "noisy"
bias = { init = 0.3, plastic = true }
[learning]
rule = "adjoint"
loss = "squared_error"
target = "0"
episode = 2
dt = 0.1
[integrator]
method = "euler_maruyama"
dt = 0.1
[time]
end = 1
)"),
                    doctest::Contains("has white noise"));
}
