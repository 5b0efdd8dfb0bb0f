// Losses against their formulas, their gradients against differences, and what cannot go together.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>

#include "differences.hpp"
#include "prepared.hpp"

using namespace neurode;

namespace {

struct Case {
  std::string loss, activation = "identity", targets = "[[0], [1], [1]]";
  int outputs = 1;
  std::string mode = "adiabatic", more = "", weights = "0.7", start = "0.3";
};

/// Three samples of two inputs; `outputs` neurons, input i to neuron k by weight 0.7 (or as given).
std::string text(const Case& c) {
  return fmt::format(R"(schema = 1
[data]
inputs = [[1, 0.5], [-0.4, 2], [0.1, -1.5]]
targets = {}
[population.x]
size = 2
model = "clamped"
[population.y]
size = {}
model = "leaky_rate"
tau = 0.5
activation = "{}"
initial = {{ a = {} }}
bias = {{ init = 0.1, plastic = true }}
[projection."x -> y"]
weights = {{ init = {}, plastic = true }}
{}
[learning]
mode = "{}"
rate = 1
loss = {}
[time]
end = 1
)",
                     c.targets, c.outputs, c.activation, c.start, c.weights, c.more, c.mode, c.loss);
}

double loss_of(run::Prepared& p, const Vector& w) { return p.problem.metric("loss")->evaluate(0, w.data()); }
double first_loss(const Case& c) {
  auto p = prepared(text(c));
  return loss_of(*p, p->problem.initial);
}

/// dw/dt = -dL/dw, by differences of fourth order.
void check_gradient(const Case& c) {
  CAPTURE(c.loss);
  CAPTURE(c.activation);
  CAPTURE(c.more);
  auto p = prepared(text(c));
  const Vector w = p->problem.initial + 0.05 * noise(p->problem.initial.size(), "w");
  Vector f(w.size());
  p->problem.system->rhs(0, w.data(), f.data());
  const double h = 1e-3;
  for (Index k = 0; k < w.size(); ++k) {
    Vector e = Vector::Zero(w.size());
    e[k] = h;
    const double slope =
        (8 * (loss_of(*p, w + e) - loss_of(*p, w - e)) - (loss_of(*p, w + 2 * e) - loss_of(*p, w - 2 * e))) / (12 * h);
    CHECK(std::abs(f[k] + slope) <= 1e-8 * (1 + std::abs(slope)));
  }
}

const double kZ[] = {0.1 + 0.7 * 1.5, 0.1 + 0.7 * 1.6, 0.1 - 0.7 * 1.4};  // inputs of one neuron, sample by sample

