// Delays as scenarios have them, from text to trajectory.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <numbers>

#include "neurode/core/errors.hpp"
#include "prepared.hpp"

using namespace neurode;

namespace {

std::string text_of(const std::string& rest, double end = 4, const std::string& method = "dop853") {
  return fmt::format("schema = 1\n[integrator]\nmethod = \"{}\"\nrtol = 1e-11\natol = 1e-13\n[time]\nend = {}\n",
                     method, end) +
         rest;
}

std::string model(const std::string& equations, const std::string& more = "") {
  return "[model.m]\nequations = \"\"\"\n" + equations + "\n\"\"\"\n" + more + "\n";
}

Vector end_of(const std::string& text) {
  auto p = prepared(text);
  const auto r = integrated(*p);
  CHECK(r.outcome == integrate::Outcome::reached_end);
  return r.x;
}

double distance(const Vector& a, const Vector& b) {
  REQUIRE(a.size() == b.size());
  return (a - b).lpNorm<Eigen::Infinity>();
}

std::string refused(const std::string& text) {
  try {
    prepared(text);
  } catch (const ScenarioError& e) {
    return e.what();
  }
  return "";
}

/// Does the message say it? If not, it is shown.
bool has(const std::string& text, const std::string& part) {
  const bool there = text.find(part) != std::string::npos;
  if (!there) MESSAGE(text);
  return there;
}

/// x' = -x(t - tau) with x = 1 before: the sum of (-1)^j (t - (j - 1) tau)^j / j! over all j with t >= (j - 1) tau.
double feedback(double t, double tau) {
  double sum = 1, term = 1;
  for (int j = 1; t > (j - 1) * tau; ++j) {
    term = -std::pow(t - (j - 1) * tau, j) / std::tgamma(j + 1);
    sum += (j % 2 == 1 ? 1 : -1) * term;
  }
  return sum;
}

const std::string kLate = model("dx/dt = -delay(x, tau)", "parameters = { tau = 1 }\ninitial = { x = 1 }");

}  // namespace

TEST_CASE("delay(x, tau) in equations: one for all, one a neuron, by any method that takes it") {
  const std::string three = kLate + "[population.p]\nmodel = \"m\"\nsize = 3\ntau = [0.7, 1, 1.9]\n";
  for (const char* method : {"dop853", "tsit5", "rodas5p", "auto"}) {
    CAPTURE(method);
    const Vector x = end_of(text_of(three, 4, method));
    int i = 0;
    for (const double tau : {0.7, 1.0, 1.9}) CHECK(std::abs(x[i++] - feedback(4, tau)) < 2e-10);
  }
  const Vector one = end_of(text_of(kLate + "[population.p]\nmodel = \"m\"\ntau = 0.5\n"));
  CHECK(std::abs(one[0] - feedback(4, 0.5)) < 1e-10);
}

TEST_CASE("delays in the model's unit of time") {
  const std::string text =
      model("dx/dt = -delay(x, tau)", "time_unit = \"ms\"\nparameters = { tau = 1 }\ninitial = { x = 1 }");
  const Vector x = end_of(
      "schema = 1\n[integrator]\nmethod = \"dop853\"\nrtol = 1e-11\natol = 1e-13\n[time]\nunit = "
      "\"s\"\nend = 0.004\n" +
      text + "[population.p]\nmodel = \"m\"\n");
  CHECK(std::abs(x[0] - feedback(4, 1)) < 1e-10);
}

TEST_CASE("a delay of an expression, a definition, an input; a delay inside a delay") {
  const std::string start = "initial = { x = 0.4, y = -0.3 }";
  const std::string p = "[population.p]\nmodel = \"m\"\n";
  const auto of = [&](const std::string& line) {
    return end_of(text_of(model(line + "\ndy/dt = x - 0.2*y", start) + p));
  };
  const Vector whole = of("s = x*y + t\ndx/dt = 0.1*delay(s, 0.8) - x");
  CHECK(distance(whole, of("dx/dt = 0.1*(delay(x, 0.8)*delay(y, 0.8) + t - 0.8) - x")) < 1e-10);
  CHECK(distance(whole, of("dx/dt = 0.1*delay(x*y, 0.8) + 0.1*(t - 0.8) - x")) < 1e-10);
  const Vector nested = of("dx/dt = -delay(tanh(delay(x, 0.5)) + y, 0.8)");
  CHECK(distance(nested, of("dx/dt = -tanh(delay(x, 1.3)) - delay(y, 0.8)")) < 1e-10);
  const std::string pushed = "[stimulus.s]\ntarget = \"p\"\nkind = \"step\"\namplitude = 2\nstart = 0.3\n";
  const Vector late = end_of(text_of(model("dx/dt = -x + delay(I, 0.9)") + p + pushed));
  CHECK(std::abs(late[0] - 2 * (1 - std::exp(-(4 - 1.2)))) < 1e-10);
}

