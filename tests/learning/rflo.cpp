// Random feedback local online learning, against its equations written out.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "differences.hpp"
#include "prepared.hpp"
#include "values.hpp"

using namespace neurode;

namespace {

/// 5 recurrent units that read 2 inputs, a readout of 2; `readout`: its population.
std::string text(const std::string& feedback, const std::string& rule = "rflo", int samples = 1,
                 const std::string& readout = "model = \"instantaneous\"\nactivation = \"identity\"") {
  const std::string inputs = samples == 1 ? "[[0.4, -0.7]]" : "[[0.4, -0.7], [-1.1, 0.2], [0.5, 0.9]]";
  return fmt::format(R"toml(schema = 1
seed = 3
[data]
inputs = {}
[population.x]
size = 2
model = "clamped"
[population.h]
size = 5
model = "leaky_rate"
activation = "tanh"
tau = 0.4
initial = {{ a = 0.1 }}
bias = {{ init = "normal", std = 0.3, plastic = true }}
[population.y]
size = 2
{}
bias = {{ init = 0.2, plastic = true }}
[projection."x -> h"]
weights = {{ init = "normal", std = 0.8, plastic = true }}
[projection."h -> h"]
weights = {{ init = "normal", std = 0.6, plastic = true }}
[projection."h -> y"]
weights = {{ init = "normal", std = 0.7, plastic = true }}
[learning]
rule = "{}"
feedback = "{}"
loss = {{ name = "squared_error", factor = 0.5 }}
rate = 0.3
target = ["sin(3*t)", "cos(t)"]
[time]
end = 1
)toml",
                     inputs, readout, rule, feedback);
}

Matrix tanh_slope(const Matrix& u) { return (1 - u.array().tanh().square()).matrix(); }

/// Rates of all states of learning at a random place, against tau p' = -p + f'(u) r^T and W' = -rate (B e) p.
void check_rule(const std::string& feedback, int samples) {
  CAPTURE(feedback);
  CAPTURE(samples);
  auto p = prepared(text(feedback, "rflo", samples));
  const auto& problem = p->problem;
  const Vector x = problem.initial + 0.3 * noise(problem.initial.size(), "place");
  const double t = 0.7, rate = 0.3, tau = 0.4;
  const auto at = [&](const std::string& name) { return value_of(problem, name, t, x); };
  const auto moves = [&](const std::string& name) { return rate_of(problem, name, t, x); };
  const Matrix a = at("h.a"), y = at("y.output"), in = at("x.output");
  const Matrix win = at("x -> h.weights"), wrec = at("h -> h.weights"), wout = at("h -> y.weights");
  Matrix u = win * in + wrec * a;
  u.colwise() += Vector(at("h.bias"));
  Matrix e = y;
  e.row(0).array() -= std::sin(3 * t);
  e.row(1).array() -= std::cos(t);
  const Matrix back = feedback == "symmetric" ? Matrix(wout.transpose() * e) : Matrix(at("h.feedback") * e);
  const Matrix slope = tanh_slope(u);
  for (const auto& [name, pre] : {std::pair{"x -> h.weights", in}, std::pair{"h -> h.weights", a},
                                  std::pair{"h.bias", Matrix(Matrix::Ones(1, samples))}}) {
    CAPTURE(name);
    const std::string state = std::string(name) + ".eligibility";
    const Matrix trace = at(state), change = moves(state);  // row i of sample s at i + 5 s
    Matrix g = Matrix::Zero(5, pre.rows());
    for (Index s = 0; s < samples; ++s) {
      const Matrix own = trace.middleRows(5 * s, 5);
      const Matrix expected = (-own + slope.col(s) * pre.col(s).transpose()) / tau;
      CHECK((change.middleRows(5 * s, 5) - expected).norm() < 1e-12);
      g += back.col(s).asDiagonal() * own;
    }
    CHECK((moves(name) + rate * g).norm() < 1e-12);
    CHECK(g.norm() > 0.1);
  }
  CHECK((moves("h -> y.weights") + rate * e * a.transpose()).norm() < 1e-12);
  CHECK((moves("y.bias") + rate * e.rowwise().sum()).norm() < 1e-12);
  CHECK(moves("h.a").isApprox((-a + Matrix(u.array().tanh())) / tau, 1e-12));
  check_products(*problem.system, t, x);
}

}  // namespace

TEST_CASE("rflo: eligibility and change of weights are those of the paper, for both kinds of feedback") {
  for (const std::string feedback : {"symmetric", "random"}) {
    for (const int samples : {1, 3}) check_rule(feedback, samples);
  }
}

TEST_CASE("rflo: random feedback is as large as said") {
  auto p = prepared(text("random"), {"learning.gain=100", "population.h.size=4000", "population.x.size=2"});
  const Matrix b = value_of(p->problem, "h.feedback", 0, p->problem.initial);
  CHECK(b.norm() / std::sqrt(8000.0) == doctest::Approx(100 / std::sqrt(2.0)).epsilon(0.03));
}

TEST_CASE("rflo refuses what has no eligibility of one state, or no way back") {
  const std::string leaky = "model = \"leaky_rate\"\nactivation = \"identity\"";
  CHECK_THROWS_WITH(prepared(text("random", "rflo", 1, leaky)),
                    doctest::Contains("needs a readout without states: \"y\" is of model \"leaky_rate\""));
  const std::string deep = text("symmetric") +
                           "[population.z]\nsize = 3\nmodel = \"leaky_rate\"\nactivation = \"tanh\"\n"
                           "[projection.\"z -> h\"]\nweights = 0.1\n"
                           "[projection.\"x -> z\"]\nweights = { init = 0.1, plastic = true }\n";
  CHECK_THROWS_WITH(prepared(deep), doctest::Contains("has no way back from \"y\" to \"z\", which it does not read"));
  const std::string two = text("random") +
                          "[population.z]\nsize = 3\nmodel = \"threshold_linear\"\n"
                          "[projection.\"z -> h\"]\nweights = 0.1\n"
                          "[projection.\"x -> z\"]\nweights = { init = 0.1, plastic = true }\n";
  CHECK_THROWS_WITH(prepared(two), doctest::Contains("needs units with one state, and those of \"z\" have 2"));
  CHECK_THROWS_WITH(prepared(text("random"), {"population.h.activation=\"softmax\""}),
                    doctest::Contains("softmax is for the output population only"));
  CHECK_THROWS_WITH(
      prepared(text("random"), {"projection.\"h -> h\".connect={ rule = \"fixed_probability\", p = 0.5 }"}),
      doctest::Contains("needs all to all connections that add w * pre, which \"h -> h\" has not"));
}
