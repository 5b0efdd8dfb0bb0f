// Gradients against differences of the loss, and all products of the learning systems.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "differences.hpp"
#include "prepared.hpp"

using namespace neurode;

namespace {

struct Net {
  std::string hidden = "tanh", output = "identity", loss = "squared_error", model = "leaky_rate", extra = "";
};

/// 3 inputs, 4 hidden, 2 outputs, 5 samples; `extra` adds projections.
std::string text_of(const Net& n, const std::string& mode) {
  return fmt::format(R"(schema = 1
seed = 11
[data]
inputs = [[0.2, -1, 0.5], [1, 0.3, -0.4], [-0.6, 0.8, 0.1], [0.9, -0.2, 0.7], [-1.1, 0.4, -0.3]]
targets = [[1, 0], [0, 1], [1, 0], [0, 1], [0, 1]]
[population.x]
size = 3
model = "clamped"
[population.h]
size = 4
model = "{}"
activation = "{}"
tau = 0.7
bias = {{ init = "normal", std = 0.4, plastic = true }}
[population.y]
size = 2
model = "leaky_rate"
activation = "{}"
tau = 0.4
initial = {{ a = 0.3 }}
bias = {{ init = "normal", std = 0.4, plastic = true }}
[projection."x -> h"]
weights = {{ init = "normal", std = 0.6, plastic = true }}
[projection."h -> y"]
weights = {{ init = "normal", std = 0.6, plastic = true }}
{}
[learning]
mode = "{}"
loss = "{}"
rate = 0.8
error_tau = 0.3
[time]
end = 1
)",
                     n.model, n.hidden, n.output, n.extra, mode, n.loss);
}

const std::vector<Net>& nets() {
  const std::string recurrent = "[projection.\"h -> h\"]\nweights = { init = \"normal\", std = 0.2, plastic = true }\n";
  const std::string feedback =
      recurrent + "[projection.\"y -> h\"]\nweights = { init = \"normal\", std = 0.2, plastic = true }\n";
  static const std::vector<Net> all = {
      {},
      {"logistic", "logistic"},
      {"softplus", "erf"},
      {"relu", "tanh"},
      {"I / (1 + I^2)", "identity"},
      {"tanh", "softmax", "cross_entropy"},
      {"tanh", "softmax", "squared_error"},
      {"logistic", "tanh", "squared_error", "voltage_rate"},
      {"tanh", "identity", "squared_error", "leaky_rate", recurrent},
      {"tanh", "softmax", "cross_entropy", "leaky_rate", recurrent},
      {"logistic", "tanh", "squared_error", "voltage_rate", recurrent},
  };
  (void)feedback;
  return all;
}

}  // namespace

TEST_CASE("adiabatic: dw/dt is -rate times the gradient of the loss, and J its Hessian") {
  for (const Net& n : nets()) {
    CAPTURE(n.hidden);
    CAPTURE(n.output);
    CAPTURE(n.extra);
    auto p = prepared(text_of(n, "adiabatic"));
    System& system = *p->problem.system;
    const Vector w = p->problem.initial;
    const auto loss = [&](const Vector& at) { return p->problem.metric("loss")->evaluate(0, at.data()); };
    Vector f(w.size());
    system.rhs(0, w.data(), f.data());
    const double h = 1e-3;
    double worst = 0;
    for (Index k = 0; k < w.size(); ++k) {
      Vector e = Vector::Zero(w.size());
      e[k] = h;
      const double slope = (8 * (loss(w + e) - loss(w - e)) - (loss(w + 2 * e) - loss(w - 2 * e))) / (12 * h);
      worst = std::max(worst, std::abs(f[k] + 0.8 * slope));
    }
    CHECK(worst <= 1e-6 * f.cwiseAbs().maxCoeff());
    if (n.hidden != "relu") check_products(system, 0, w);  // differences step over relu's kink
    Vector v = noise(w.size(), "v"), jv(w.size()), jtv(w.size());
    system.jvp(0, w.data(), v.data(), jv.data());
    system.vjp(0, w.data(), v.data(), jtv.data());
    CHECK(system.symmetric_jacobian());
    CHECK((jv - jtv).norm() <= 1e-9 * jv.norm());
  }
}

TEST_CASE("coupled: all products of activity, errors and weights as one system") {
  for (const Net& n : nets()) {
    if (n.hidden == "relu") continue;
    CAPTURE(n.hidden);
    CAPTURE(n.output);
    CAPTURE(n.extra);
    auto p = prepared(text_of(n, "coupled"));
    const Vector x = p->problem.initial + 0.1 * noise(p->problem.initial.size(), "place");
    check_products(*p->problem.system, 0, x);
    CHECK_FALSE(p->problem.system->symmetric_jacobian());
  }
}

TEST_CASE("coupled: at the activity's and the errors' fixed point, dw/dt is the adiabatic one") {
  for (const Net& n : nets()) {
    CAPTURE(n.hidden);
    CAPTURE(n.extra);
    auto coupled = prepared(text_of(n, "coupled"),
                            {"time.end=200", "learning.rate=1e-14", "integrator.rtol=1e-10", "integrator.atol=1e-13"});
    auto adiabatic = prepared(text_of(n, "adiabatic"));
    const auto end = integrated(*coupled);
    const Index nw = adiabatic->problem.initial.size();
    Vector f(end.x.size()), g(nw);
    coupled->problem.system->rhs(200, end.x.data(), f.data());
    Index offset = -1;
    for (const auto& s : coupled->problem.system->layout().slices()) {
      if (s.block == Block::weights && offset < 0) offset = s.offset;
    }
    const Vector w = end.x.segment(offset, nw);
    adiabatic->problem.system->rhs(0, w.data(), g.data());
    CHECK((f.segment(offset, nw) / 1e-14 - g / 0.8).norm() <= 1e-7 * g.norm());
  }
}

TEST_CASE("coupled approaches adiabatic in proportion to tau") {
  const auto weights_at = [](const std::string& mode, double tau) {
    auto p = prepared(
        text_of({"tanh", "identity"}, mode),
        {"time.end=2", "integrator.rtol=1e-10", "integrator.atol=1e-12", fmt::format("population.h.tau={}", tau),
         fmt::format("population.y.tau={}", tau), fmt::format("learning.error_tau={}", tau), "learning.rate=0.3"});
    const auto end = integrated(*p);
    Vector w(0);
    for (const auto& s : p->problem.system->layout().slices()) {
      if (s.block != Block::weights) continue;
      w.conservativeResize(w.size() + s.size());
      w.tail(s.size()) = end.x.segment(s.offset, s.size());
    }
    return w;
  };
  const Vector limit = weights_at("adiabatic", 1.0);
  std::vector<double> distance;
  for (const double tau : {0.04, 0.02, 0.01, 0.005}) distance.push_back((weights_at("coupled", tau) - limit).norm());
  for (std::size_t k = 0; k + 1 < distance.size(); ++k) {
    const double slope = std::log2(distance[k] / distance[k + 1]);
    CAPTURE(distance[k]);
    CHECK(slope == doctest::Approx(1).epsilon(0.1));
  }
}
