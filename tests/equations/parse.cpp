#include "neurode/equations/parse.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace neurode;
using namespace neurode::equations;

namespace {

struct Parsed {
  Graph graph;
  Diagnostics diagnostics;
  EquationSet set;
  SourceText source;

  explicit Parsed(std::string text, const ParseOptions& options = {}, Location origin = {"m.toml", 3, 5})
      : source{std::move(text), std::move(origin), "model.x.equations"} {
    set = parse_equations(graph, source, options, diagnostics);
  }
  std::string text(std::size_t i) const { return to_text(graph, set.statements.at(i).value); }
};

struct Fault {
  std::string text;
  int line, column;
  std::string problem;  ///< part of it
  std::string found = {};
  std::string suggestion = {};
};

void check_fault(const Fault& f, const ParseOptions& options = {}) {
  const Parsed p(f.text, options);
  CAPTURE(f.text.substr(0, 200));
  REQUIRE(p.diagnostics.size() == 1);
  const Diagnostic& d = p.diagnostics.items()[0];
  CAPTURE(d.format());
  CHECK(d.where.file == "m.toml");
  CHECK(d.where.line == f.line);
  CHECK(d.where.column == f.column);
  CHECK(d.key == "model.x.equations");
  CHECK(d.problem.find(f.problem) != std::string::npos);
  CHECK(d.found == f.found);
  CHECK(d.suggestion == f.suggestion);
}

std::string expression(const std::string& text, const ParseOptions& options = {}) {
  Graph g;
  Diagnostics d;
  const auto p = parse_expression(g, {text, {"", 1, 1}, ""}, options, d);
  if (!d.empty()) return d.items()[0].format();
  return to_text(g, p->value);
}

}  // namespace

TEST_CASE("parse: statements, rates, definitions, separators, comments") {
  const Parsed p(
      "dv/dt = v - v**3/3 - w + I # fast\n\n dw / dt = (v + a -\n   b*w) / tau; delta = .5e1\nd = 1\n"
      "x = where(v > 1,\n 2, 3\n   )\n# end");
  for (const auto& d : p.diagnostics.items()) FAIL(d.format());
  REQUIRE(p.set.statements.size() == 5);
  CHECK(p.text(0) == "v - v^3/3 - w + I");
  CHECK(p.text(1) == "(v + a - b*w)/tau");
  CHECK(p.text(2) == "5");
  CHECK(p.text(4) == "where(1 < v, 2, 3)");
  CHECK(p.set.statements[1].name == "w");
  CHECK(p.set.statements[1].is_rate);
  CHECK(p.set.statements[1].where.line == 5);
  CHECK(p.set.statements[1].where.column == 2);
  CHECK(p.set.statements[2].name == "delta");
  CHECK(!p.set.statements[2].is_rate);
  CHECK(p.set.statements[2].where.line == 6);
  CHECK(p.set.statements[2].where.column == 16);
  CHECK(p.set.statements[3].name == "d");
}

TEST_CASE("parse: every use of a name has its place") {
  const Parsed p("dv/dt = a + µ", {}, {"m.toml", 3, 5});
  CHECK(p.diagnostics.size() == 1);
  const Parsed q("x = a*\n  b + a", {}, {"m.toml", 3, 5});
  REQUIRE(q.set.uses.size() == 3);
  CHECK(q.graph.name(q.set.uses[0].symbol) == "a");
  CHECK(q.set.uses[0].where.line == 3);
  CHECK(q.set.uses[0].where.column == 9);
  CHECK(q.set.uses[1].where.line == 4);
  CHECK(q.set.uses[1].where.column == 3);
  CHECK(q.set.uses[2].where.column == 7);
  CHECK(q.source.at(0).column == 5);
  CHECK(q.source.at(11).line == 4);
  CHECK(q.source.at(11).column == 5);
}

TEST_CASE("parse: precedence") {
  CHECK(expression("-x^2") == "-x^2");
  CHECK(expression("2^3^2") == "512");
  CHECK(expression("2^-1") == "0.5");
  CHECK(expression("-2^2") == "-4");
  CHECK(expression("8/4/2") == "1");
  CHECK(expression("1 - 2 - 3") == "-4");
  CHECK(expression("not 1 < 2 or 1 == 1 and 2 != 2") == "0");
  CHECK(expression("- - + -x") == "-x");
  CHECK(expression("1 +\n 2 # a comment\n\n * 3") == "7");
  CHECK(expression("max(1, 5, 3) + min(2, 1)") == "6");
  CHECK(expression("pow(x, 2)") == "x^2");
}

