// Perturbations: their mean effect against the gradient, exactly and with its statistical error; three factors.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>

#include "differences.hpp"
#include "neurode/dynamics/program_system.hpp"
#include "prepared.hpp"
#include "values.hpp"

using namespace neurode;

namespace {

/// Linear network of two layers: the loss is quadratic in all inputs.
std::string text(const std::string& rule, const std::string& keys, const std::string& activation = "identity",
                 const std::string& batch = "") {
  return fmt::format(R"(schema = 1
seed = 7
[data]
inputs = [[0.2, -1, 0.5], [1, 0.3, -0.4], [-0.6, 0.8, 0.1], [0.9, -0.2, 0.7]]
targets = [[1, 0], [0, 1], [1, -0.5], [0, 1]]
{}
[population.x]
size = 3
model = "clamped"
[population.h]
size = 2
model = "leaky_rate"
activation = "{}"
bias = {{ init = "normal", std = 0.4, plastic = true }}
[population.y]
size = 2
model = "leaky_rate"
activation = "identity"
bias = {{ init = "normal", std = 0.4, plastic = true }}
[projection."x -> h"]
weights = {{ init = "normal", std = 0.6, plastic = true }}
[projection."h -> y"]
weights = {{ init = "normal", std = 0.6, plastic = true }}
[learning]
rule = "{}"
loss = "squared_error"
{}
[time]
end = 1
)",
                     batch, activation, rule, keys);
}

/// Signs of window k: bit b of k is the sign of neuron b, for all samples alike.
class EverySign : public Presented {
 public:
  EverySign(Index neurons, Index samples) : neurons_(neurons), samples_(samples) { shown_.setZero(neurons * samples); }
  const double* at(double t) override {
    const auto k = static_cast<int>(t);
    Index at = 0;  // h, then y: 2 neurons x samples each
    for (Index first = 0; first < neurons_; first += 2) {
      for (Index s = 0; s < samples_; ++s) {
        for (Index i = 0; i < 2; ++i) shown_[at++] = (k >> (first + i)) & 1 ? 1.0 : -1.0;
      }
    }
    return shown_.data();
  }
  std::vector<double> breakpoints(double, double) const override { return {}; }

 private:
  Index neurons_, samples_;
  Vector shown_;
};

Vector rates(learning::Problem& problem, double t) {
  Vector f(problem.initial.size());
  problem.system->rhs(t, problem.initial.data(), f.data());
  return f;
}

}  // namespace

TEST_CASE(
    "node perturbation: over all signs of the perturbations the mean is the gradient, where the loss is quadratic") {
  auto exact = prepared(text("gradient_flow", ""));
  const Vector gradient = rates(exact->problem, 0);
  auto p = prepared(text("node_perturbation", "sigma = 0.7"));
  dynamic_cast<ProgramSystem&>(*p->problem.system).show(std::make_unique<EverySign>(4, 4));
  Vector mean = Vector::Zero(gradient.size());
  for (int k = 0; k < 16; ++k) mean += rates(p->problem, k + 0.5) / 16;
  CHECK((mean - gradient).norm() < 1e-13 * gradient.norm());
  CHECK((rates(p->problem, 0.5) - gradient).norm() > 0.1 * gradient.norm());  // one of them is far from it
}

TEST_CASE("node perturbation: the mean over windows is the gradient within its statistical error") {
  for (const std::string draw : {"normal", "sign"}) {
    CAPTURE(draw);
    auto exact = prepared(text("gradient_flow", "", "tanh"));
    const Vector gradient = rates(exact->problem, 0);
    auto p =
        prepared(text("node_perturbation", fmt::format("sigma = 1e-4\nwindow = 0.5\ndraw = \"{}\"", draw), "tanh"));
    const int windows = 20000;
    Vector sum = Vector::Zero(gradient.size()), squares = sum;
    for (int k = 0; k < windows; ++k) {
      const Vector f = rates(p->problem, 0.5 * k + 0.25);
      sum += f;
      squares += f.cwiseAbs2();
    }
    const Vector mean = sum / windows;
    const Vector error = ((squares / windows - mean.cwiseAbs2()) / windows).cwiseSqrt();
    double chi2 = 0;
    for (Index i = 0; i < mean.size(); ++i) {
      chi2 += std::pow((mean[i] - gradient[i]) / error[i], 2);
      CHECK(std::abs(mean[i] - gradient[i]) < 4.5 * error[i]);
    }
    const auto n = static_cast<double>(mean.size());
    CHECK(std::abs(chi2 - n) < 5 * std::sqrt(2 * n));
    CHECK(error.norm() < 0.05 * gradient.norm());
  }
}

