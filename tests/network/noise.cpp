// White noise in the text of a model: what it becomes, and what is refused, with its place.
#include "network/expressions/noise_terms.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "neurode/core/errors.hpp"
#include "prepared.hpp"

using namespace neurode;

namespace {

std::string model(const std::string& equations, const std::string& more = "") {
  return "schema = 1\n[time]\nend = 1\n[integrator]\nmethod = \"euler_maruyama\"\ndt = 0.1\n[model.m]\nequations = "
         "\"\"\"\n" +
         equations + "\n\"\"\"\n" + more + "[population.p]\nsize = 3\nmodel = \"m\"\n";
}

std::string refused(const std::string& text) {
  try {
    prepared(text);
  } catch (const ScenarioError& e) {
    return e.what();
  }
  return "";
}

bool says(const std::string& message, std::initializer_list<const char*> parts) {
  bool all = true;
  for (const char* part : parts) {
    const bool found = message.find(part) != std::string::npos;
    if (!found) MESSAGE("\"", part, "\" is not in: ", message);
    all = all && found;
  }
  return all;
}

/// G(0, x) w
Vector kick(run::Prepared& p, const Vector& x, const Vector& w) {
  Vector out = Vector::Constant(x.size(), 7);
  p.problem.system->noise()->apply(0, x.data(), w.data(), out.data());
  return out;
}

}  // namespace

TEST_CASE("names of white noise") {
  using network::is_noise_name;
  using network::is_shared_noise;
  for (const char* name : {"xi", "xi_1", "xi_exc", "xi_shared", "xi_shared_b", "xi_shar"}) CHECK(is_noise_name(name));
  for (const char* name : {"xi_", "Xi", "x", "xis", "taxi", ""}) CHECK_FALSE(is_noise_name(name));
  for (const char* name : {"xi_shared", "xi_shared_b"}) CHECK(is_shared_noise(name));
  for (const char* name : {"xi", "xi_sharedb", "xi_share", "xi_shared_"}) CHECK_FALSE(is_shared_noise(name));
}

TEST_CASE("drift and amplitude come apart, through definitions and conditions; time constants scale both") {
  const auto p =
      prepared(model("eta = sigma * xi / 2\ndv/dt = -3 * v + where(t > 5, 0, eta) + 4 * xi_2 - xi_shared\n"
                     "dw/dt = v\n",
                     "parameters = { sigma = 6.0 }\n"));
  auto* noise = p->problem.system->noise();
  REQUIRE(noise != nullptr);
  REQUIRE(noise->channels() == 7);
  CHECK(noise->sources()[0].name == "population.p xi");
  CHECK(noise->sources()[2].name == "population.p xi_shared");
  CHECK(noise->sources()[2].count == 1);
  CHECK(noise->additive());
  CHECK_FALSE(noise->diagonal());
  Vector x(6), w(7), f(6);
  x << 1, 2, 3, 0, 0, 0;
  w << 1, 10, 100, 0.5, 0.25, 0.125, 1000;
  p->problem.system->rhs(0, x.data(), f.data());
  CHECK(f == (Vector(6) << -3, -6, -9, 1, 2, 3).finished());
  CHECK(kick(*p, x, w) == (Vector(6) << 3 + 2 - 1000, 30 + 1 - 1000, 300 + .5 - 1000, 0, 0, 0).finished());
  CHECK(p->problem.find("p.eta") == nullptr);  // it has no value to record
}

TEST_CASE("in a model's own unit of time noise scales with the root") {
  const std::string text =
      "schema = 1\n[time]\nend = \"1 s\"\n[integrator]\nmethod = \"sra1\"\n[model.m]\n"
      "equations = \"dv/dt = -v + 2 * xi\"\ntime_unit = \"ms\"\n[population.p]\nmodel = \"m\"\n";
  const auto p = prepared(text);
  Vector x = Vector::Ones(1), f(1);
  p->problem.system->rhs(0, x.data(), f.data());
  CHECK(f[0] == -1000);
  CHECK(kick(*p, x, Vector::Ones(1))[0] == doctest::Approx(2 * std::sqrt(1000)).epsilon(1e-14));
}

