// Flows and schedules: all products of each, and what is known of each exactly.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <map>

#include "differences.hpp"
#include "learning/flow_paths.hpp"
#include "neurode/learning/families.hpp"

using namespace neurode;

namespace {

double square(double x) { return x * x; }

}  // namespace

TEST_CASE("every flow under every schedule: products, layered, coupled and at fixed points") {
  const std::map<std::string, std::string> needed = {{"exponential", "tau = 2"},
                                                     {"inverse_time", "tau = 3"},
                                                     {"cosine", "duration = 5, last = 0.2"},
                                                     {"piecewise", "times = [1, 2], values = [0.5, 0.25]"},
                                                     {"hypergradient", "beta = 0.3, lag = 0.5"}};
  const std::string recurrent = "[projection.\"h -> h\"]\nweights = { init = 0.15, plastic = true }\n";
  for (const auto& flow : learning::flows()) {
    for (const auto& rate : learning::rates()) {
      for (const std::string kind : {"layered", "coupled", "recurrent"}) {
        CAPTURE(flow.name);
        CAPTURE(rate.name);
        CAPTURE(kind);
        if (flow.metric && kind != "layered") continue;        // refused, see metric_flows.cpp
        if (flow.stochastic && kind == "recurrent") continue;  // refused, see noise_flows.cpp
        const auto keys = needed.find(rate.name);
        std::string text = curved(
            fmt::format("flow = {{ name = \"{}\"{} }}\nrate = {{ schedule = \"{}\"{} }}\nmode = \"{}\"\n", flow.name,
                        flow.name == "natural"   ? ", damping = 0.3"
                        : flow.name == "sgd_sde" ? ", step = 0.1"
                                                 : "",
                        rate.name, keys == needed.end() ? "" : ", " + keys->second,
                        kind == "coupled" ? "coupled" : "adiabatic"),
            3);
        for (std::size_t at = 0; flow.name == "mirror" && (at = text.find("-0.", at)) != std::string::npos;) {
          text[at] = '+';  // positive weights
        }
        if (flow.stochastic)
          text.replace(text.find("\"dop853\"\nrtol = 1e-10\natol = 1e-12"), 34, "\"euler_maruyama\"\ndt = 0.1");
        if (kind == "recurrent") text += recurrent;
        auto p = prepared(text);
        Vector x = p->problem.initial;
        const Vector moved = 0.05 * noise(x.size(), "place");
        for (Index i = 0; i < x.size(); ++i) x[i] += std::abs(moved[i]);
        for (const auto& s : p->problem.system->layout().slices()) {  // away from 0, where roots bend
          if (s.name == "flow.time" || s.name.ends_with("second_moment")) x.segment(s.offset, s.size()).array() += 0.5;
        }
        check_products(*p->problem.system, 1.3, x);
      }
    }
  }
}

TEST_CASE("gradient: exact on a quadratic; the bounds of convex functions") {
  const auto r = path(quadratic("", 3), 0.25);
  for (std::size_t k = 0; k < r.t.size(); ++k) {
    CHECK(std::abs(r.x[k][0] - std::exp(-r.t[k])) < 1e-10);
    CHECK(std::abs(r.x[k][1] + 0.5 * std::exp(-9 * r.t[k])) < 1e-10);
    if (k == 0) continue;
    CHECK(r.loss[k] <= 1.25 / (2 * r.t[k]));
    CHECK(r.loss[k] <= std::exp(-2 * r.t[k]) * r.loss[0] * (1 + 1e-9));
  }
}

TEST_CASE("heavy ball: the exact oscillation; energy never rises; the bound at critical friction") {
  const auto r = path(quadratic("flow = { name = \"heavy_ball\", friction = 2 }\n", 6), 0.1);
  const double omega = std::sqrt(8.0);
  double before = 1e300;
  for (std::size_t k = 0; k < r.t.size(); ++k) {
    const double t = r.t[k], v0 = r.at(k, "x -> y.weights.velocity", 0), v1 = r.at(k, "x -> y.weights.velocity", 1);
    CHECK(std::abs(r.x[k][0] - (1 + t) * std::exp(-t)) < 1e-10);
    CHECK(std::abs(r.x[k][1] + 0.5 * std::exp(-t) * (std::cos(omega * t) + std::sin(omega * t) / omega)) < 1e-10);
    const double energy = r.loss[k] + (v0 * v0 + v1 * v1) / 2;
    CHECK(energy <= before + 1e-12);
    before = energy;
    const double lyapunov = r.loss[k] + (square(r.x[k][0] + v0) + square(r.x[k][1] + v1)) / 2;  // sqrt(mu) = 1
    CHECK(lyapunov <= (r.loss[0] + 1.25 / 2) * std::exp(-t) + 1e-11);
  }
  const auto c = path(curved("flow = { name = \"heavy_ball\", friction = 0.3 }\n", 20), 0.2);
  before = 1e300;
  for (std::size_t k = 0; k < c.t.size(); ++k) {
    double kinetic = 0;
    for (const auto& s : c.p->problem.system->layout().slices()) {
      if (s.name.ends_with(".velocity")) kinetic += c.x[k].segment(s.offset, s.size()).squaredNorm() / 2;
    }
    CHECK(kinetic + c.loss[k] <= before + 1e-10);
    before = kinetic + c.loss[k];
  }
}