std::string refusal(const Case& c) {
  try {
    prepared(text(c));
  } catch (const std::exception& e) {
    return e.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("binary cross-entropy: its formula, its gradient a - y, and where the output rounds to 1") {
  const Case c{"\"binary_cross_entropy\"", "logistic"};
  double expected = 0;
  for (int j = 0; j < 3; ++j) {
    const double a = 1 / (1 + std::exp(-kZ[j])), y = j == 0 ? 0 : 1;
    expected -= (y * std::log(a) + (1 - y) * std::log1p(-a)) / 3;
  }
  CHECK(first_loss(c) == doctest::Approx(expected).epsilon(1e-14));
  check_gradient(c);
  check_gradient({"{ name = \"binary_cross_entropy\", factor = 2, reduction = \"sum\" }", "logistic",
                  "[[0, 1], [1, 0.25], [1, 1]]", 2});
  check_gradient({"\"binary_cross_entropy\"", "logistic(2*I)"});
  // z = 1000 for samples 0 and 1, -1000 or so for the last: what is right costs nothing, what is wrong its distance.
  const Case far{"{ name = \"binary_cross_entropy\", reduction = \"sum\" }",
                 "logistic",
                 "[[0], [1], [1]]",
                 1,
                 "adiabatic",
                 "",
                 "1000"};
  auto p = prepared(text(far));
  CHECK(loss_of(*p, p->problem.initial) == doctest::Approx(1500.1 + 1399.9).epsilon(1e-13));
  Vector f(3);
  p->problem.system->rhs(0, p->problem.initial.data(), f.data());
  // dL/dw = sum (a - y) x = 1 * (1, 0.5) - 1 * (0.1, -1.5)
  const Vector expected_f{{-0.9, -2.0, 0.0}};
  CHECK((f - expected_f).norm() < 1e-12);
}

TEST_CASE("binary cross-entropy on activity that moves: the slope at 0 pushes, and products hold") {
  Case c{"{ name = \"binary_cross_entropy\", floor = 0.01 }", "logistic", "[[0], [1], [1]]", 1, "coupled"};
  auto p = prepared(text(c));
  check_products(*p->problem.system, 0, p->problem.initial + 0.05 * noise(p->problem.initial.size(), "x"));
  c.start = "0.0";
  p = prepared(text(c));
  CHECK(loss_of(*p, p->problem.initial) == doctest::Approx(-2 * (std::log(0.01) - 1) / 3).epsilon(1e-13));
  Vector f(p->problem.initial.size());
  p->problem.system->rhs(0, p->problem.initial.data(), f.data());
  // error_tau dl/dt = J^T l + dL/da at l = 0: dL/da = 1/3 where the target is 0, -100/3 where it is 1.
  const auto* l = p->problem.system->layout().find("y.a.error");
  REQUIRE(l);
  CHECK((f.segment(l->offset, 3) - Vector{{10.0 / 3, -1000.0 / 3, -1000.0 / 3}}).norm() < 1e-9);
}

TEST_CASE("hinge: two classes by 0 and 1 or by -1 and 1, several by Weston-Watkins") {
  double binary = 0;
  for (int j = 0; j < 3; ++j) binary += std::max(0.0, 1 - (j == 0 ? -1 : 1) * kZ[j]) / 3;
  CHECK(first_loss({"\"hinge\""}) == doctest::Approx(binary).epsilon(1e-14));
  CHECK(first_loss({"\"hinge\"", "identity", "[[-1], [1], [1]]"}) == doctest::Approx(binary).epsilon(1e-14));
  const Case classes{"\"hinge\"", "identity", "[[1, 0, 0], [0, 0, 1], [0, 1, 0]]", 3,
                     "adiabatic", "",         "[[1, 0], [0.5, -1], [0, 0.25]]"};
  const double w[3][2] = {{1, 0}, {0.5, -1}, {0, 0.25}}, x[3][2] = {{1, 0.5}, {-0.4, 2}, {0.1, -1.5}};
  const int right[] = {0, 2, 1};
  double expected = 0;
  for (int j = 0; j < 3; ++j) {
    const auto score = [&](int k) { return 0.1 + w[k][0] * x[j][0] + w[k][1] * x[j][1]; };
    for (int k = 0; k < 3; ++k) {
      if (k != right[j]) expected += std::max(0.0, 1 + score(k) - score(right[j])) / 3;
    }
  }
  CHECK(first_loss(classes) == doctest::Approx(expected).epsilon(1e-14));
  check_gradient(classes);
  check_gradient({"{ name = \"hinge\", margin = 2.5 }", "tanh", "[[1], [-1], [-1]]"});
  check_gradient({"{ name = \"hinge\", form = \"binary\" }", "identity", "[[1, 1], [0, 1], [0, 0]]", 2});
}

TEST_CASE("accuracy: the side of 0 for -1 and 1 and for hinge, of a half for 0 and 1, every output of several") {
  const auto accuracy = [](const Case& c) {
    auto p = prepared(text(c));
    return p->problem.metric("accuracy")->evaluate(0, p->problem.initial.data());
  };
  // Outputs with weights 0.2: 0.4, 0.42, -0.18.
  const auto with = [](const std::string& loss, const std::string& activation, const std::string& targets) {
    return Case{loss, activation, targets, 1, "adiabatic", "", "0.2"};
  };
  CHECK(accuracy(with("\"hinge\"", "identity", "[[1], [1], [0]]")) == 1);
  CHECK(accuracy(with("\"hinge\"", "identity", "[[1], [-1], [-1]]")) == doctest::Approx(2.0 / 3));
  CHECK(accuracy(with("\"squared_error\"", "identity", "[[1], [1], [-1]]")) == 1);
  CHECK(accuracy(with("\"squared_error\"", "identity", "[[1], [1], [0]]")) == doctest::Approx(1.0 / 3));
  CHECK(accuracy(with("\"binary_cross_entropy\"", "logistic", "[[1], [1], [0]]")) == 1);
  // Two outputs that are not one of each: both must be right. Both are (+, +, -).
  Case both{"\"binary_cross_entropy\"", "logistic", "[[1, 1], [1, 0], [0, 0]]", 2};
  CHECK(accuracy(both) == doctest::Approx(2.0 / 3));
}

TEST_CASE("energy: with no weights of its own it is the divergence of its activation") {
  const Case flat{"\"energy\"", "identity", "[[0.2], [1.5], [-1]]"};
  const double y[] = {0.2, 1.5, -1};
  double half = 0;
  for (int j = 0; j < 3; ++j) half += std::pow(y[j] - kZ[j], 2) / 6;
  CHECK(first_loss(flat) == doctest::Approx(half).epsilon(1e-13));
  // Of the logistic it is the cross-entropy less that of the targets with themselves: none for 0 and 1.
  CHECK(first_loss({"\"energy\"", "logistic"}) ==
        doctest::Approx(first_loss({"\"binary_cross_entropy\"", "logistic"})).epsilon(1e-13));
  double tanh = 0;
  for (int j = 0; j < 3; ++j) {
    const double s = j == 0 ? 0 : 1, r = std::tanh(kZ[j]);
    const auto g = [](double a) { return a * std::atanh(a) + 0.5 * std::log1p(-a * a); };
    tanh += ((s == 1 ? std::log(2.0) : 0) - s * kZ[j] - (g(r) - r * kZ[j])) / 3;
  }
  CHECK(first_loss({"\"energy\"", "tanh"}) == doctest::Approx(tanh).epsilon(1e-13));
}

TEST_CASE("energy of a recurrent network: dw/dt is (target target^T - r r^T)/2 at the fixed point") {
  const Case c{"{ name = \"energy\", reduction = \"sum\" }",
               "tanh",
               "[[1, -0.5], [-1, 1], [0.3, 0]]",
               2,
               "adiabatic",
               "[projection.\"y -> y\"]\nweights = { init = [[0.2, 0.5], [0.5, -0.1]], plastic = true }\n"};
  auto p = prepared(text(c));
  const Vector& w = p->problem.initial;
  Matrix own(2, 2), y(2, 3), r = Matrix::Zero(2, 3);
  own << 0.2, 0.5, 0.5, -0.1;
  y << 1, -1, 0.3, -0.5, 1, 0;
  for (int k = 0; k < 400; ++k) {
    for (int j = 0; j < 3; ++j) r.col(j) = ((own * r.col(j)).array() + kZ[j]).tanh().matrix();
  }
  const Matrix expected = 0.5 * (y * y.transpose() - r * r.transpose());
  Vector f(w.size());
  p->problem.system->rhs(0, w.data(), f.data());
  const auto* slice = p->problem.system->layout().find("y -> y.weights");
  REQUIRE(slice);
  CHECK((Eigen::Map<const Matrix>(f.data() + slice->offset, 2, 2) - expected).norm() < 1e-9);
  CHECK((f.segment(p->problem.system->layout().find("y.bias")->offset, 2) - (y - r).rowwise().sum()).norm() < 1e-9);
  check_gradient(c);
}

TEST_CASE("losses refuse outputs and targets they cannot be used with, at their place, with the reason") {
  const auto says = [](const Case& c, const std::string& words) {
    const std::string found = refusal(c);
    CAPTURE(found);
    CHECK(found.find("learning.loss: ") != std::string::npos);
    CHECK(found.find(words) != std::string::npos);
  };
  says({"\"binary_cross_entropy\"", "tanh"}, "activation tanh(I): -1 at input");
  says({"\"binary_cross_entropy\"", "identity"}, "does not stay between 0 and 1");
  says({"\"binary_cross_entropy\"", "logistic", "[[-1], [1], [1]]"}, "a target of -1.0; allowed: targets from 0 to 1");
  says({"\"hinge\"", "softmax", "[[1, 0], [0, 1], [1, 0]]", 2}, "outputs further apart than its margin");
  says({"\"hinge\"", "logistic"}, "tells two classes by the sign of the output");
  says({"\"hinge\"", "identity", "[[0.5], [1], [1]]"}, "a target of 0.5");
  says({"\"hinge\"", "identity", "[[0], [1], [-1]]"}, "cannot tell what a target of 0 means");
  says({"\"hinge\"", "identity", "[[1, 1], [0, 1], [1, 0]]", 2}, "wants one class a sample; found a sample with 2");
  says({"{ name = \"hinge\", form = \"multiclass\" }"}, "a class needs others");
  says({"\"cross_entropy\"", "tanh"}, "needs a softmax");
  const std::string own = "[projection.\"y -> y\"]\nweights = { init = ";
  says({"\"energy\"", "relu"}, "needs the inverse of its activation");
  says({"\"energy\"", "tanh", "[[1, 0], [0, 1], [0, 0]]", 2, "adiabatic",
        own + "[[0, 1], [0.9, 0]], plastic = true }\n"},
       "whose weights are not symmetric");
  says({"\"energy\"", "tanh", "[[2], [1], [1]]"}, "targets from -1 to 1");
}