TEST_CASE("projections with delays: one for all, one a connection") {
  const std::string integrating = model("dx/dt = I - 0.1*x", "initial = { x = 0.5 }\noutput = \"sin(x)\"");
  const std::string pair = integrating + "[population.p]\nmodel = \"m\"\nsize = 2\ninitial = { x = [0.5, -1] }\n";
  const std::string weights = "[projection.\"p -> p\"]\nweights = [[0.3, -1], [1.2, 0.4]]\n";
  const auto by_hand = [](const std::string& d00, const std::string& d01, const std::string& d10,
                          const std::string& d11) {
    return text_of(model(fmt::format("dx/dt = 0.3*delay(sin(x), {}) - delay(sin(y), {}) - 0.1*x\n"
                                     "dy/dt = 1.2*delay(sin(x), {}) + 0.4*delay(sin(y), {}) - 0.1*y",
                                     d00, d01, d10, d11),
                         "initial = { x = 0.5, y = -1 }") +
                   "[population.p]\nmodel = \"m\"\n");
  };
  const Vector constant = end_of(text_of(pair + weights + "delay = 0.7\n"));
  CHECK(distance(constant, end_of(by_hand("0.7", "0.7", "0.7", "0.7"))) < 1e-10);
  const Vector each = end_of(text_of(pair + weights + "delay = [[0.2, 0.9], [1.1, 0.5]]\n"));
  CHECK(distance(each, end_of(by_hand("0.2", "0.9", "1.1", "0.5"))) < 1e-10);
  CHECK(distance(each, constant) > 1e-3);
  const Vector quantity = end_of(text_of(pair + weights + "delay = { init = \"constant\", value = 0.7 }\n"));
  CHECK(distance(quantity, constant) < 1e-12);
  const auto drawn = prepared(text_of(pair + weights + "delay = { init = \"uniform\", low = 0.1, high = 0.2 }\n"));
  const Vector& d = drawn->network->projections[0].delay;
  REQUIRE(d.size() == 4);
  CHECK(d.minCoeff() > 0.1);
  CHECK(d.maxCoeff() < 0.2);
}

TEST_CASE("samples of data: each has a past of its own") {
  const std::string text = text_of(
      model("dx/dt = I - 0.1*x") +
      "[data]\ninputs = [[1], [-2]]\n[population.in]\nmodel = \"clamped\"\n[population.p]\nmodel = \"m\"\nsize = 2\n"
      "[projection.\"in -> p\"]\nweights = [[1], [0.5]]\n[projection.\"p -> p\"]\nweights = [[0, -1], [1, 0]]\n");
  const Vector at_once = end_of(text);
  for (const char* delay : {"delay = 0.4\n", "delay = [[0.4, 0.3], [0.2, 0.4]]\n"}) {
    const Vector x = end_of(text + delay);
    REQUIRE(x.size() == 4);
    CHECK(std::abs(x[2] + 2 * x[0]) < 1e-10);  // linear: sample 1 is -2 times sample 0
    CHECK(std::abs(x[3] + 2 * x[1]) < 1e-10);
    CHECK(distance(x, at_once) > 1e-3);
  }
}

TEST_CASE("histories: number, expression, file; what they leave open; who gives the start") {
  const auto x_at_1 = [](const std::string& population, double end = 1) {
    return end_of(text_of(kLate + "[population.p]\nmodel = \"m\"\n" + population, end))[0];
  };
  CHECK(std::abs(x_at_1("history = { x = 3 }\n") - 0) < 1e-12);                       // 3 - 3
  CHECK(std::abs(x_at_1("history = { x = 3 }\ninitial = { x = 1 }\n") + 2) < 1e-12);  // 1 - 3
  CHECK(std::abs(x_at_1("history = { x = \"cos(pi*t)\" }\n", 0.5) - (1 - 0.0 + 1 / std::numbers::pi)) < 1e-11);
  CHECK(std::abs(x_at_1("history = { x = \"1 + t\" }\n") - 0.5) < 1e-12);  // 1 - integral of (1 + s) over (-1, 0)
  const auto file = std::filesystem::temp_directory_path() / fmt::format("neurode-test-history-{}.csv", getpid());
  std::ofstream(file) << "time,x\n-2,-8\n-1,-1\n-0.5,-0.125\n0,0\n1,1\n";
  const std::string path = "history = { x = { path = \"" + file.string() + "\"";
  // t^3 at the knots: trapezoids, and the cubic itself.
  CHECK(std::abs(x_at_1(path + " } }\n") - (0.5 * (1.125 / 2) + 0.5 * (0.125 / 2))) < 1e-11);
  CHECK(std::abs(x_at_1(path + ", interpolation = \"cubic\" } }\n") - 0.25) < 1e-11);
  std::filesystem::remove(file);
}

