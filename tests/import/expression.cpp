#include "import/expression.hpp"

#include <cmath>

#include "import/support.hpp"

using namespace neurode;
using namespace neurode::importing;
using namespace neurode::importing::test;

namespace {

std::string read(const std::string& text) {
  Diagnostics ds;
  std::vector<Remark> notes;
  const Tree tree = importing::parse_expression(line_of(text), ds, notes);
  return tree == nullptr ? messages(ds) : to_text(tree);
}

std::string note(const std::string& text) {
  Diagnostics ds;
  std::vector<Remark> notes;
  importing::parse_expression(line_of(text), ds, notes);
  REQUIRE(ds.empty());
  return notes.empty() ? "" : notes[0].format();
}

double value(const std::string& text) {
  Diagnostics ds;
  std::vector<Remark> notes;
  const auto v = importing::evaluate(importing::parse_expression(line_of(text), ds, notes), {{"x", 3}, {"y", -2}});
  REQUIRE(v);
  return *v;
}

}  // namespace

TEST_CASE("expression: operators bind as XPPAUT has them") {
  CHECK(read("a+b*c^d") == "a + b*c^d");
  CHECK(read("a^b^c") == "(a^b)^c");
  CHECK(read("a^(b^c)") == "a^b^c");
  CHECK(read("a**b") == "a^b");
  CHECK(read("-a^2") == "-a^2");
  CHECK(read("(-a)^2") == "(-a)^2");
  CHECK(read("a^-2*b") == "a^-2*b");
  CHECK(read("a-(b-c)") == "a - (b - c)");
  CHECK(read("a-b-c") == "a - b - c");
  CHECK(read("a/(b*c)") == "a/(b*c)");
  CHECK(read("a/b*c") == "a/b*c");
  CHECK(read("a*-b") == "a*(-b)");
  CHECK(read("a+-b") == "a + (-b)");
  CHECK(read("x>1&y<2|z==3") == "x > 1 and y < 2 or z == 3");
  CHECK(read("(x>1|y<2)&z!=3") == "(x > 1 or y < 2) and z != 3");
  CHECK(read("not(x>=1)&y<=2") == "not x >= 1 and y <= 2");
  CHECK(read("2*(x>1)") == "2*(x > 1)");
  CHECK(read("if(x>1)then(a)else(b)+1") == "where(x > 1, a, b) + 1");
  CHECK(read("max(A,b)+SIN( x )") == "max(a, b) + sin(x)");
  CHECK(read("x == y") == "x == y");
}

TEST_CASE("expression: where XPPAUT's order is not the usual one it is kept and said") {
  CHECK(read("a+b>c") == "a + (b > c)");
  CHECK(note("a+b>c") == "m.ode:1:2: note: read as a + (b > c), by XPPAUT's order of operators");
  CHECK(read("2*x>1") == "2*(x > 1)");
  CHECK(note("2*x>1") != "");
  CHECK(read("-x>1") == "-(x > 1)");
  CHECK(note("-x>1") != "");
  CHECK(note("a^b^c") != "");
  CHECK(read("a>b>c") == "(a > b) > c");
  CHECK(note("a>b>c") != "");
  CHECK(read("a&b+c") == "(a and b) + c");
  CHECK(note("a&b+c") != "");
  for (const char* usual : {"(a+b)>c", "a+(b>c)", "a^2>b", "x>1&y<2|z", "a*b&c", "a-b-c", "(a^b)^c", "not(x>1)",
                            "-(x>1)", "a|b&c", "x>-1"}) {
    CAPTURE(usual);
    CHECK(note(usual) == "");
  }
}

TEST_CASE("expression: numbers keep their spelling as far as neurode reads it") {
  CHECK(read("1e-3+.5+5.+1.E3+0.10") == "1e-3 + 0.5 + 5.0 + 1.0E3 + 0.10");
  CHECK(read("1e-3x") ==
        "m.ode:1:1: malformed number \"1e-3x\"; allowed: numbers like 2, 0.5 or 1e-3; a product needs \"*\"");
  CHECK(read("1.2.3").starts_with("m.ode:1:1: malformed number"));
}

TEST_CASE("expression: values") {
  CHECK(value("x^2+y") == 7);
  CHECK(value("x^2^y") == doctest::Approx(1.0 / 81).epsilon(1e-15));
  CHECK(value("-x^2") == -9);
  CHECK(value("mod(y,x)") == 1);
  CHECK(value("if(x>y)then(10)else(20)") == 10);
  CHECK(value("(x>y)+not(x>y)+(x>1&y>1)+(x>1|y>1)") == 2);
  CHECK(value("atan2(y,x)+min(x,y)") == doctest::Approx(std::atan2(-2.0, 3.0) - 2).epsilon(1e-15));
  Diagnostics ds;
  std::vector<Remark> notes;
  CHECK(!importing::evaluate(importing::parse_expression(line_of("x+q"), ds, notes), {{"x", 1}}));
}

TEST_CASE("expression: faults have their places") {
  CHECK(read("a*(b+c") == "m.ode:1:3: missing \")\" for this \"(\"");
  CHECK(read("a+b)") == "m.ode:1:4: \")\" without \"(\"");
  CHECK(read("a+") ==
        "m.ode:1:3: a value is missing; found the end of the formula; allowed: a number, a name, a function or \"(\"");
  CHECK(read("a b") ==
        "m.ode:1:3: an operator is missing; found \"b\"; allowed: an operator between two values, as in \"2*x\"");
  CHECK(read("a=b") == "m.ode:1:2: unexpected \"=\" in a formula; allowed: \"==\" to compare");
  CHECK(read("a ~ b") == "m.ode:1:3: unexpected character; found \"~\"");
  CHECK(read("f(a,,b)") == "m.ode:1:5: an argument is missing; found \",\"");
  CHECK(read("if(a)then(b)") ==
        "m.ode:1:13: \"else\" is missing; found the end of the formula; allowed: if(CONDITION)then(VALUE)else(VALUE)");
  CHECK(read("()") == "m.ode:1:2: nothing between \"(\" and \")\"; allowed: a formula");
  CHECK(read(std::string(400, '(') + "a" + std::string(400, ')')).find("nested too deeply") != std::string::npos);
  CHECK(read(std::string(400, '-') + "a").find("nested too deeply") != std::string::npos);
  CHECK(read("int{exp(-t)#x}").find("Volterra") != std::string::npos);
}