TEST_CASE("node perturbation: windows are breakpoints, numbers hold within and differ between them") {
  auto p = prepared(text("node_perturbation", "window = 0.25"));
  CHECK(p->problem.system->breakpoints(0.1, 1) == std::vector<double>{0.25, 0.5, 0.75});
  const auto xi = [&](double t) { return value_of(p->problem, "h.perturbation", t, p->problem.initial); };
  CHECK(xi(0.01) == xi(0.24));
  CHECK((xi(0.24) - xi(0.26)).norm() > 0.1);
  const Matrix first = xi(0.01);
  xi(0.9);
  CHECK(xi(0.01) == first);  // a step back in time finds them again
}

TEST_CASE("node perturbation: minibatches and perturbations are shown side by side") {
  const std::string batch = "batch = { size = 2, period = 0.5, order = \"sequential\" }";
  auto p = prepared(text("node_perturbation", "window = 0.2\nsigma = 1e-5", "tanh", batch));
  CHECK(p->problem.system->breakpoints(0, 1) == std::vector<double>{0.2, 0.4, 0.5, 0.6000000000000001, 0.8});
  auto plain = prepared(text("gradient_flow", "", "tanh", batch));
  for (const double t : {0.1, 0.55}) {  // both batches: what is perturbed moves along the batch's gradient
    CHECK(value_of(p->problem, "x.output", t, p->problem.initial) ==
          value_of(plain->problem, "x.output", t, plain->problem.initial));
    CHECK(value_of(p->problem, "batch_loss", t, p->problem.initial) ==
          value_of(plain->problem, "batch_loss", t, plain->problem.initial));
    const Matrix xi = value_of(p->problem, "y.perturbation", t, p->problem.initial);
    CHECK(xi.cols() == 2);
    CHECK(xi.norm() > 0.1);
  }
}

TEST_CASE("three factors: perturbation, eligibility and reward as written") {
  for (const std::string product : {"perturbation", "covariance"}) {
    CAPTURE(product);
    auto p =
        prepared(text("three_factor",
                      fmt::format("product = \"{}\"\nsigma = 0.3\ntau_e = 0.4\ntau_reward = 3\ntau_mean = 5\nrate = "
                                  "0.2",
                                  product),
                      "tanh"));
    const auto& problem = p->problem;
    const Vector x = problem.initial + 0.3 * noise(problem.initial.size(), "place");
    const double t = 0.33;
    const auto at = [&](const std::string& name) { return value_of(problem, name, t, x); };
    const auto moves = [&](const std::string& name) { return rate_of(problem, name, t, x); };
    const Matrix a = at("h.a"), y = at("y.a"), in = at("x.output");
    Matrix targets(2, 4);
    targets << 1, 0, 1, 0, 0, 1, -0.5, 1;
    const double surprise = -(y - targets).squaredNorm() - at("reward.mean")(0, 0);
    CHECK(moves("reward.mean")(0, 0) == doctest::Approx(surprise / 3).epsilon(1e-12));
    CHECK(at("modulator")(0, 0) == doctest::Approx(surprise).epsilon(1e-12));
    Matrix u = at("x -> h.weights") * in;
    u.colwise() += Vector(at("h.bias"));
    Matrix post;
    if (product == "perturbation") {
      post = 0.3 * at("h.perturbation");
      u += post;
      CHECK(post.norm() > 0.1);
    } else {
      post = a - at("h.mean_output");
      CHECK((moves("h.mean_output") - post / 5).norm() < 1e-13);
    }
    CHECK((moves("h.a") - (Matrix(u.array().tanh()) - a)).norm() < 1e-12);
    for (const auto& [name, pre] : {std::pair{"x -> h.weights", in}, std::pair{"h.bias", Matrix(Matrix::Ones(1, 4))}}) {
      const Matrix e = at(std::string(name) + ".eligibility");
      CHECK((moves(std::string(name) + ".eligibility") - (post * pre.transpose() - e / 0.4)).norm() < 1e-12);
      CHECK((moves(name) - 0.2 * surprise * e).norm() < 1e-12);
    }
    check_products(*problem.system, t, x);
  }
}

TEST_CASE("perturbations: what cannot be perturbed is told") {
  CHECK_THROWS_WITH(prepared(text("node_perturbation", "") + "[projection.\"h -> h\"]\nweights = 0.1\n"),
                    doctest::Contains("needs a network of layers"));
  const std::string alone = text("three_factor", "output = \"y\"") +
                            "[population.z]\nsize = 2\nmodel = \"leaky_rate\"\nactivation = \"tanh\"\n"
                            "bias = { init = 0.1, plastic = true }\n";
  CHECK_THROWS_WITH(prepared(alone), doctest::Contains("perturbs what projections bring, and none leads to \"z\""));
}
