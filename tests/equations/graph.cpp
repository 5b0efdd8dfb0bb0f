#include "neurode/equations/graph.hpp"
#include "neurode/core/limits.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

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

std::string again(const std::string& text) {
  Graph g;
  return to_text(g, parse(g, text));
}

}  // namespace

TEST_CASE("graph: equal expressions are one node, whatever the order of a commutative op") {
  Graph g;
  CHECK(parse(g, "a + b*c") == parse(g, "c*b + a"));
  CHECK(parse(g, "min(a, b)") == parse(g, "min(b, a)"));
  CHECK(parse(g, "a == b") == parse(g, "b == a"));
  CHECK(parse(g, "a - b") != parse(g, "b - a"));
  CHECK(parse(g, "a < b") != parse(g, "b < a"));
  CHECK(parse(g, "a > b") == parse(g, "b < a"));
  CHECK(g.symbol("a") == g.symbol("a"));
  CHECK(g.constant(0.0) != g.constant(-0.0));
}

TEST_CASE("graph: constants fold and identities apply") {
  for (const auto& [text, want] : std::vector<std::pair<std::string, std::string>>{{"2 + 3*4", "14"},
                                                                                   {"x*1", "x"},
                                                                                   {"x + 0", "x"},
                                                                                   {"x - x", "0"},
                                                                                   {"--x", "x"},
                                                                                   {"x^1", "x"},
                                                                                   {"x^0", "1"},
                                                                                   {"x*0", "0"},
                                                                                   {"0/x", "0"},
                                                                                   {"x/1", "x"},
                                                                                   {"x + x", "2*x"},
                                                                                   {"x - -y", "x + y"},
                                                                                   {"x + -2", "x - 2"},
                                                                                   {"-x*-y", "x*y"},
                                                                                   {"-(x - y)", "y - x"},
                                                                                   {"-(2*x)", "-2*x"},
                                                                                   {"(-x)/2", "x/-2"},
                                                                                   {"where(1, x, y)", "x"},
                                                                                   {"where(x, y, y)", "y"},
                                                                                   {"min(x, x)", "x"},
                                                                                   {"abs(-x)", "abs(x)"},
                                                                                   {"x < x", "0"},
                                                                                   {"0 and x", "0"},
                                                                                   {"x or 2", "1"},
                                                                                   {"exp(0)*x", "x"},
                                                                                   {"1/0", "1/0"},
                                                                                   {"-1/0", "-1/0"},
                                                                                   {"0/0", "0/0"},
                                                                                   {"cos(pi)", "-1"}}) {
    CAPTURE(text);
    CHECK(again(text) == want);
  }
}

TEST_CASE("graph: text has as few parentheses as precedence allows") {
  for (const std::string text : {"v - v^3/3 - w + I",
                                 "(v + a - b*w)/tau",
                                 "a - (b - c)",
                                 "a/(b*c)",
                                 "a/b*c",
                                 "a*(b + c)",
                                 "-x^2",
                                 "(-x)^2",
                                 "2^-x",
                                 "(a^b)^c",
                                 "a^b^c",
                                 "a < b and b < c or not d",
                                 "(a or b) and c",
                                 "not (a and b)",
                                 "(a < b) + 1",
                                 "-(a*b)",
                                 "where(a < b, c, 2)",
                                 "exp(-(x + 1))",
                                 "(a < b) == (c < d)",
                                 "1e-07*x",
                                 "min(a, b)",
                                 "a - 2*-b",
                                 "x^0.5"}) {
    CAPTURE(text);
    if (text == "a - 2*-b") {
      CHECK(again(text) == "a + 2*b");
    } else {
      CHECK(again(text) == text);
    }
  }
}

TEST_CASE("graph: parsing the text of a random expression gives the same node") {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Graph g;
    const Node f = RandomExpression(g, seed).make(6);
    const std::string text = to_text(g, f);
    CAPTURE(text);
    CHECK(parse(g, text) == f);
  }
}

