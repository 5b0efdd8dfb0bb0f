#include <doctest/doctest.h>

#include "neurode/scenario/read.hpp"

using namespace neurode;
using namespace neurode::scenario;

namespace {

Value base() {
  Diagnostics ds;
  return parse_toml("[population.hidden]\ntau = 0.1\n[projection.\"input -> hidden\"]\nweights = { std = 1.0 }\n",
                    "s.toml", ds);
}

Value after(const std::string& assignment) {
  Value root = base();
  Diagnostics ds;
  apply_override(root, assignment, ds);
  for (const auto& d : ds.items()) MESSAGE(d.format());
  REQUIRE(ds.empty());
  return root;
}

std::string fault(const std::string& assignment) {
  Value root = base();
  const std::string before = root.to_toml();
  Diagnostics ds;
  apply_override(root, assignment, ds);
  CHECK(root.to_toml() == before);
  REQUIRE(ds.size() == 1);
  return ds.items()[0].format();
}

}  // namespace

TEST_CASE("overrides replace and create values") {
  const Value a = after("population.hidden.tau=1");
  const Value* tau = a.find("population")->find("hidden")->find("tau");
  CHECK(tau->integer() == 1);
  CHECK(tau->key == "population.hidden.tau");
  CHECK(tau->where.text() == "--set population.hidden.tau=1");
  CHECK(tau->where.line == 0);
  CHECK(tau->key_where.text() == "--set population.hidden.tau=1");

  const Value b = after(" projection.\"input -> hidden\".weights.std = 2.5 ");
  CHECK(b.find("projection")->find("input -> hidden")->find("weights")->find("std")->number() == 2.5);
  CHECK(b.find("projection")->table().size() == 1);

  const Value c = after("integrator.atol={ activity = 1e-9, weights = [1, 'x'] }");
  const Value* atol = c.find("integrator")->find("atol");
  CHECK(atol->find("activity")->number() == 1e-9);
  CHECK(atol->find("activity")->where.file == "--set integrator.atol={ activity = 1e-9, weights = [1, 'x'] }");
  CHECK(atol->find("weights")->list()[1].key == "integrator.atol.weights[1]");
  CHECK(c.find("integrator")->where.line == 0);

  CHECK(after("seed=3").find("seed")->integer() == 3);
  CHECK(after("x.\"a=b\"=3").find("x")->find("a=b")->integer() == 3);
  CHECK(after("x.'a\\'=3").find("x")->find("a\\")->integer() == 3);
  CHECK(after("population=4").find("population")->integer() == 4);
}

TEST_CASE("bare words are strings, TOML values are themselves") {
  CHECK(after("integrator.method=rk4").find("integrator")->find("method")->string() == "rk4");
  CHECK(after("integrator.method=_a.b-2").find("integrator")->find("method")->string() == "_a.b-2");
  CHECK(after("x=nothing").find("x")->string() == "nothing");
  CHECK(after("x=\"10 ms\"").find("x")->string() == "10 ms");
  CHECK(after("x='a'").find("x")->string() == "a");
  CHECK(after("x=true").find("x")->boolean());
  CHECK(after("x=1e-3").find("x")->number() == 1e-3);
}

TEST_CASE("faulty overrides change nothing and say why") {
  CHECK(fault("population.hidden.tau") ==
        "--set population.hidden.tau: is no assignment; allowed: KEY=VALUE, e.g. population.hidden.tau=0.5");
  CHECK(fault("a=1\nb=2").find("is no assignment") != std::string::npos);
  CHECK(fault("=1") ==
        "--set =1: has no valid key; found nothing before the \"=\"; allowed: parts joined by dots, parts with "
        "other characters in quotes: projection.\"a -> b\".weights");
  CHECK(fault("a b=1").find("has no valid key; found a b;") != std::string::npos);
  CHECK(fault("[a]=1").find("has no valid key; found [a];") != std::string::npos);
  CHECK(fault("a#b=1").find("has no valid key") != std::string::npos);
  CHECK(fault("x=10 ms") ==
        "--set x=10 ms: has no valid value; found 10 ms; allowed: a TOML value (a number, \"text\" in quotes, "
        "[a list], { a = table }), or one bare word");
  CHECK(fault("x=").find("has no valid value; found nothing behind the \"=\"") != std::string::npos);
  CHECK(fault("x=[1,").find("has no valid value; found [1,;") != std::string::npos);
  CHECK(fault("x=1979-05-27").find("has no valid value") != std::string::npos);
  CHECK(fault("population.hidden.tau.x=1") ==
        "--set population.hidden.tau.x=1: population.hidden.tau: is a number, in which nothing can be set; found 0.1; "
        "allowed: a table");
}