TEST_CASE("parse: faults have their exact place and say what is wrong") {
  for (const Fault& f : std::vector<Fault>{
           {"a = sigmod(x)", 3, 9, "unknown function \"sigmod\"", "", "logistic"},
           {"a = tnah(x)", 3, 9, "unknown function \"tnah\"", "", "tanh"},
           {"a = 1\nb = exp(1, 2)", 4, 5, "wrong number of arguments of \"exp\"", "2"},
           {"a = min(1)", 3, 9, "wrong number of arguments of \"min\"", "1"},
           {"a = where(1, 2)", 3, 9, "wrong number of arguments of \"where\"", "2"},
           {"a = exp()", 3, 9, "wrong number of arguments", "0"},
           {"a = exp(1,)", 3, 15, "an argument is missing", "\")\""},
           {"a = (1 + 2\nb = 3", 3, 9, "missing \")\"", "the end of the line"},
           {"a = exp(1 + 2", 3, 12, "missing \")\"", "the end of the text"},
           {"a = 1 + 2)", 3, 14, "\")\" without \"(\""},
           {"a = 1 + § 2", 3, 13, "unexpected character", "\"§\""},
           {"a = \"µ\" $", 3, 9, "unexpected character", "\"\"\""},
           {"a = µ", 3, 9, "unexpected character", "\"µ\""},
           {"a = b && c", 3, 11, "unexpected character", "\"&&\"", "and"},
           {"a = !b", 3, 9, "unexpected character", "\"!\"", "not"},
           {"a =", 3, 7, "the right side of \"a\" is empty"},
           {"da/dt = # nothing\nb = 1", 3, 11, "the right side of \"da/dt\" is empty"},
           {"dv/dt = 1\ndv/dt = 2", 4, 1, "\"v\" is defined twice"},
           {"dv/dt = 1; v = 2", 3, 16, "\"v\" is defined twice"},
           {"exp = 1", 3, 5, "\"exp\" is a function"},
           {"t = 1", 3, 5, "\"t\" is time"},
           {"dpi/dt = 1", 3, 5, "\"pi\" is a constant"},
           {"a = 1.2.3", 3, 9, "malformed number \"1.2.3\""},
           {"a = 1e + 2", 3, 9, "malformed number \"1e\""},
           {"a = 2x", 3, 9, "malformed number \"2x\""},
           {"a = 1e999", 3, 9, "too large or too small"},
           {"a = b < c < d", 3, 15, "comparisons cannot be chained", "\"<\""},
           {"a = b c", 3, 11, "an operator is missing", "\"c\""},
           {"a = b = c", 3, 11, "unexpected \"=\""},
           {"a = 1 + * 2", 3, 13, "a value is missing after \"+\"", "\"*\""},
           {"a = 1 +\nb = 2", 3, 11, "a value is missing after \"+\"", "the end of the line"},
           {"a = 1 + ", 3, 11, "a value is missing after \"+\"", "the end of the text"},
           {"a = ()", 3, 10, "nothing between"},
           {"a = exp + 1", 3, 9, "needs its arguments in parentheses", "\"+\""},
           {"a = 1 + not b", 3, 13, "\"not\" must stand in parentheses"},
           {"+ 1", 3, 5, "a statement begins with a name", "\"+\""},
           {"v + 1", 3, 7, "\"=\" is missing after \"v\"", "\"+\""},
           {"v/dt = 1", 3, 5, "a rate is written dNAME/dt", "\"v/dt\""},
           {"a = hidden.b", 3, 15, "unexpected \".\""},
           {"a = b[1]", 3, 10, "unexpected \"[\""},
       }) {
    check_fault(f);
  }
}

TEST_CASE("parse: goes on after a fault, and the name is known") {
  const Parsed p("a = 1 +\ndb/dt = foo(2) * bar(3)\nc = )\nd = 4");
  CHECK(p.diagnostics.size() == 4);
  REQUIRE(p.set.statements.size() == 4);
  CHECK(p.text(3) == "4");
}

TEST_CASE("parse: depth is bounded, length is not") {
  const std::size_t n = 100000;
  check_fault({"a = " + std::string(n, '(') + "1" + std::string(n, ')'), 3, 9 + 200, "nested too deeply"});
  std::string powers = "a = x", calls = "a = ", nots = "a = ", sum = "a = x";
  for (std::size_t i = 0; i < n; ++i) powers += "^x";
  for (std::size_t i = 0; i < n; ++i) calls += "exp(";
  for (std::size_t i = 0; i < n; ++i) nots += "not ";
  while (sum.size() < 1000000) sum += " + x*2.5 - y";
  CHECK(Parsed(powers).diagnostics.size() == 1);
  CHECK(Parsed(calls).diagnostics.size() == 1);
  CHECK(Parsed(nots + "x").diagnostics.empty());
  CHECK(Parsed("a = " + std::string(n, '-') + "x").text(0) == "x");
  CHECK(Parsed(sum).diagnostics.empty());
}

TEST_CASE("parse: user functions") {
  Graph g;
  ParseOptions options;
  const Node s = g.symbol("argument of f");
  options.functions.push_back({"f", s, g.unary(Op::tanh, g.mul(g.constant(2), s))});
  Diagnostics d;
  const auto p = parse_expression(g, {"f(x + f(y))", {}, ""}, options, d);
  REQUIRE(p);
  CHECK(to_text(g, p->value) == "tanh(2*(x + tanh(2*y)))");
  CHECK(p->uses.size() == 2);
  check_fault({"a = f(1, 2)", 3, 9, "wrong number of arguments of \"f\"", "2"}, options);
  check_fault({"f = 2", 3, 5, "\"f\" is a function"}, options);
}

