#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

#include "neurode/equations/graph.hpp"
#include "neurode/equations/parse.hpp"
#include "random_expression.hpp"

using namespace neurode;
using namespace neurode::equations;

namespace {

Node parse(Graph& g, const std::string& text) {
  Diagnostics d;
  const auto p = parse_expression(g, {text, {"", 1, 1}, ""}, {}, d);
  for (const auto& item : d.items()) FAIL(text << ": " << item.format());
  return p->value;
}

/// Central difference, extrapolated twice (Richardson): error O(h^6).
template <class F>
double difference(F f, double x, double h) {
  const auto central = [&](double s) { return (f(x + s) - f(x - s)) / (2 * s); };
  const double a = central(h), b = central(h / 2), c = central(h / 4);
  const double ab = (4 * b - a) / 3, bc = (4 * c - b) / 3;
  return (16 * bc - ab) / 15;
}

void check_derivatives(Graph& g, Node f, std::unordered_map<std::string, double> at, bool second = true) {
  const Node x = g.symbol("x");
  const Node d1 = differentiate(g, f, x);
  const auto value = [&](Node n) {
    return [&g, n, at](double v) mutable {
      at["x"] = v;
      return evaluate(g, n, at);
    };
  };
  const double x0 = at.at("x");
  CAPTURE(to_text(g, f));
  CAPTURE(x0);
  const double want = difference(value(f), x0, 0.01), got = evaluate(g, d1, at);
  CHECK(std::abs(got - want) <= 1e-7 * std::max(std::abs(want), 1e-2));
  if (!second) return;
  const Node d2 = differentiate(g, d1, x);
  const double want2 = difference(value(d1), x0, 0.01), got2 = evaluate(g, d2, at);
  CAPTURE(to_text(g, d2));
  CHECK(std::abs(got2 - want2) <= 1e-7 * std::max(std::abs(want2), 1e-2));
}

}  // namespace

TEST_CASE("derivative: of every op, first and second order, against differences") {
  Graph g;
  for (const std::string text : {"x + y",
                                 "x - y",
                                 "y - x",
                                 "x*y",
                                 "x*x*y",
                                 "x/y",
                                 "y/x",
                                 "x/(1 + x*x)",
                                 "x^3",
                                 "x^y",
                                 "y^x",
                                 "x^x",
                                 "x^-1.5",
                                 "x^2",
                                 "min(x, y)",
                                 "max(x, y)",
                                 "min(x^2, y)",
                                 "max(y, x^3)",
                                 "-x",
                                 "exp(x)",
                                 "expm1(x)",
                                 "log(x)",
                                 "log1p(x)",
                                 "sqrt(x)",
                                 "sin(x)",
                                 "cos(x)",
                                 "tan(x/2)",
                                 "tanh(x)",
                                 "atan(x)",
                                 "logistic(x)",
                                 "relu(x)*x",
                                 "softplus(x)",
                                 "erf(x)",
                                 "exprel(x)",
                                 "abs(x)*x",
                                 "where(x < y, x^3, sin(x))",
                                 "exp(-x^2)",
                                 "(x < y)*x^2",
                                 "sign(x)*x^2",
                                 "heaviside(x)*x^2",
                                 "floor(x)*x^2",
                                 "tanh(x*y)*logistic(x - y)",
                                 "log(1 + exp(x))",
                                 "1/exprel(-(x + 40)/10)",
                                 "acos(x/3)",
                                 "asin(-x/3)",
                                 "atan2(x, y)",
                                 "atan2(y, -x)",
                                 "ceil(x)*x^2",
                                 "cosh(x)",
                                 "log10(x)",
                                 "mod(x^2, y)",
                                 "sinh(x)"}) {
    for (const double x : {0.13, 0.7, 1.4, 2.6}) check_derivatives(g, parse(g, text), {{"x", x}, {"y", 1.1}});
  }
  for (const std::string text :
       {"expm1(x)", "sin(x)", "cos(x)", "tanh(x)", "atan(x)", "logistic(x)", "relu(x)", "softplus(x)", "erf(x)",
        "exprel(x)", "abs(x)", "x^3", "x^-2", "sign(x)", "heaviside(x)", "not x"}) {
    for (const double x : {-3.3, -0.6, -0.2}) check_derivatives(g, parse(g, text), {{"x", x}});
  }
  check_derivatives(g, parse(g, "exprel(x)"), {{"x", 0}});
  check_derivatives(g, parse(g, "exprel_derivative(x)"), {{"x", 5}}, false);
}

