// Energies that must fall, against closed forms; and networks that have none.
#include <doctest/doctest.h>

#include <cmath>

#include "neurode/core/errors.hpp"
#include "study/studied.hpp"

using namespace neurode;

namespace {

std::string network(const std::string& model, const std::string& weights, const std::string& more = "",
                    const std::string& end = "20") {
  return "schema = 1\n[population.p]\nsize = 2\n" + model + "\n[projection.\"p -> p\"]\nweights = " + weights + "\n" +
         more + "\n[time]\nend = " + end + "\n";
}

std::string fact(const study::Findings& f, const std::string& name) {
  for (const auto& [key, value] : f.facts) {
    if (key == name) return std::get<std::string>(value);
  }
  FAIL("no fact " << name);
  return "";
}

std::string refusal(const std::string& text) {
  try {
    studied("energy", text);
  } catch (const UsageError& e) {
    return e.what();
  }
  return "";
}

bool monotone(const study::Findings& f) { return numbers(f, "monotone")[0] == 1; }

}  // namespace

TEST_CASE("Hopfield's two flip-flop units: his energy, from the start to the end") {
  const auto f = studied("energy", network("model = \"hopfield\"\ninitial = { u = [0.3, -0.1] }\nbias = [0.05, 0.0]",
                                           "[[0.0, 1.0], [1.0, 0.0]]"));
  const auto energy = [](double u1, double u2) {
    const auto v = [](double u) { return 2 / M_PI * std::atan(M_PI * 1.4 * u / 2); };
    // int_0^V of the inverse, 2/(pi gain) tan(pi V/2).
    const auto leak = [](double y) { return -4 / (M_PI * M_PI * 1.4) * std::log(std::cos(M_PI * y / 2)); };
    return -v(u1) * v(u2) - 0.05 * v(u1) + leak(v(u1)) + leak(v(u2));
  };
  CHECK(numbers(f, "initial")[0] == doctest::Approx(energy(0.3, -0.1)).epsilon(1e-10));
  CHECK(monotone(f));
  CHECK(fact(f, "must_fall") == "yes");
  CHECK(numbers(f, "final")[0] < numbers(f, "initial")[0] - 0.01);
}

TEST_CASE("units that relax to their output: closed forms for tanh and the logistic function") {
  const auto f =
      studied("energy", network("model = \"leaky_rate\"\nactivation = \"tanh\"\ntau = [1.0, 0.3]\ninitial = { "
                                "a = [0.5, -0.9] }\nbias = [0.1, -0.2]",
                                "[[0.4, 1.5], [1.5, -0.3]]"));
  const auto inside = [](double a) { return a * std::atanh(a) + 0.5 * std::log(1 - a * a); };
  const double a = 0.5, b = -0.9;
  CHECK(numbers(f, "initial")[0] ==
        doctest::Approx(-0.5 * (0.4 * a * a + 3 * a * b - 0.3 * b * b) - 0.1 * a + 0.2 * b + inside(a) + inside(b))
            .epsilon(1e-10));
  CHECK(monotone(f));
  CHECK(fact(f, "energy_kind") == "Hopfield, rate form");
  // From 0, the end of the logistic function's range, where its inverse is not finite.
  const auto l = studied("energy", network("model = \"leaky_rate\"\nactivation = \"logistic\"\nbias = [0.7, -1.0]",
                                           "[[0.0, 3.0], [3.0, 1.0]]"));
  CHECK(numbers(l, "initial")[0] == doctest::Approx(2 * std::log(2)).epsilon(1e-9));
  CHECK(monotone(l));
}

TEST_CASE("rectified units that fall silent: the end of their range is reached, and passed by rounding") {
  const auto f = studied("energy", network("model = \"leaky_rate\"\nactivation = \"relu\"\ninitial = { a = [0.6, 0.4] "
                                           "}\nbias = [1.0, 1.0]",
                                           "[[0.0, -2.0], [-2.0, 0.0]]", "", "60"));
  // a^2/2 each, and the loser is at 0: -0.5 at the end.
  CHECK(numbers(f, "initial")[0] == doctest::Approx(2 * 0.24 - 1 + 0.5 * (0.36 + 0.16)).epsilon(1e-9));
  CHECK(numbers(f, "final")[0] == doctest::Approx(-0.5).epsilon(1e-9));
  CHECK(monotone(f));
}

