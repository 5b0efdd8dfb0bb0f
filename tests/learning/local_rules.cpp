// Local rules and [learning] in one network.
#include <doctest/doctest.h>

#include "differences.hpp"
#include "neurode/core/errors.hpp"
#include "prepared.hpp"

using namespace neurode;

namespace {

/// Linear units y = v W x: W by Oja's rule, a second projection by Hebb's, v by the loss, biases by themselves.
const char* kText = R"(schema = 1
[data]
inputs  = [[1, 0.5], [0.2, -1], [-0.7, 0.4], [0.9, 0.8], [0.3, 0.1], [-0.5, -0.6]]
targets = [[1], [0.5], [-1], [0.3], [0.2], [-0.4]]
test    = { every = 3 }
[population.x]
size  = 2
model = "clamped"
[population.h]
size  = 2
model = "leaky_rate"
activation = "identity"
bias  = { init = [0.1, 0.2], plasticity = { rule = "homeostatic_bias", target = 0.3 } }
[population.y]
size  = 1
model = "leaky_rate"
activation = "identity"
bias  = { init = 0.1, plastic = true }
[projection."x -> h"]
weights    = [[0.6, 0.2], [-0.3, 0.8]]
plasticity = { rule = "bcm", rate = 0.4, tau = 0.5, initial = { theta = 0.7 } }
[projection."h -> y"]
weights = { init = [[0.7, -0.4]], plastic = true }
[projection."x -> y"]
weights    = [[0.05, 0.03]]
plasticity = "hebb"
[learning]
loss = "squared_error"
rate = 0.3
[time]
end = 1
)";

Matrix part(const run::Prepared& p, const Vector& x, const char* name) {
  const Slice* s = p.problem.system->layout().find(name);
  REQUIRE(s != nullptr);
  return Eigen::Map<const Matrix>(x.data() + s->offset, s->rows, s->cols);
}

}  // namespace

TEST_CASE("local rules beside a learning rule: each moves its own, and metrics read the weights that are meant") {
  auto p = prepared(kText);
  const Vector x = p->problem.initial;
  Vector f(x.size());
  p->problem.system->rhs(0, x.data(), f.data());
  const Matrix w = part(*p, x, "x -> h.weights"), v = part(*p, x, "h -> y.weights"), u = part(*p, x, "x -> y.weights");
  const Vector b = part(*p, x, "h.bias");
  Matrix inputs(2, 4), targets(1, 4), test(2, 2), test_targets(1, 2);
  inputs << 0.2, -0.7, 0.3, -0.5, -1, 0.4, 0.1, -0.6;
  targets << 0.5, -1, 0.2, -0.4;
  test << 1, 0.9, 0.5, 0.8;
  test_targets << 1, 0.3;
  const auto hidden = [&](const Matrix& in) { return Matrix((w * in).colwise() + b); };
  const auto output = [&](const Matrix& in) { return Matrix((v * hidden(in) + u * in).array() + 0.1); };
  const Matrix h = hidden(inputs), y = output(inputs), error = y - targets;
  CHECK((part(*p, f, "h -> y.weights") + 0.3 * 2 * error * h.transpose()).norm() < 1e-13);
  CHECK(std::abs(part(*p, f, "y.bias")(0, 0) + 0.3 * 2 * error.sum()) < 1e-13);
  CHECK((part(*p, f, "x -> y.weights") - y * inputs.transpose() / 4).norm() < 1e-13);
  CHECK(
      (part(*p, f, "x -> h.weights") - 0.4 * (h.array() * (h.array() - 0.7)).matrix() * inputs.transpose() / 4).norm() <
      1e-13);
  CHECK((part(*p, f, "x -> h.theta") - ((h.array().square().rowwise().mean() - 0.7) / 0.5).matrix()).norm() < 1e-13);
  CHECK((part(*p, f, "h.bias") - (0.3 - h.array().rowwise().mean()).matrix()).norm() < 1e-13);
  CHECK(std::abs(p->problem.metric("test_loss")->evaluate(0, x.data()) - (output(test) - test_targets).squaredNorm()) <
        1e-13);
  CHECK_FALSE(p->problem.system->symmetric_jacobian());
  check_products(*p->problem.system, 0.2, x + 0.2 * noise(x.size(), "place"));

  auto coupled = prepared(kText, {"learning.mode=coupled"});
  const Vector& start = coupled->problem.initial;
  check_products(*coupled->problem.system, 0.2, start + 0.2 * noise(start.size(), "place"));
  const auto end = integrated(*coupled);
  CHECK(end.outcome == integrate::Outcome::reached_end);
}

TEST_CASE("local rules and a fixed point that must be solved for: refused") {
  const std::string text = std::string(kText) + "[projection.\"h -> h\"]\nweights = 0.1\n";
  try {
    prepared(text);
    FAIL("not refused");
  } catch (const Error& e) {
    const std::string said = e.what();
    for (const char* name : {"\"x -> h\"", "\"x -> y\"", "\"h.bias\""}) {
      CHECK(said.find(std::string(name) + " follows a local rule") != std::string::npos);
    }
  }
  CHECK_NOTHROW(prepared(text, {"learning.mode=coupled"}));
}