TEST_CASE("Nesterov: Bessel's function for r = 3, from the very start; the bound") {
  const auto r = path(quadratic("flow = \"nesterov\"\n", 10), 0.25);
  for (std::size_t k = 1; k < r.t.size(); ++k) {
    const double t = r.t[k];
    CHECK(std::abs(r.x[k][0] - 2 * std::cyl_bessel_j(1.0, t) / t) < 2e-9);
    CHECK(std::abs(r.x[k][1] + 0.5 * 2 * std::cyl_bessel_j(1.0, 3 * t) / (3 * t)) < 2e-9);
    CHECK(r.loss[k] <= 4 * 1.25 / (2 * t * t));
  }
  Vector f(r.p->problem.initial.size());
  r.p->problem.system->rhs(0, r.p->problem.initial.data(), f.data());
  const Index v = r.p->problem.system->layout().find("x -> y.weights.velocity")->offset;
  CHECK(f[v] == -1.0 / 4);
  CHECK(f[v + 1] == 4.5 / 4);
}

TEST_CASE("AdaGrad with one norm: sqrt(G) + f/2 stays, whatever f is") {
  for (const bool bent : {false, true}) {
    const std::string flow = "flow = { name = \"adagrad\", norm = true, initial = 0.3 }\n";
    const auto r = path(bent ? curved(flow, 30) : quadratic(flow, 30), 0.5);
    const double kept = std::sqrt(0.3) + r.loss[0] / 2;
    CHECK(r.loss.back() < 0.7 * r.loss[0]);
    for (std::size_t k = 0; k < r.t.size(); ++k) {
      CHECK(std::abs(std::sqrt(r.at(k, "flow.squares")) + r.loss[k] / 2 - kept) < (bent ? 1e-9 : 1e-10));
    }
  }
  const auto each = path(quadratic("flow = { name = \"adagrad\", initial = 0.3 }\n", 5), 1);
  // One weight alone: the same with f of its own part.
  for (std::size_t k = 0; k < each.t.size(); ++k) {
    for (const Index i : {0, 1}) {
      const double lambda = i == 0 ? 1 : 9, w0 = i == 0 ? 1 : -0.5;
      const double f = lambda * square(each.x[k][i]) / 2, f0 = lambda * w0 * w0 / 2;
      CHECK(std::abs(std::sqrt(each.at(k, "x -> y.weights.squares", i)) + f / 2 - std::sqrt(0.3) - f0 / 2) < 1e-10);
    }
  }
}

TEST_CASE("RMSProp: the loss never rises, and its slope is what it should be") {
  const auto r = path(curved("flow = { name = \"rmsprop\", b = 0.5, initial = 0.1 }\n", 10), 0.1);
  for (std::size_t k = 1; k < r.t.size(); ++k) CHECK(r.loss[k] <= r.loss[k - 1] + 1e-12);
  CHECK(r.loss.back() < 0.1 * r.loss[0]);
  const auto q = path(quadratic("flow = { name = \"rmsprop\", b = 0.5, initial = 0.1, epsilon = 0.01 }\n", 1), 0.5);
  Vector f(q.last().size());
  q.p->problem.system->rhs(1, q.last().data(), f.data());
  const double v = q.at(2, "x -> y.weights.second_moment", 1), g = 9 * q.last()[1];
  CHECK(f[1] == doctest::Approx(-g / (0.01 + std::sqrt(v))).epsilon(1e-13));
  CHECK(f[3] == doctest::Approx(0.5 * (g * g - v)).epsilon(1e-13));
}

