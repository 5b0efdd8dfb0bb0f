// A scenario as a function of one of its numbers: built anew, or with the number as a state.
#include "study/scenario_family.hpp"

#include <doctest/doctest.h>

#include "neurode/core/errors.hpp"
#include "prepared.hpp"
#include "study/freed_constant.hpp"

using namespace neurode;
using study::FreedConstant;
using study::ScenarioFamily;

namespace {

const std::string kTwo = R"(
schema = 1
[population.p]
size = 2
model = "fitzhugh_nagumo"
a = 0.8
bias = [0.1, 0.2]
[population.q]
size = 3
model = "leaky_rate"
activation = "tanh"
tau = [1.0, 2.0, 3.0]
[projection."p -> q"]
weights = { init = "normal", std = 1.0 }
[projection."q -> p"]
weights = { init = "normal", std = 1.0 }
[stimulus.s]
target = "q"
kind = "constant"
amplitude = 0.3
[time]
end = 10
)";

Vector rates(System& s, const Vector& x) {
  Vector f(x.size());
  s.rhs(0, x.data(), f.data());
  return f;
}

}  // namespace

TEST_CASE("parameters and biases as states: the rates of the scenario that has them") {
  const auto p = prepared(kTwo);
  Vector x = p->problem.initial;
  for (Index k = 0; k < x.size(); ++k) x[k] += 0.1 * static_cast<double>(k);
  for (const auto& [population, key] : {std::pair{"p", "a"}, {"p", "bias"}, {"q", "tau"}, {"q", "bias"}}) {
    CAPTURE(population);
    CAPTURE(key);
    const auto quick = FreedConstant::make(*p->network, population, key);
    REQUIRE(quick);
    for (const double value : {0.5, 1.5}) {
      const std::string set = std::string("population.") + population + "." + key + "=" + std::to_string(value);
      const auto anew = prepared(kTwo, {set});
      const Vector exact = rates(*anew->problem.system, x);
      CHECK((rates(quick->at(value), x) - exact).cwiseAbs().maxCoeff() < 1e-14);
      Matrix j(x.size(), x.size()), expected = j;
      quick->at(value).jacobian(0, x.data(), j);
      anew->problem.system->jacobian(0, x.data(), expected);
      CHECK((j - expected).cwiseAbs().maxCoeff() < 1e-13);
      const Vector u = Vector::LinSpaced(x.size(), -1, 2);
      Vector back(x.size());
      quick->at(value).vjp(0, x.data(), u.data(), back.data());
      CHECK((back - expected.transpose() * u).cwiseAbs().maxCoeff() < 1e-13);
    }
  }
  CHECK(!FreedConstant::make(*p->network, "p", "size"));
  CHECK(!FreedConstant::make(*p->network, "r", "a"));
  const auto tau = FreedConstant::make(*p->network, "q", "tau");
  CHECK(tau->allows(0.1));
  CHECK(!tau->allows(-1));
}

TEST_CASE("the family is the scenario's at any value, quick or not, and refuses what the scenario does") {
  std::ofstream("family.toml") << kTwo;
  const ScenarioFile file("family.toml");
  const auto p = run::prepare(file, {});
  Vector x = p->problem.initial;
  for (const char* key : {"population.q.tau", "population.p.b", "stimulus.s.amplitude"}) {
    CAPTURE(key);
    ScenarioFamily family(*p, file, key);
    for (const double value : {0.5, 0.6, 0.7, 0.8, 0.9, 0.5}) {
      const auto anew = run::prepare(file, {std::string(key) + "=" + std::to_string(value)});
      CHECK((rates(family.at(value), x) - rates(*anew->problem.system, x)).cwiseAbs().maxCoeff() < 1e-14);
    }
    CHECK(family.prepared_at(0.4).problem.initial == x);
  }
  ScenarioFamily family(*p, file, "population.q.tau");
  for (const double value : {1.0, 2.0, 3.0, 4.0}) family.at(value);
  CHECK_THROWS_AS(family.at(-1), ScenarioError);
  CHECK(std::isnan(family.standard()));  // a list
  CHECK(ScenarioFamily(*p, file, "population.p.a").standard() == 0.8);
  CHECK(ScenarioFamily(*p, file, "population.p.b").standard() == 0.8);  // the model's
  std::filesystem::remove("family.toml");
}
