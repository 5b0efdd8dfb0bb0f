// Eligibility propagation: several states a unit, readouts that leak.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "differences.hpp"
#include "prepared.hpp"
#include "values.hpp"

using namespace neurode;

namespace {

/// Units with adaptation and a smooth output, a leaking readout.
std::string text(const std::string& readout = "model = \"leaky_rate\"\nactivation = \"identity\"\ntau = 0.5") {
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
[population.h]
size = 4
model = "adaptive"
bias = {{ init = "normal", std = 0.3, plastic = true }}
[population.y]
size = 2
{}
[projection."h -> h"]
weights = {{ init = "normal", std = 0.6, plastic = true }}
[projection."h -> y"]
weights = {{ init = "normal", std = 0.7, plastic = true }}
[learning]
rule = "eprop"
feedback = "symmetric"
loss = {{ name = "squared_error", factor = 0.5 }}
rate = 0.3
target = ["sin(3*t)", "cos(t)"]
[time]
end = 1
)toml",
                     readout);
}

}  // namespace

TEST_CASE("eprop: the eligibility vector has the Jacobian of one unit, and passes the leak of the readout") {
  auto p = prepared(text());
  const auto& problem = p->problem;
  const Vector x = problem.initial + 0.3 * noise(problem.initial.size(), "place");
  const double t = 0.7, rate = 0.3, tau = 0.4, tau_a = 2.0, b = 0.7, tau_y = 0.5;
  const auto at = [&](const std::string& name) { return value_of(problem, name, t, x); };
  const auto moves = [&](const std::string& name) { return rate_of(problem, name, t, x); };
  const Matrix u = at("h.u"), a = at("h.a"), y = at("y.a"), r = at("h.output"), wout = at("h -> y.weights");
  CHECK(r.isApprox(Matrix(u.array().tanh() + 0.2 * a.array()), 1e-14));
  const Vector th = u.array().tanh(), slope = 1 - th.array().square();
  Vector e = y;
  e[0] -= std::sin(3 * t);
  e[1] -= std::cos(t);
  const Vector back = wout.transpose() * e;
  for (const auto& [name, pre] : {std::pair{"h -> h.weights", r}, std::pair{"h.bias", Matrix(Matrix::Ones(1, 1))}}) {
    CAPTURE(name);
    const std::string n = name;
    const Matrix eu = at(n + ".eligibility.u"), ea = at(n + ".eligibility.a"), f = at(n + ".filtered_eligibility");
    const Matrix direct = Matrix::Ones(4, 1) * pre.transpose();
    CHECK((moves(n + ".eligibility.u") - (-eu - b * ea + direct) / tau).norm() < 1e-12);
    const Vector by_u = (2 * th.array() * slope.array() - a.col(0).array()) / tau_a, by_a = -u.col(0) / tau_a;
    CHECK((moves(n + ".eligibility.a") - by_u.asDiagonal() * eu - by_a.asDiagonal() * ea).norm() < 1e-12);
    const Matrix trace = slope.asDiagonal() * eu + 0.2 * ea;
    CHECK((moves(n + ".filtered_eligibility") - (trace - f) / tau_y).norm() < 1e-12);
    CHECK((moves(n) + rate * back.asDiagonal() * f).norm() < 1e-12);
    CHECK((back.asDiagonal() * f).norm() > 0.05);
  }
  // The readout has an eligibility of its own: y_k has w_kj r_j filtered.
  const Matrix own = at("h -> y.weights.eligibility");
  CHECK((moves("h -> y.weights.eligibility") - (-own + Matrix::Ones(2, 1) * r.transpose()) / tau_y).norm() < 1e-12);
  CHECK((moves("h -> y.weights") + rate * e.asDiagonal() * own).norm() < 1e-12);
  check_products(*problem.system, t, x);
}

TEST_CASE("eprop: without recurrent weights it is the gradient of the running loss") {
  // One hidden layer that the readout reads, all of it linear beyond the units' own Jacobian: nothing is dropped.
  auto p = prepared(text(), {"projection.\"h -> h\".weights={ init = 0 }", "learning.rate=1e-7"});
  auto& system = *p->problem.system;
  const Slice* bias = system.layout().find("h.bias");
  const double h = 1e-4;
  // The loss over time as RK4 sees it, weights at rest.
  const auto run = [&](Vector x, Vector* g) {
    const int steps = 500;
    const double dt = 1.0 / steps;
    double loss = 0;
    const auto f = [&](double t, const Vector& at) {
      Vector out(at.size());
      system.rhs(t, at.data(), out.data());
      for (const auto& s : system.layout().slices()) {
        if (s.block == Block::weights) out.segment(s.offset, s.size()).setZero();
      }
      return out;
    };
    const auto measure = [&](double t, const Vector& at) { return p->problem.metric("loss")->evaluate(t, at.data()); };
    const auto slope = [&](double t, const Vector& at) { return Vector(rate_of(p->problem, "h.bias", t, at) / -1e-7); };
    for (int i = 0; i < steps; ++i) {
      const double t = i * dt;
      const Vector k1 = f(t, x), x2 = x + dt / 2 * k1, k2 = f(t + dt / 2, x2), x3 = x + dt / 2 * k2,
                   k3 = f(t + dt / 2, x3), x4 = x + dt * k3, k4 = f(t + dt, x4);
      loss +=
          dt / 6 * (measure(t, x) + 2 * measure(t + dt / 2, x2) + 2 * measure(t + dt / 2, x3) + measure(t + dt, x4));
      if (g) {
        *g += dt / 6 * (slope(t, x) + 2 * slope(t + dt / 2, x2) + 2 * slope(t + dt / 2, x3) + slope(t + dt, x4));
      }
      x += dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
    }
    return loss;
  };
  Vector g = Vector::Zero(4);
  run(p->problem.initial, &g);
  for (Index i = 0; i < 4; ++i) {
    Vector up = p->problem.initial, down = up;
    up[bias->offset + i] += h;
    down[bias->offset + i] -= h;
    CHECK(g[i] == doctest::Approx((run(up, nullptr) - run(down, nullptr)) / (2 * h)).epsilon(1e-6));
  }
}

TEST_CASE("eprop refuses a readout whose leak is no filter") {
  CHECK_THROWS_WITH(prepared(text("model = \"leaky_rate\"\nactivation = \"tanh\"")),
                    doctest::Contains("needs a readout that is linear, with one time constant for all"));
  CHECK_THROWS_WITH(prepared(text("model = \"leaky_rate\"\nactivation = \"identity\"\ntau = [0.5, 0.7]")),
                    doctest::Contains("with one time constant for all: \"y\" is of model \"leaky_rate\""));
}