TEST_CASE("Adam without correction: its function never rises where b <= 4 a; with it: the start, and the formula") {
  const double a = 1, b = 3.9, epsilon = 1e-3;
  const auto r = path(curved(fmt::format("flow = {{ name = \"adam\", a = {}, b = {}, epsilon = {}, initial = 0.1, "
                                         "corrected = false }}\n",
                                         a, b, epsilon),
                             10),
                      0.05);
  double before = 1e300;
  for (std::size_t k = 0; k < r.t.size(); ++k) {
    double value = r.loss[k];
    for (const auto& s : r.p->problem.system->layout().slices()) {
      if (!s.name.ends_with(".first_moment")) continue;
      const std::string v = s.name.substr(0, s.name.size() - 12) + "second_moment";
      for (Index i = 0; i < s.size(); ++i) {
        value += square(r.at(k, s.name, i)) / (2 * a * (epsilon + std::sqrt(r.at(k, v, i))));
      }
    }
    CHECK(value <= before + 1e-11);
    before = value;
  }
  CHECK(r.loss.back() < 0.3 * r.loss[0]);
  auto p = prepared(quadratic("flow = { name = \"adam\", a = 2, b = 0.5, epsilon = 0.01, initial = 0.2 }\n", 1));
  Vector x = p->problem.initial, f(x.size());
  p->problem.system->rhs(0, x.data(), f.data());
  CHECK(f[0] == 0);
  CHECK(f.allFinite());
  const auto& layout = p->problem.system->layout();
  const double s = 0.7, m = 0.4, v = 0.9;
  x[layout.find("x -> y.weights.first_moment")->offset] = m;
  x[layout.find("x -> y.weights.second_moment")->offset] = v;
  x[layout.find("flow.time")->offset] = s;
  p->problem.system->rhs(0, x.data(), f.data());
  const double mh = m / (1 - std::exp(-2 * s)), vh = v / (1 - std::exp(-0.5 * s));
  CHECK(f[0] == doctest::Approx(-mh / (0.01 + std::sqrt(vh))).epsilon(1e-13));
}

TEST_CASE("mirror: weights in proportion to w(0) exp(-integral of g), their sum kept; other signs are refused") {
  const auto r = path(R"(schema = 1
[data]
inputs = [[0.3, -0.2, 0.5]]
targets = [[0]]
[population.x]
size = 3
model = "clamped"
[population.y]
size = 1
model = "leaky_rate"
activation = "identity"
[projection."x -> y"]
weights = { init = [[0.2, 0.3, 0.5]], plastic = true }
[learning]
loss = "squared_error"
flow = "mirror"
rate = 2
[integrator]
method = "dop853"
rtol = 1e-11
atol = 1e-13
[time]
end = 4
)",
                      0.01);
  // g_i = 2 y x_i: log(w_i/w_j) = log(w_i0/w_j0) - 2 (x_i - x_j) integral of 2 y dt.
  double integral = 0;
  const double x[] = {0.3, -0.2, 0.5};
  const auto y = [&](std::size_t k) { return x[0] * r.x[k][0] + x[1] * r.x[k][1] + x[2] * r.x[k][2]; };
  for (std::size_t k = 0; k + 2 < r.t.size(); k += 2) integral += (y(k) + 4 * y(k + 1) + y(k + 2)) * 0.01 / 3;
  const Vector& w = r.last();
  CHECK(std::abs(w.sum() - 1) < 1e-11);
  CHECK(std::log(w[0] / w[1]) == doctest::Approx(std::log(0.2 / 0.3) - 4 * (x[0] - x[1]) * integral).epsilon(1e-8));
  CHECK(std::log(w[2] / w[1]) == doctest::Approx(std::log(0.5 / 0.3) - 4 * (x[2] - x[1]) * integral).epsilon(1e-8));
  // Alone, w = w0 exp(-integral of g): on the quadratic w' = -w g with g = a^2 w is w0/(1 + a^2 w0 t).
  const auto alone = path(
      [] {
        std::string text = quadratic("flow = { name = \"mirror\", over = \"none\" }\n", 2);
        text.replace(text.find("-0.5"), 4, "0.25");
        return text;
      }(),
      2);
  CHECK(alone.last()[0] == doctest::Approx(1 / (1 + 2.0)).epsilon(1e-9));
  CHECK(alone.last()[1] == doctest::Approx(0.25 / (1 + 9 * 0.25 * 2)).epsilon(1e-9));
  CHECK_THROWS_WITH(prepared(quadratic("flow = \"mirror\"\n", 1)),
                    doctest::Contains("flow \"mirror\" moves positive weights alone; found -0.5 in \"x -> y\""));
}

