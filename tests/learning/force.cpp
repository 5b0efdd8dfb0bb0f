// Recursive least squares as a flow, against the normal equations.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <Eigen/Cholesky>
#include <Eigen/LU>

#include "differences.hpp"
#include "prepared.hpp"
#include "values.hpp"

using namespace neurode;

namespace {

const std::string kReadout = "model = \"instantaneous\"\nactivation = \"identity\"\n";

/// Two populations that go their own way (offset + sines of several frequencies), and 2 readouts.
std::string text(const std::string& readout = kReadout, const std::string& extra = "",
                 const std::string& learning = "") {
  return fmt::format(R"toml(schema = 1
seed = 2
[population.p]
size = 3
model = "instantaneous"
activation = "identity"
[population.q]
size = 2
model = "instantaneous"
activation = "identity"
[population.z]
size = 2
{}bias = {{ init = 0.3, plastic = true }}
[stimulus.p]
target = "p"
kind = "sine"
amplitude = [1, 0.5, 0.8]
offset = [0.2, -0.4, 0]
frequency = 0.31
[stimulus.more]
target = "p"
neurons = [2]
kind = "sine"
amplitude = 0.9
frequency = 0.83
[stimulus.q]
target = "q"
kind = "sine"
amplitude = [0.7, 0.2]
offset = [0, 1]
frequency = 1.21
phase = 0.4
[projection."p -> z"]
weights = {{ init = "normal", std = 0.5, plastic = true }}
[projection."q -> z"]
weights = {{ init = "normal", std = 0.5, plastic = true }}
{}
[learning]
rule = "force"
loss = "squared_error"
alpha = 0.4
rate = {{ schedule = "piecewise", value = 0.7, times = [1.3], values = [1.9] }}
target = ["sin(3*t)", "cos(t)"]
{}
[integrator]
method = "dop853"
rtol = 1e-11
atol = 1e-13
[time]
end = 3
)toml",
                     readout, extra, learning);
}

Vector regressors(double t) {
  const double pi = 3.141592653589793;
  const double a = std::sin(2 * pi * 0.31 * t), b = std::sin(2 * pi * 0.83 * t), c = std::sin(2 * pi * 1.21 * t + 0.4);
  Vector r(6);
  r << a + 0.2, 0.5 * a - 0.4, 0.8 * a + 0.9 * b, 0.7 * c, 0.2 * c + 1, 1;
  return r;
}

}  // namespace

TEST_CASE("force: weights are the ridge regression on all that has been, whatever the rate did") {
  auto p = prepared(text());
  const auto at = [&](const std::string& name, const Vector& x) { return value_of(p->problem, name, 3, x); };
  const auto all_weights = [&](const Vector& x) {
    Matrix w(2, 6);
    w << at("p -> z.weights", x), at("q -> z.weights", x), at("z.bias", x);
    return w;
  };
  const auto end = integrated(*p);
  // Gauss-Legendre of order 10 on short pieces; rate 0.7 up to 1.3, then 1.9.
  Matrix correlation = 0.4 * Matrix::Identity(6, 6), with_target = 0.4 * all_weights(p->problem.initial);
  const double nodes[] = {0, 0.5384693101056831, -0.5384693101056831, 0.9061798459386640, -0.9061798459386640};
  const double shares[] = {0.5688888888888889, 0.4786286704993665, 0.4786286704993665, 0.2369268850561891,
                           0.2369268850561891};
  for (const auto& [from, to, rate] : {std::tuple{0.0, 1.3, 0.7}, std::tuple{1.3, 3.0, 1.9}}) {
    const int pieces = 200;
    const double h = (to - from) / pieces;
    for (int k = 0; k < pieces; ++k) {
      for (int i = 0; i < 5; ++i) {
        const double t = from + h * (k + 0.5 + 0.5 * nodes[i]), share = rate * shares[i] * h / 2;
        const Vector r = regressors(t);
        correlation += share * r * r.transpose();
        with_target += share * Eigen::Vector2d(std::sin(3 * t), std::cos(t)) * r.transpose();
      }
    }
  }
  const Matrix inverse = correlation.inverse();
  CHECK((all_weights(end.x) - with_target * inverse).norm() < 1e-9);
  const std::string P = ".inverse_correlation";
  CHECK((at("p -> z.weights" + P, end.x) - inverse.topLeftCorner(3, 3)).norm() < 1e-9);
  CHECK((at("p -> z.weights" + P + " with q -> z.weights", end.x) - inverse.block(0, 3, 3, 2)).norm() < 1e-9);
  CHECK((at("q -> z.weights" + P + " with z.bias", end.x) - inverse.block(3, 5, 2, 1)).norm() < 1e-9);
  CHECK(std::abs(at("z.bias" + P, end.x)(0, 0) - inverse(5, 5)) < 1e-9);
  CHECK((all_weights(end.x) - all_weights(p->problem.initial)).norm() > 0.5);
  check_products(*p->problem.system, 0.7, p->problem.initial);
}

TEST_CASE("force: samples are summed") {
  // Inputs that stand still: w(t) = (alpha w0 + t f r^T) (alpha + t r r^T)^-1 with columns for samples.
  const std::string still = R"(schema = 1
[data]
inputs = [[1, 0.5], [-0.3, 2], [0.4, 0.4]]
targets = [[1], [-1], [0.5]]
[population.x]
size = 2
model = "clamped"
[population.z]
size = 1
model = "instantaneous"
activation = "identity"
[projection."x -> z"]
weights = { init = 0.2, plastic = true }
[learning]
rule = "force"
loss = "squared_error"
alpha = 2.0
[integrator]
method = "dop853"
rtol = 1e-11
atol = 1e-13
[time]
end = 1.5
)";
  auto p = prepared(still);
  Matrix r(2, 3), f(1, 3);
  r << 1, -0.3, 0.4, 0.5, 2, 0.4;
  f << 1, -1, 0.5;
  const auto end = integrated(*p);
  const Matrix inverse = (2 * Matrix::Identity(2, 2) + 1.5 * r * r.transpose()).inverse();
  const Matrix expected = (2 * Matrix::Constant(1, 2, 0.2) + 1.5 * f * r.transpose()) * inverse;
  CHECK((value_of(p->problem, "x -> z.weights", 1.5, end.x) - expected).norm() < 1e-9);
}

TEST_CASE("force refuses what is no linear readout of its own flow") {
  CHECK_THROWS_WITH(prepared(text("model = \"instantaneous\"\nactivation = \"tanh\"\n")),
                    doctest::Contains("solves for weights of z = w r, and \"z\" is not what it reads"));
  CHECK_THROWS_WITH(prepared(text("model = \"leaky_rate\"\nactivation = \"identity\"\n")),
                    doctest::Contains("model \"leaky_rate\""));
  const std::string deeper = "[projection.\"p -> q\"]\nweights = { init = 0.1, plastic = true }\n";
  CHECK_THROWS_WITH(prepared(text(kReadout, deeper)),
                    doctest::Contains("learns readouts into \"z\" alone, and \"p -> q\" goes elsewhere"));
  CHECK_THROWS_WITH(prepared(text(kReadout, "", "flow = \"adam\"")), doctest::Contains("a flow of its own"));
  CHECK_THROWS_WITH(prepared(text(), {"learning.rate={ schedule = \"hypergradient\", beta = 0.1 }"}),
                    doctest::Contains("has no gradient that a rate could follow"));
  CHECK_THROWS_WITH(prepared(text(), {"population.q.bias={ init = 0.1, plastic = true }"}),
                    doctest::Contains("\"q.bias\" is plastic"));
}
