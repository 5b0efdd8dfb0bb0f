#include "neurode/equations/assignments.hpp"

#include <doctest/doctest.h>

using namespace neurode;
using namespace neurode::equations;

static AssignmentSet parse(Graph& g, const std::string& text, Diagnostics& d) {
  return parse_assignments(g, {text, {"file", 3, 5}, "reset"}, d);
}

TEST_CASE("assignments are carried out one after the other") {
  Graph g;
  Diagnostics d;
  const auto set = parse(g, "v = c; u += d*v  # the new v\nv *= 2 ; u -= v; x /= 4", d);
  REQUIRE(d.empty());
  REQUIRE(set.assignments.size() == 3);
  const std::unordered_map<std::string, double> at = {{"v", 7}, {"u", 1}, {"c", -3}, {"d", 0.5}, {"x", 8}};
  CHECK(set.assignments[0].name == "v");
  CHECK(evaluate(g, set.assignments[0].value, at) == -6);
  CHECK(evaluate(g, set.assignments[1].value, at) == 1 + 0.5 * -3 + 6);
  CHECK(evaluate(g, set.assignments[2].value, at) == 2);
}

TEST_CASE("faults of assignments stand where they are") {
  Graph g;
  Diagnostics d;
  parse(g, "v = 1\nv == 2; 3 = v\nw = (", d);
  REQUIRE(d.size() == 3);
  CHECK(d.items()[0].where.line == 4);
  CHECK(d.items()[0].where.column == 1);
  CHECK(d.items()[1].where.line == 4);
  CHECK(d.items()[1].where.column == 9);
  CHECK(d.items()[2].where.line == 5);
}

TEST_CASE("the margin of a condition is above zero where it holds, and below where not") {
  Graph g;
  Diagnostics d;
  for (const char* text : {"x > 2", "x >= 2 and y < 1", "x < 2 or y > 3", "not (x < 2)", "not (x > 1 and y > 1)"}) {
    const auto condition = parse_expression(g, {text, {}, ""}, {}, d);
    REQUIRE(condition);
    const auto m = margin(g, condition->value);
    REQUIRE(m);
    for (double x = -0.25; x < 5; x += 0.5) {
      for (double y = -0.25; y < 5; y += 0.5) {
        const std::unordered_map<std::string, double> at = {{"x", x}, {"y", y}};
        CHECK((evaluate(g, condition->value, at) != 0) == (evaluate(g, *m, at) > 0));
      }
    }
  }
  const auto equal = parse_expression(g, {"x == 2", {}, ""}, {}, d);
  CHECK(!margin(g, equal->value));
  const auto number = parse_expression(g, {"x + 2", {}, ""}, {}, d);
  CHECK(!margin(g, number->value));
}