TEST_CASE("parse: paths") {
  ParseOptions paths;
  paths.paths = true;
  Graph g;
  const auto names = [&](const std::string& text) {
    Diagnostics d;
    const auto p = parse_expression(g, {text, {"", 1, 1}, ""}, paths, d);
    for (const auto& item : d.items()) FAIL(item.format());
    std::string out;
    for (const auto& use : p->uses) out += (out.empty() ? "" : "|") + g.name(use.symbol);
    const auto again = parse_expression(g, {to_text(g, p->value), {"", 1, 1}, ""}, paths, d);
    CHECK(again->value == p->value);
    return out;
  };
  CHECK(names("hidden.a[3] + hidden.a[3, 1]") == "hidden.a[3]|hidden.a[3,1]");
  CHECK(names("mean( hidden.a ) - sum(x) * min(hidden.a[2]) + max(a)") ==
        "mean(hidden.a)|sum(x)|min(hidden.a[2])|max(a)");
  CHECK(names("\"input -> hidden\".weights[0, 1]^2 + mean(\"a -> b\".weights)") ==
        "input -> hidden.weights[0,1]|mean(a -> b.weights)");
  CHECK(names("max(a.x, b.y)") == "a.x|b.y");
  CHECK(names("loss") == "loss");
  check_fault({"a = hidden.[1]", 3, 16, "a name is missing after \".\"", "\"[\""}, paths);
  check_fault({"a = b.c[x]", 3, 13, "an index is missing or not an integer", "\"x\""}, paths);
  check_fault({"a = b.c[1.5]", 3, 13, "an index is missing or not an integer", "\"1.5\""}, paths);
  check_fault({"a = b.c[1", 3, 12, "missing \"]\"", "the end of the text"}, paths);
  check_fault({"a = mean(1 + b)", 3, 14, "\"mean\" takes the name of a variable", "\"1\""}, paths);
  check_fault({"a = sum(2*b)", 3, 13, "\"sum\" takes the name of a variable", "\"2\""}, paths);
  check_fault({"a = mean(b + 1)", 3, 16, "\"mean\" takes one name", "\"+\""}, paths);
  check_fault({"a = \"\u00e9\".w + $", 3, 17, "unexpected character", "\"$\""}, paths);  // columns count characters
  check_fault({"a = \"b.c", 3, 9, "unexpected character", "\"\"\""}, paths);
}

TEST_CASE("parse: function names are sorted") {
  const auto& names = function_names();
  CHECK(std::is_sorted(names.begin(), names.end()));
  CHECK(std::find(names.begin(), names.end(), "exprel") != names.end());
}

TEST_CASE("resolve: definitions are inlined whatever their order") {
  Parsed p("dv/dt = a + w\nb = 2*v\na = b^2 + b\nw = a - c");
  const auto s = resolve_definitions(p.graph, p.set, p.source, p.diagnostics);
  CHECK(p.diagnostics.empty());
  REQUIRE(s.size() == 4);
  CHECK(s[0].name == "v");
  CHECK(to_text(p.graph, s[0].value) == "(2*v)^2 + 2*v + ((2*v)^2 + 2*v - c)");
  CHECK(to_text(p.graph, s[3].value) == "(2*v)^2 + 2*v - c");
}

TEST_CASE("resolve: cycles are reported once each, with their path") {
  Parsed p("x = 1\nb = c + 1\nc = a\na = b*x\nz = z\ndv/dt = a + z + y\ny = 2*a");
  const auto s = resolve_definitions(p.graph, p.set, p.source, p.diagnostics);
  REQUIRE(p.diagnostics.size() == 2);
  CHECK(p.diagnostics.items()[0].found == "b -> c -> a -> b");
  CHECK(p.diagnostics.items()[0].where.line == 4);
  CHECK(p.diagnostics.items()[0].where.column == 1);
  CHECK(p.diagnostics.items()[1].found == "z -> z");
  CHECK(to_text(p.graph, s[5].value) == "a + z + 2*a");
  CHECK(to_text(p.graph, s[3].value) == "b");
}

TEST_CASE("resolve: a cycle's path begins at its first definition, however it is met") {
  Parsed p("x = c\nb = c\nc = b");
  resolve_definitions(p.graph, p.set, p.source, p.diagnostics);
  REQUIRE(p.diagnostics.size() == 1);
  CHECK(p.diagnostics.items()[0].found == "b -> c -> b");
  CHECK(p.diagnostics.items()[0].where.line == 4);
}

TEST_CASE("resolve: a chain of ten thousand definitions") {
  std::string text = "x0 = v\n";
  for (int i = 1; i < 10000; ++i) text += "x" + std::to_string(i) + " = sin(x" + std::to_string(i - 1) + ") + 1\n";
  Parsed p(text + "dv/dt = x9999");
  const auto s = resolve_definitions(p.graph, p.set, p.source, p.diagnostics);
  CHECK(p.diagnostics.empty());
  const Node symbols[] = {s.back().value};
  CHECK(free_symbols(p.graph, symbols).size() == 1);
}