TEST_CASE("sign, normalised, Polyak: the slopes of the loss") {
  auto p = prepared(quadratic("flow = { name = \"sign\", width = 1e-9 }\n", 1));
  Vector w(2), f(2), g(2);
  w << 0.3, -0.2;
  g << 0.3, -1.8;
  p->problem.system->rhs(0, w.data(), f.data());
  CHECK(g.dot(f) == doctest::Approx(-g.lpNorm<1>()).epsilon(1e-12));
  auto n = prepared(quadratic("flow = { name = \"normalised\", width = 1e-9 }\n", 1));
  n->problem.system->rhs(0, w.data(), f.data());
  CHECK(g.dot(f) == doctest::Approx(-g.norm()).epsilon(1e-12));
  CHECK(f.norm() == doctest::Approx(1).epsilon(1e-12));
  const auto r = path(quadratic("flow = \"polyak\"\n", 8), 0.5);
  for (std::size_t k = 0; k < r.t.size(); ++k) {
    CHECK(r.loss[k] == doctest::Approx(r.loss[0] * std::exp(-r.t[k])).epsilon(1e-8));
  }
  const auto shifted = path(quadratic("flow = { name = \"polyak\", least = -1 }\n", 0.3), 0.1);
  for (std::size_t k = 0; k < shifted.t.size(); ++k) {
    CHECK(shifted.loss[k] + 1 == doctest::Approx((shifted.loss[0] + 1) * std::exp(-shifted.t[k])).epsilon(1e-8));
  }
}

TEST_CASE("schedules: the flow runs through its own time, the integral of the rate") {
  const auto end = [](const std::string& rate) { return path(quadratic("rate = " + rate + "\n", 4), 4).last()[0]; };
  const auto gone = [&](const std::string& rate) { return -std::log(end(rate)); };
  CHECK(gone("{ schedule = \"exponential\", value = 0.5, tau = 2 }") ==
        doctest::Approx(0.5 * 2 * (1 - std::exp(-2.0))).epsilon(1e-9));
  CHECK(gone("{ schedule = \"inverse_time\", value = 0.5, tau = 2 }") ==
        doctest::Approx(0.5 * 2 * std::log(3.0)).epsilon(1e-9));
  CHECK(gone("{ schedule = \"cosine\", value = 0.5, last = 0.1, duration = 3 }") ==
        doctest::Approx(0.3 * 3 + 0.1).epsilon(1e-9));
  CHECK(gone("{ schedule = \"piecewise\", value = 0.5, times = [1, 2.5], values = [0.2, 0.1] }") ==
        doctest::Approx(0.5 + 0.3 + 0.15).epsilon(1e-9));
  auto p = prepared(quadratic("rate = { schedule = \"piecewise\", times = [1, 2.5], values = [0.2, 0.1] }\n", 4));
  CHECK(p->problem.system->breakpoints(0, 4) == std::vector<double>{1, 2.5});
  CHECK_THROWS_WITH(
      prepared(quadratic("rate = { schedule = \"piecewise\", times = [2, 1], values = [0.2, 0.1] }\n", 4)),
      doctest::Contains("learning.rate.times: must ascend"));
}

TEST_CASE("hypergradient: the rate's slope is beta times g times the lagged gradient") {
  const auto r =
      path(quadratic("rate = { schedule = \"hypergradient\", value = 0.1, beta = 0.02, lag = 0.4 }\n", 6), 0.5);
  for (const std::size_t k : {2UL, 7UL}) {
    Vector f(r.x[k].size());
    r.p->problem.system->rhs(r.t[k], r.x[k].data(), f.data());
    const auto& layout = r.p->problem.system->layout();
    const Index rate = layout.find("flow.rate")->offset, lagged = layout.find("x -> y.weights.lagged_gradient")->offset;
    const Vector g = r.gradient(k);
    CHECK(f[rate] == doctest::Approx(0.02 * g.dot(r.x[k].segment(lagged, 2))).epsilon(1e-11));
    CHECK(f[lagged + 1] == doctest::Approx((g[1] - r.x[k][lagged + 1]) / 0.4).epsilon(1e-11));
    CHECK(f[0] == doctest::Approx(-r.x[k][rate] * g[0]).epsilon(1e-11));
  }
}