TEST_CASE("each state with its own source: diagonal, and Milstein's factor from the equations") {
  const std::string two = "dv/dt = a * v^2 * xi\ndw/dt = exp(2*w) * xi_w + v\n";
  auto text = model(two, "parameters = { a = 1.0 }\nnoise = \"stratonovich\"\n");
  text.replace(text.find("euler_maruyama"), 14, "milstein");
  const auto p = prepared(text + "a = [1, 2, 3]\n");
  auto* noise = p->problem.system->noise();
  REQUIRE(noise != nullptr);
  CHECK(noise->diagonal());
  CHECK_FALSE(noise->additive());
  CHECK((noise->calculus() == Noise::Calculus::stratonovich));
  CHECK(noise->channel_of() == std::vector<Index>{0, 1, 2, 3, 4, 5});
  Vector x(6), m(6);
  x << 1, 2, 3, 0, 0.5, -1;
  noise->milstein(0, x.data(), m.data());
  for (Index i = 0; i < 3; ++i) {
    const double a = static_cast<double>(i + 1);
    CHECK(m[i] == doctest::Approx(a * x[i] * x[i] * a * 2 * x[i]).epsilon(1e-14));
    CHECK(m[3 + i] == doctest::Approx(2 * std::exp(4 * x[3 + i])).epsilon(1e-14));
  }
  // One source for two states, two sources for one, an amplitude of another state: not diagonal.
  for (const char* mixed :
       {"dv/dt = v*xi\ndw/dt = xi", "dv/dt = v*xi + xi_2", "dv/dt = w*xi\ndw/dt = v", "dv/dt = v*xi_shared"}) {
    CAPTURE(mixed);
    const auto q = prepared(model(mixed, "noise = \"ito\"\n"));
    CHECK_FALSE(q->problem.system->noise()->diagonal());
  }
}

TEST_CASE("what is refused, and where") {
  CHECK(says(refused(model("dv/dt = -v + xi^2")), {":9:1: model.m.equations: the rate of \"v\" is not linear"}));
  for (const char* rate :
       {"exp(xi)", "abs(xi)", "xi * xi_2", "1 / xi", "where(xi > 0, 1, 2)", "heaviside(xi)", "max(xi, 0)"}) {
    CAPTURE(rate);
    CHECK(says(refused(model("dv/dt = -v + " + std::string(rate))), {"not linear in white noise", "found"}));
  }
  CHECK(refused(model("dv/dt = -v + (t + 2) * (xi - 3 * xi_2) / (1 + t)")).empty());

  CHECK(says(refused(model("dv/dt = -v + xi", "output = \"v + xi\"\n")),
             {":11:", "model.m.output", "no value at a moment"}));
  CHECK(says(refused(model("e = 2 * xi\ndv/dt = -v + e", "output = \"v + e\"\n")),
             {"model.m.output", "no value at a moment"}));
  CHECK(says(refused(model("dv/dt = -v + xi", "steady_state = \"xi\"\n")),
             {"model.m.steady_state", "no value at a moment"}));

  CHECK(says(refused(model("dv/dt = -v + v * xi")),
             {"model.m.noise", "the amplitude of \"xi\" depends on \"v\"", "\"ito\"", "\"stratonovich\""}));
  CHECK(says(refused(model("dv/dt = -v + I * xi") + "[projection.\"p -> p\"]\nweights = 1.0\n"), {"depends on \"I\""}));
  CHECK(refused(model("dv/dt = -v + I * xi") + "[stimulus.s]\ntarget = \"p\"\nkind = \"constant\"\namplitude = 2\n")
            .empty());
  CHECK(refused(model("dv/dt = -v + v * xi", "noise = \"ito\"\n")).empty());
  CHECK(says(refused(model("dv/dt = -v + v * xi", "noise = \"stratonovich\"\n")),
             {"integrator.method", "heun_stratonovich"}));
  CHECK(says(refused(model("dv/dt = -v", "noise = \"ito\"\n")), {"the equations have none"}));
  CHECK(says(
      refused(model("dv/dt = v * xi", "noise = \"ito\"\n") +
              "[model.n]\nequations = \"dx/dt = x * xi\"\nnoise = \"stratonovich\"\n[population.r]\nmodel = \"n\"\n"),
      {"meant in one way", "\"stratonovich\" in model \"n\"", "\"ito\" in model \"m\""}));
}

TEST_CASE("a parameter or state may be called xi: then it is that") {
  const auto p = prepared(
      "schema = 1\n[time]\nend = 1\n[model.m]\nequations = \"dxi/dt = -xi * xi_2\"\nparameters = { "
      "xi_2 = 3.0 }\n[population.p]\nmodel = \"m\"\n");
  CHECK(p->problem.system->noise() == nullptr);
}