TEST_CASE("derivative: at kinks") {
  Graph g;
  const Node x = g.symbol("x");
  for (const std::string text : {"abs(x)", "relu(x)", "sign(x)", "heaviside(x)", "floor(x)", "x < 0", "x == 0"}) {
    CAPTURE(text);
    CHECK(evaluate(g, differentiate(g, parse(g, text), x), {{"x", 0}}) == 0);
  }
}

TEST_CASE("derivative: is built from the node it belongs to") {
  Graph g;
  const Node x = g.symbol("x");
  CHECK(to_text(g, differentiate(g, parse(g, "tanh(x)"), x)) == "1 - tanh(x)^2");
  CHECK(to_text(g, differentiate(g, parse(g, "logistic(x)"), x)) == "logistic(x)*(1 - logistic(x))");
  CHECK(differentiate(g, parse(g, "exp(x)"), x) == parse(g, "exp(x)"));
  CHECK(to_text(g, differentiate(g, parse(g, "sqrt(x)"), x)) == "0.5/sqrt(x)");
  CHECK(to_text(g, differentiate(g, parse(g, "softplus(x)"), x)) == "logistic(x)");
  CHECK(to_text(g, differentiate(g, parse(g, "relu(x)"), x)) == "heaviside(x)");
  CHECK(to_text(g, differentiate(g, parse(g, "(-a + w*x)/tau"), x)) == "w/tau");
  CHECK(differentiate(g, parse(g, "a^2"), x) == g.constant(0));
}

TEST_CASE("derivative: the third of exprel does not exist, and is said so") {
  Graph g;
  const Node x = g.symbol("x");
  Node f = parse(g, "exprel(x)");
  for (int k = 0; k < 2; ++k) f = differentiate(g, f, x);
  CHECK_THROWS_AS(differentiate(g, f, x), std::invalid_argument);
  CHECK(differentiate(g, f, g.symbol("y")) == g.constant(0));
}

TEST_CASE("derivative: shared expressions do not multiply") {
  Graph g;
  Node f = g.symbol("x");
  for (int i = 0; i < 200; ++i) f = g.mul(g.unary(Op::sin, f), g.unary(Op::cos, f));
  const std::size_t before = g.size();
  differentiate(g, f, g.symbol("x"));
  CHECK(g.size() - before < 200 * 8);
}

TEST_CASE("derivative: of random smooth expressions") {
  int checked = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Graph g;
    RandomExpression random(g, seed);
    const Node f = random.make(4);
    std::unordered_map<std::string, double> at{
        {"x", random.uniform(-2, 2)}, {"y", random.uniform(-2, 2)}, {"z", random.uniform(-2, 2)}};
    const Node x = g.symbol("x");
    if (!depends_on(g, f, x)) continue;
    Node d;
    try {
      d = differentiate(g, f, x);
    } catch (const std::invalid_argument&) {
      continue;
    }
    const auto value = [&](double v) {
      auto p = at;
      p["x"] = v;
      return evaluate(g, f, p);
    };
    // A kink between the points shows as two step widths that disagree.
    const double coarse = difference(value, at["x"], 0.004), fine = difference(value, at["x"], 0.002);
    if (!(std::abs(coarse - fine) <= 1e-8 * std::max(1.0, std::abs(fine)))) continue;
    ++checked;
    CAPTURE(to_text(g, f));
    CHECK(evaluate(g, d, at) == doctest::Approx(fine).epsilon(1e-6));
  }
  CHECK(checked > 150);
}
