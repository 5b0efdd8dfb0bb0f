#include "import/arrays.hpp"

#include "import/support.hpp"

using namespace neurode;
using namespace neurode::importing;
using namespace neurode::importing::test;

namespace {

std::string expanded(const std::string& text) {
  Diagnostics ds;
  std::string out;
  for (const auto& l : split_lines(text, "m.ode", ds)) out += (out.empty() ? "" : "|") + l.text;
  return ds.empty() ? out : messages(ds);
}

}  // namespace

TEST_CASE("arrays: a range writes its statement once an element") {
  CHECK(expanded("x[1..3]'=y[j]-2*y[j+1]+y[j-1]*z[j*2]") == "x1'=y1-2*y2+y0*z2|x2'=y2-2*y3+y1*z4|x3'=y3-2*y4+y2*z6");
  CHECK(expanded("x[2..1](0)=[j]/2") == "x2(0)=2/2|x1(0)=1/2");
  CHECK(expanded("par g[0..1]=1.5") == "par g0=1.5|par g1=1.5");
  CHECK(expanded("a=x[7]+x[ 3 ]") == "a=x7+x3");
  CHECK(expanded("init x[1..2]=0 y[1..2]=1") == "init x1=0 y1=1|init x2=0 y2=1");
}

TEST_CASE("arrays: a block repeats its statements element by element") {
  CHECK(expanded("%[1..2]\n# c\nu[j]'=v[j]\nv[j]'=-u[j]\n%\nw=1") == "# c|u1'=v1|v1'=-u1|u2'=v2|v2'=-u2|w=1");
}

TEST_CASE("arrays: comments stay as they are, lines go on behind a backslash") {
  CHECK(expanded("# x[1..3]\na=b \\\n +c # x[1..") == "# x[1..3]|a=b +c # x[1..");
  CHECK(expanded("a=1\r\nb=2\r\ndone\r\nc=3") == "a=1|b=2|done");
}

TEST_CASE("arrays: places are those of the file") {
  Diagnostics ds;
  const auto lines = split_lines("\n  x[1..2]'=a\\\n  *y[j+1]", "m.ode", ds);
  REQUIRE(lines.size() == 3);  // an empty one
  CHECK(lines[2].text == "x2'=a  *y3");
  CHECK(lines[2].at(0).text() == "m.ode:2:3");
  CHECK(lines[2].at(4).text() == "m.ode:2:12");
  CHECK(lines[2].at(8).text() == "m.ode:3:4");
  CHECK(lines[2].at(9).text() == "m.ode:3:5");
  CHECK(!lines[1].repeated);
  CHECK(lines[2].repeated);
}

TEST_CASE("arrays: faults") {
  CHECK(expanded("x[1..n]'=1") ==
        "m.ode:1:2: the ends of a range must be integers; found \"[1..n]\"; allowed: a range like [1..10]");
  CHECK(expanded("x'=y[j]") ==
        "m.ode:1:5: no index of an array; found \"[j]\"; allowed: [3]; [j] belongs into a statement with a range "
        "[1..10]");
  CHECK(expanded("x[1..2]'=y[j+k]").find("m.ode:1:11: no index of an array; found \"[j+k]\"") == 0);
  CHECK(expanded("x[0..1]'=y[j-1]").find("m.ode:1:11: the index is -1: XPPAUT would read a difference") == 0);
  CHECK(expanded("x[1..2]'=y[1..3]").find("m.ode:1:11: two different ranges") == 0);
  CHECK(expanded("x[1..2]'=y[j").find("m.ode:1:11: missing \"]\"") == 0);
  CHECK(expanded("x[1..20000]'=1").find("m.ode:1:2: an array of 20000 elements; allowed: at most 10000") == 0);
  CHECK(expanded("%[1..2]\nx[j]'=1") ==
        "m.ode:1:1: the block is never closed; allowed: a line \"%\" behind its statements");
}