TEST_CASE("what cannot be is refused at its place") {
  const std::string p = "[population.p]\nmodel = \"m\"\n";
  const auto of = [&](const std::string& line, const std::string& more = "") {
    return refused(text_of(model(line, more) + p));
  };
  CHECK(has(of("dx/dt = -delay(x, 0)"),
            ":10:19: model.m.equations: a delay must be finite and > 0; found 0.0 for "
            "population \"p\"; allowed: a time > 0; without a delay leave it out"));
  CHECK(has(of("dx/dt = -delay(x, a - 1)", "parameters = { a = 0.5 }"), "found -0.5 for population \"p\""));
  CHECK(has(refused(text_of(kLate + "[population.p]\nmodel = \"m\"\nsize = 3\ntau = [1, 2, -3]\n")),
            "found -3.0 for population \"p\", neuron 2"));
  CHECK(has(of("dx/dt = -delay(x, x)"), "a delay must be constant; found a dependence on \"x\""));
  CHECK(has(of("dx/dt = -delay(x, t)"), "found a dependence on \"t\""));
  CHECK(has(of("dx/dt = -delay(x)"), "wrong number of arguments of \"delay\"; found 1"));
  CHECK(has(of("dx/dt = -delay(z, 1)"), "nothing is called \"z\" here"));
  CHECK(has(of("y = x + delay(y, 1)\ndx/dt = -y"), "a definition is a delayed value of itself"));
  CHECK(has(of("dx/dt = I - x", "steady_state = \"delay(I, 1)\""), "\"delay\" cannot be used here"));
  const std::string leaky = "[population.p]\nmodel = \"leaky_rate\"\nactivation = \"delay(I, 1)\"\n";
  CHECK(has(refused(text_of(leaky)), "population.p.activation: \"delay\" cannot be used here"));
  CHECK(of("delay = 2\ndx/dt = -delay*x").empty());  // a name like any other where it is not called

  const std::string arrow = "[projection.\"p -> p\"]\nweights = 1\n";
  const std::string plain = model("dx/dt = I - x") + p + arrow;
  CHECK(has(refused(text_of(plain + "delay = 0\n")), "delay: must be > 0; found 0.0; allowed: a time > 0; without"));
  CHECK(has(refused(text_of(plain + "delay = { low = 1 }\n")), "a distribution of delays needs its name"));
  CHECK(has(refused(text_of(plain + "delay = { init = \"normal\", mean = -1, std = 1e-3 }\n")),
            "for the connection from neuron 0 to neuron 0"));
  CHECK(has(refused(text_of(plain + "delay = \"1 mV\"\n")), "mV"));
  const std::string hidden = "[population.q]\nmodel = \"clamped\"\n[projection.\"p -> q\"]\nweights = 1\ndelay = 1\n";
  CHECK(has(refused(text_of(plain + hidden + "[projection.\"q -> p\"]\nweights = 1\ndelay = 2\n")),
            "delays what follows another delayed value at once"));
  CHECK(refused(text_of(plain + hidden + "[projection.\"q -> p\"]\nweights = 1\n")).empty());

  CHECK(has(refused(text_of(kLate + p + "history = { y = 1 }\n")), "has no state \"y\""));
  CHECK(has(refused(text_of(kLate + p + "history = { x = \"2*s\" }\n")), "nothing is called \"s\" here"));
  CHECK(has(refused(text_of(kLate + p, 4, "bulirsch_stoer")), "chooses its steps itself"));
  const std::string learning =
      "[data]\ninputs = [[1]]\ntargets = [[1]]\n[population.in]\nmodel = \"clamped\"\n[population.out]\nmodel = "
      "\"leaky_rate\"\nactivation = \"tanh\"\n[projection.\"in -> out\"]\nweights = { init = 1, plastic = true }\n"
      "[projection.\"out -> out\"]\nweights = 0.5\ndelay = 1\n[learning]\nloss = \"squared_error\"\n";
  CHECK(has(refused(text_of(learning)), "learning goes by the Jacobian"));
}