TEST_CASE("graph: substitution meets a node before its operands, and does not substitute twice") {
  Graph g;
  const Node x = g.symbol("x"), y = g.symbol("y");
  const Node f = parse(g, "tanh(x) + x*y");
  CHECK(to_text(g, substitute(g, f, {{x.id, parse(g, "x + 1")}})) == "tanh(x + 1) + (x + 1)*y");
  CHECK(to_text(g, substitute(g, f, {{parse(g, "tanh(x)").id, y}, {x.id, g.constant(2)}})) == "y + 2*y");
  CHECK(substitute(g, f, {{x.id, y}, {y.id, x}}) == parse(g, "tanh(y) + y*x"));
  CHECK(substitute(g, f, {}) == f);
}

TEST_CASE("graph: free symbols in order of first use") {
  Graph g;
  const Node fs[] = {parse(g, "b*exp(a) + b"), parse(g, "c - a")};
  const auto symbols = free_symbols(g, fs);
  REQUIRE(symbols.size() == 3);
  CHECK(g.name(symbols[0]) == "b");
  CHECK(g.name(symbols[1]) == "a");
  CHECK(g.name(symbols[2]) == "c");
  CHECK(depends_on(g, fs[0], g.symbol("a")));
  CHECK(!depends_on(g, fs[0], g.symbol("c")));
  CHECK(!depends_on(g, fs[0], g.symbol("new")));
  CHECK(free_symbols(g, {}).empty());
}

TEST_CASE("graph: evaluate") {
  Graph g;
  CHECK(evaluate(g, parse(g, "where(x > 1 and not (y == 2), x^2, -y)"), {{"x", 3}, {"y", 1}}) == 9);
  CHECK(evaluate(g, parse(g, "where(x > 1 and not (y == 2), x^2, -y)"), {{"x", 3}, {"y", 2}}) == -2);
  CHECK_THROWS_AS(evaluate(g, parse(g, "x + q"), {{"x", 1}}), std::out_of_range);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const std::string text :
       {"min(x, 1)", "min(1, x)", "max(x, 1)", "max(1, x)", "relu(x)", "sign(x)", "heaviside(x)"}) {
    CAPTURE(text);
    CHECK(std::isnan(evaluate(g, parse(g, text), {{"x", nan}})));
  }
  for (const std::string text : {"x < 1", "x >= 1", "x == x"}) CHECK(evaluate(g, parse(g, text), {{"x", nan}}) == 0);
  CHECK(evaluate(g, parse(g, "x != 1"), {{"x", nan}}) == 1);
}

TEST_CASE("graph: ten thousand terms, and as deep a chain, are no trouble") {
  Graph g;
  const Node x = g.symbol("x");
  Node sum = g.constant(1), deep = x;
  Node shorter;
  for (int i = 1; i <= 10000; ++i) {
    sum = g.add(sum, g.mul(g.constant(i), g.unary(Op::sin, g.mul(g.constant(i), x))));
    if (i == 4000) shorter = sum;
  }
  for (int i = 1; i <= 10000; ++i) deep = g.unary(Op::sin, g.add(deep, g.constant(0.5)));
  CHECK(evaluate(g, differentiate(g, sum, x), {{"x", 0}}) == doctest::Approx(10000.0 * 10001 * 20001 / 6));
  CHECK(std::isfinite(evaluate(g, differentiate(g, deep, x), {{"x", 0.1}})));
  // What is longer than anybody reads is cut off.
  CHECK(to_text(g, sum).size() > limits::kTextCharacters);
  CHECK(to_text(g, sum).size() < limits::kTextCharacters + 40);
  CHECK(to_text(g, sum).ends_with("..."));
  CHECK(to_text(g, deep).size() > 60000);
  CHECK(to_text(g, shorter).size() > 60000);
  CHECK(parse(g, to_text(g, shorter)) == shorter);
  CHECK(substitute(g, deep, {{x.id, g.constant(0.1)}}) == g.constant(evaluate(g, deep, {{"x", 0.1}})));
}
