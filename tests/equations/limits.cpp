// Equations that are too long, too many or too large once they are written out.
#include <doctest/doctest.h>

#include <string>

#include "neurode/core/errors.hpp"
#include "neurode/core/limits.hpp"
#include "neurode/equations/parse.hpp"
#include "neurode/equations/tape.hpp"

using namespace neurode;
using namespace neurode::equations;

namespace {

SourceText source(const std::string& text) { return {text, {"s.toml", 5, 1}, "model.m.equations"}; }

std::string fault_of(const std::string& text) {
  Graph graph;
  Diagnostics faults;
  parse_equations(graph, source(text), {}, faults);
  return faults.empty() ? "" : faults.items()[0].format();
}

}  // namespace

TEST_CASE("text and statements are bounded") {
  CHECK(fault_of(std::string(limits::kEquationBytes, ' ')) == "");
  CHECK(fault_of(std::string(limits::kEquationBytes + 1, ' ')) ==
        "s.toml:5:1: model.m.equations: the equations are too long; found 2000001 bytes; allowed: up to 2000000");
  std::string text;
  for (std::size_t k = 0; k < limits::kStatements; ++k) text += "a" + std::to_string(k) + " = x\n";
  CHECK(fault_of(text) == "");
  CHECK(fault_of(text + "more = 1\n") ==
        "s.toml:20005:1: model.m.equations: too many statements; allowed: up to 20000");
}

TEST_CASE("a graph does not grow without end, and the statement that made it so is told") {
  Graph graph;
  const Node x = graph.symbol("argument");
  Node body = x;
  for (int k = 0; k < 1000; ++k) body = graph.add(graph.unary(Op::tanh, body), x);
  ParseOptions options;
  options.functions = {{"f", x, body}};
  std::string text = "first = 1\nsecond = f(1*y)";
  for (int k = 2; k < 1100; ++k) text += " + f(" + std::to_string(k) + "*y)";
  Diagnostics faults;
  try {
    parse_equations(graph, source(text), options, faults);
    FAIL("taken");
  } catch (const ScenarioError& e) {
    CHECK(std::string(e.what()) ==
          "s.toml:6:1: model.m.equations: the equations are too large once they are written out; allowed: 2000000 "
          "operations");
  }
}

TEST_CASE("long sums, deep definitions: derivative, text, tape go through them without recursion") {
  Graph graph;
  Diagnostics faults;
  std::string text = "a0 = x\n";
  for (int k = 1; k < 15000; ++k) {
    text += "a" + std::to_string(k) + " = a" + std::to_string(k - 1) + "*y + " + std::to_string(k) + "\n";
  }
  text += "s = x";
  for (int k = 1; k < 100000; ++k) text += "+y*" + std::to_string(k);
  const auto set = parse_equations(graph, source(text), {}, faults);
  const auto whole = resolve_definitions(graph, set, source(text), faults);
  REQUIRE(faults.empty());
  const Node y = graph.symbol("y");
  const std::vector<Node> outputs = {whole[14999].value, whole[15000].value,
                                     differentiate(graph, whole[14999].value, y),
                                     differentiate(graph, whole[15000].value, y)};
  const auto symbols = free_symbols(graph, outputs);
  const Tape tape(graph, outputs, symbols);
  CHECK(tape.outputs() == 4);
  CHECK(evaluate(graph, outputs[3], {{"x", 1.0}, {"y", 1.0}}) == doctest::Approx(100000.0 * 99999.0 / 2));
}

TEST_CASE("text that doubles with each line ends somewhere; names of delays stay apart") {
  Graph graph;
  Diagnostics faults;
  std::string text = "a0 = x + y\n";
  for (int k = 1; k < 60; ++k)
    text += "a" + std::to_string(k) + " = a" + std::to_string(k - 1) + "*sin(a" + std::to_string(k - 1) + ")\n";
  const auto whole = resolve_definitions(graph, parse_equations(graph, source(text), {}, faults), source(text), faults);
  const std::string written = to_text(graph, whole[59].value);
  CHECK(written.size() < limits::kTextCharacters + 100);
  CHECK(written.ends_with("..."));
  CHECK(to_text(graph, whole[58].value) != to_text(graph, whole[0].value));
  CHECK(to_name(graph, whole[58].value) != to_name(graph, whole[59].value));
  CHECK(to_name(graph, whole[1].value) == to_text(graph, whole[1].value));
}