TEST_CASE("an asymmetric network rises, and why is told") {
  const auto f = studied(
      "energy", network("model = \"hopfield\"\ninitial = { u = [0.3, 0.0] }\ngain = 4.0", "[[1.0, 1.0], [-1.0, 1.0]]"));
  CHECK(!monotone(f));
  CHECK(numbers(f, "largest_rise")[0] > 1e-3);
  CHECK(fact(f, "must_fall") == "no");
  // |W - W^T| / |W| = sqrt(8) / 2
  CHECK(f.notes.front().find("= 1.41") != std::string::npos);
}

TEST_CASE("any units with one state, linear in their input, have Cohen and Grossberg's energy") {
  // Cohen and Grossberg's shunting: dx/dt = (1 + x)^2 (-x + I) + 0 ..., B depends on x.
  const std::string own =
      "[model.own]\nequations = \"dx/dt = (1 + x^2)*(-x - x^3 + I)\"\ninitial = { x = 0.4 }\noutput = \"tanh(2*x)\"\n";
  const auto f = studied("energy", network("model = \"own\"\nbias = [0.2, -0.5]", "[[0.0, -1.2], [-1.2, 0.0]]", own));
  CHECK(monotone(f));
  CHECK(fact(f, "energy_kind") == "Cohen-Grossberg");
  // int_0^x (s + s^3) 2 sech^2(2 s) ds at 0.4, by Simpson's rule.
  double inner = 0;
  constexpr int n = 2000;
  for (int k = 0; k <= n; ++k) {
    const double s = 0.4 * k / n, c = std::cosh(2 * s);
    inner += (k == 0 || k == n ? 1 : k % 2 == 1 ? 4 : 2) * (s + s * s * s) * 2 / (c * c) * 0.4 / n / 3;
  }
  const double y = std::tanh(0.8);
  CHECK(numbers(f, "initial")[0] == doctest::Approx(1.2 * y * y + 0.3 * y + 2 * inner).epsilon(1e-10));
}

TEST_CASE("inputs that change, and what has no such energy") {
  const auto f =
      studied("energy", network("model = \"hopfield\"", "[[0.0, 1.0], [1.0, 0.0]]",
                                "[stimulus.s]\ntarget = \"p\"\nkind = \"step\"\namplitude = 1.0\nstart = 5.0\n"));
  CHECK(fact(f, "must_fall") == "no");
  CHECK(f.notes.front().find("inputs change") != std::string::npos);
  CHECK(refusal("schema = 1\n[population.p]\nmodel = \"fitzhugh_nagumo\"\n[time]\nend = 1\n").find("2 states") !=
        std::string::npos);
  const std::string falling = "[model.own]\nequations = \"dx/dt = -x + I\"\ninitial = { x = 0.4 }\noutput = \"-x\"\n";
  CHECK(refusal(network("model = \"own\"", "[[0.0, 1.0], [1.0, 0.0]]", falling)).find("falls where") !=
        std::string::npos);
}

TEST_CASE("an expression: of the harmonic oscillator the energy stays, and its first element rises") {
  const std::string text =
      "schema = 1\n[model.own]\nequations = \"dx/dt = y; dy/dt = -x - C*y\"\nparameters = { C = 0.5 }\ninitial = { x = "
      "1, "
      "y = 0 }\noutput = \"x\"\n[population.p]\nmodel = \"own\"\n[time]\nend = 10\n";
  CHECK(monotone(studied("energy", text, "{ expression = \"p.x[0]^2 + p.y[0]^2\" }")));
  const auto f = studied("energy", text, "{ expression = \"p.x[0]\", points = 4001 }");
  CHECK(!monotone(f));
  // Underdamped: the first minimum of x at t = pi/w is -exp(-pi/(4 w)), w^2 = 15/16; the rise from there to the next
  // maximum.
  const double w = std::sqrt(15.0 / 16), ratio = std::exp(-0.25 * M_PI / w);
  CHECK(numbers(f, "largest_rise")[0] == doctest::Approx(ratio + ratio * ratio).epsilon(1e-5));
  CHECK(numbers(f, "rise_time")[0] == doctest::Approx(2 * M_PI / w).epsilon(1e-3));
}
