// Flows along the solution of a linear system: natural gradient and Newton.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <Eigen/LU>

#include <cmath>

#include "learning/flow_paths.hpp"

using namespace neurode;

namespace {

Vector rhs(run::Prepared& p, const Vector& x, double t = 0) {
  Vector f(x.size());
  p.problem.system->rhs(t, x.data(), f.data());
  return f;
}

/// Logistic regression with three classes.
std::string classes(const std::string& learning) {
  return fmt::format(R"(schema = 1
[data]
inputs = [[1, 0.5], [-0.3, 2], [0.8, -1], [0.1, 0.2]]
targets = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]]
[population.x]
size = 2
model = "clamped"
[population.y]
size = 3
model = "leaky_rate"
activation = "softmax"
[projection."x -> y"]
weights = {{ init = [[0.2, -0.1], [0.4, 0.3], [-0.5, 0.1]], plastic = true }}
[learning]
loss = "cross_entropy"
{}
[time]
end = 1
)",
                     learning);
}

}  // namespace

TEST_CASE("Newton: g falls as exp(-t), whatever the loss is, with decay as well") {
  for (const char* more : {"", ", decay = 0.2"}) {
    CAPTURE(more);
    const auto text = [&](const std::string& flow, double end) {
      std::string s = curved(flow, end);
      for (std::size_t at = 0; (at = s.find(", plastic = true", at)) != std::string::npos; at += 30) s.insert(at, more);
      return s;
    };
    const auto plain = prepared(text("", 1));
    const auto r = path(text("flow = \"newton\"\n", 1.5), 0.25);
    const Vector g0 = rhs(*plain, r.x[0]);
    for (std::size_t k = 1; k < r.t.size(); ++k) {
      CHECK((rhs(*plain, r.x[k]) - std::exp(-r.t[k]) * g0).norm() < 1e-8 * g0.norm());
    }
  }
}

TEST_CASE("Newton with damping: (H + damping) dw/dt = -g") {
  const auto plain = prepared(curved("", 1));
  const auto p = prepared(curved("flow = { name = \"newton\", damping = 0.7 }\nrate = 2\n", 1));
  const Vector x = p->problem.initial, d = rhs(*p, x), g = rhs(*plain, x);
  Vector hd(x.size());
  plain->problem.system->jvp(0, x.data(), d.data(), hd.data());  // -H d
  CHECK((-hd + 0.7 * d - 2 * g).norm() < 1e-12 * g.norm());
}

TEST_CASE("natural gradient: residuals of a square loss fall as exp(-t) where the Jacobian has full rank") {
  for (const auto& [damping, tolerance] : {std::pair{"0", 1e-8}, {"1e-9", 1e-6}}) {
    const auto r = path(
        curved(fmt::format("flow = {{ name = \"natural\", damping = {}, tolerance = 1e-13 }}\n", damping), 3), 0.5);
    const auto sampler = r.p->problem.sampler({r.p->problem.find("y.output")->value});
    Vector y0(3), y(3), target(3);
    target << 0.9, -0.3, 0.4;
    sampler->run(0, r.x[0].data(), y0.data());
    for (std::size_t k = 1; k < r.t.size(); ++k) {
      sampler->run(r.t[k], r.x[k].data(), y.data());
      CHECK((y - target - std::exp(-r.t[k]) * (y0 - target)).norm() < tolerance * (y0 - target).norm());
    }
  }
}

TEST_CASE("natural gradient of cross-entropy: F is Fisher's matrix, written out") {
  for (const char* more : {"", ", decay = 0.3, l1 = 0.2, l1_width = 0.4"}) {
    const double decay = *more ? 0.3 : 0, l1 = *more ? 0.2 : 0, width = 0.4;
    std::string text = classes("flow = { name = \"natural\", damping = 0.05, tolerance = 1e-14 }\n");
    text.insert(text.find(", plastic"), more);
    const auto p = prepared(text);
    const Vector w = p->problem.initial, d = rhs(*p, w);
    Matrix inputs(2, 4), targets(3, 4), fisher = Matrix::Zero(6, 6);
    inputs << 1, -0.3, 0.8, 0.1, 0.5, 2, -1, 0.2;
    targets << 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0;
    Vector g = Vector::Zero(6);
    const Eigen::Map<const Matrix> weights(w.data(), 3, 2);
    for (Index s = 0; s < 4; ++s) {
      const Vector z = weights * inputs.col(s), e = z.array().exp(), q = e / e.sum();
      // Fisher: the mean over the model's own labels of the square of the slope of log q.
      for (Index c = 0; c < 3; ++c) {
        const Matrix slope = (Vector::Unit(3, c) - q) * inputs.col(s).transpose();
        const Eigen::Map<const Vector> flat(slope.data(), 6);
        fisher += q[c] / 4 * flat * flat.transpose();
      }
      const Matrix slope = (q - targets.col(s)) * inputs.col(s).transpose() / 4;
      g += Eigen::Map<const Vector>(slope.data(), 6);
    }
    for (Index i = 0; i < 6; ++i) {
      const double size = std::sqrt(w[i] * w[i] + width * width);
      g[i] += decay * w[i] + l1 * w[i] / size;
      fisher(i, i) += 0.05 + decay + l1 * width * width / (size * size * size);
    }
    CHECK((fisher * d + g).norm() < 1e-11 * g.norm());
  }
}

