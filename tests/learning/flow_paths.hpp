#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "prepared.hpp"

namespace neurode {

struct Path {
  std::vector<double> t, loss;
  std::vector<Vector> x;
  std::unique_ptr<run::Prepared> p;

  const Vector& last() const { return x.back(); }
  /// Of the state called `name` at the k-th output.
  double at(std::size_t k, const std::string& name, Index i = 0) const {
    return x[k][p->problem.system->layout().find(name)->offset + i];
  }
  Vector gradient(std::size_t k) const {  // of the weights, by the plain flow's right-hand side
    Vector g(2);
    const Vector& w = x[k];
    g << kA * kA * w[0], kB * kB * w[1];
    return g;
  }
  static constexpr double kA = 1.0, kB = 3.0;
};

/// f = (a^2 w1^2 + b^2 w2^2)/2 with a = 1, b = 3, from w = (1, -0.5); curvatures 1 and 9.
inline std::string quadratic(const std::string& learning, double end) {
  return fmt::format(R"(schema = 1
[data]
inputs = [[1, 0], [0, 3]]
targets = [[0], [0]]
[population.x]
size = 2
model = "clamped"
[population.y]
size = 1
model = "leaky_rate"
activation = "identity"
[projection."x -> y"]
weights = {{ init = [[1.0, -0.5]], plastic = true }}
[learning]
loss = {{ name = "squared_error", factor = 0.5 }}
{}
[integrator]
method = "dop853"
rtol = 1e-11
atol = 1e-13
[time]
end = {}
)",
                     learning, end);
}

/// f = cos-like and not convex: two weights through a tanh hidden neuron.
inline std::string curved(const std::string& learning, double end) {
  return fmt::format(R"(schema = 1
[data]
inputs = [[0.5], [-1.5], [2]]
targets = [[0.9], [-0.3], [0.4]]
[population.x]
size = 1
model = "clamped"
[population.h]
size = 2
model = "leaky_rate"
activation = "tanh"
bias = {{ init = [0.1, -0.2], plastic = true }}
[population.y]
size = 1
model = "leaky_rate"
activation = "identity"
[projection."x -> h"]
weights = {{ init = [[0.7], [-0.4]], plastic = true }}
[projection."h -> y"]
weights = {{ init = [[0.5, 0.8]], plastic = true }}
[learning]
loss = "squared_error"
{}
[integrator]
method = "dop853"
rtol = 1e-10
atol = 1e-12
[time]
end = {}
)",
                     learning, end);
}

/// Outputs every `every` of a scenario to its end.
inline Path path(const std::string& text, double every) {
  Path path;
  path.p = prepared(text);
  auto& p = *path.p;
  integrate::Observer observer;
  observer.output = [&](std::size_t, std::int64_t, double t, const Vector& x) {
    path.t.push_back(t);
    path.x.push_back(x);
    path.loss.push_back(p.problem.metric("loss")->evaluate(t, x.data()));
  };
  const auto r = integrate::drive(*p.problem.system, 0, p.problem.initial, p.scenario.time.end, p.options, {{every}},
                                  {}, observer);
  REQUIRE(r.outcome == integrate::Outcome::reached_end);
  return path;
}

}  // namespace neurode