TEST_CASE("natural gradient and SGD's noise of binary cross-entropy: Fisher's matrix of a logistic unit, written out") {
  const std::string text = R"(schema = 1
[data]
inputs = [[1, 0.5], [-0.3, 2], [0.8, -1], [0.1, 0.2]]
targets = [[1], [0], [1], [0]]
[population.x]
size = 2
model = "clamped"
[population.y]
size = 1
model = "instantaneous"
activation = "logistic"
[projection."x -> y"]
weights = { init = [[0.4, -0.7]], plastic = true }
[learning]
loss = "binary_cross_entropy"
flow = { name = "natural", damping = 0.05, tolerance = 1e-14 }
[integrator]
method = "dop853"
[time]
end = 1
)";
  const auto p = prepared(text);
  const Vector w = p->problem.initial, d = rhs(*p, w);
  Matrix inputs(2, 4), fisher = 0.05 * Matrix::Identity(2, 2);
  inputs << 1, -0.3, 0.8, 0.1, 0.5, 2, -1, 0.2;
  const double targets[] = {1, 0, 1, 0};
  Vector g = Vector::Zero(2);
  for (Index s = 0; s < 4; ++s) {
    const double q = 1 / (1 + std::exp(-w.dot(inputs.col(s))));
    fisher += q * (1 - q) / 4 * inputs.col(s) * inputs.col(s).transpose();
    g += (q - targets[s]) / 4 * inputs.col(s);
  }
  CHECK((fisher * d + g).norm() < 1e-12 * g.norm());
  auto noisy = prepared(text, {"learning.flow={ name = \"sgd_sde\", step = 0.2 }",
                               "integrator={ method = \"euler_maruyama\", dt = 0.1 }"});
  REQUIRE(noisy->problem.system->noise() != nullptr);
  Vector out = Vector::Zero(2), dw = Vector::Unit(4, 1);
  noisy->problem.system->noise()->apply(0, w.data(), dw.data(), out.data());
  CHECK(out.norm() > 1e-3);  // a sample's own noise reaches the weights
}

TEST_CASE("the loss of these flows is the data's; the Jacobian is not symmetric") {
  for (const char* flow : {"natural", "newton"}) {
    const auto plain = prepared(curved("", 1));
    auto p = prepared(curved(fmt::format("flow = \"{}\"\n", flow), 1));
    const Vector& x = p->problem.initial;
    CHECK(p->problem.metric("loss")->evaluate(0, x.data()) ==
          doctest::Approx(plain->problem.metric("loss")->evaluate(0, x.data())).epsilon(1e-14));
    CHECK_FALSE(p->problem.system->symmetric_jacobian());
  }
}

TEST_CASE("what has no metric is refused, with the reason") {
  const std::string recurrent = "[projection.\"h -> h\"]\nweights = { init = 0.15, plastic = true }\n";
  for (const std::string flow : {"natural", "newton"}) {
    const std::string with = "flow = \"" + flow + "\"\n";
    CHECK_THROWS_WITH(prepared(curved(with + "mode = \"coupled\"\n", 1)),
                      doctest::Contains("differentiates the loss twice as a function of the weights alone; found mode "
                                        "\"coupled\""));
    CHECK_THROWS_WITH(
        prepared(curved(with, 1) + recurrent),
        doctest::Contains("needs activity as an expression of the weights: its projections form a cycle"));
    CHECK_THROWS_WITH(prepared(curved(with + "rule = \"feedback_alignment\"\n", 1)),
                      doctest::Contains("found rule \"feedback_alignment\""));
  }
  std::string large = curved("flow = \"newton\"\n", 1);
  large.replace(large.find("[data]"), 6,
                "[population.big]\nsize = 1001\nmodel = \"leaky_rate\"\nactivation = \"tanh\"\n"
                "bias = { init = 0.1, plastic = true }\n[data]");
  large.replace(large.find("[learning]\n"), 11, "[learning]\noutput = \"y\"\n");
  CHECK_THROWS_WITH(prepared(large),
                    doctest::Contains("factorises a matrix of all weights; found 1007 weights; allowed: "
                                      "up to 1000, or flow = \"natural\""));
}
