#include "import/statements.hpp"

#include "import/support.hpp"

using namespace neurode;
using namespace neurode::importing;
using namespace neurode::importing::test;

namespace {

/// The scenario's section [model.m.parameters], without its header.
std::string parameters(const std::string& text) {
  const std::string toml = imported_text(text + "\nzz'=-zz"), header = "[model.m.parameters]\n";
  const auto at = toml.find(header);
  if (at == std::string::npos) return "none";
  return toml.substr(at + header.size(), toml.find("\n\n", at) - at - header.size());
}

}  // namespace

TEST_CASE("statements: lists are split at commas and blanks, as XPPAUT does") {
  CHECK(parameters("par a=1,b = 2 c=3, d= -.5") == "a = 1.0\nb = 2.0\nc = 3.0\nd = -0.5");
  CHECK(parameters("p a=1e3\nPARAMETERS b\nparam c=+2") == "a = 1000.0\nb = 0.0\nc = 2.0");
  CHECK(parameters("number a=4") == "# XPPAUT has it as a fixed number:\na = 4.0");
  CHECK(parameters("par a=1/2") == "a = 1.0");
  CHECK(remarks("par a=1/2\nx'=a") == "m.ode:1:7: note: \"1/2\" is 1.0, as XPPAUT reads it: up to the number's end");
  CHECK(parameters("par g[1..2]=3,h=4") == "g1 = 3.0\nh = 4.0\ng2 = 3.0");
}

TEST_CASE("statements: the first spelling of a name stands, whatever the others") {
  const auto toml = imported_text("par gNa=2\ninit v=1\nV'=-GNA*v\nAUX Twice=2*V");
  CHECK(line(toml, "dv/dt = ") == "-gNa*v");
  CHECK(line(toml, "Twice = ") == "2*v");
  CHECK(line(toml, "initial = ") == "{ v = 1.0 }");
  CHECK(line(toml, "variables = ") == "[\"m\", \"m.Twice\"]");
}

TEST_CASE("statements: rates, fixed and derived quantities, functions, initial values") {
  const auto toml = imported_text(
      "dx/dt=f(x,2)+u\ny ' = -y + d\n!d=2*k\nu=k*x\npar "
      "k=3\nf(a,B)=a*b+g(a)\ng(z)=z^2-k\nx(0)=k/2\ny(0)=-1\ndone\nrubbish(");
  CHECK(line(toml, "dx/dt = ") == "x*2 + (x^2 - k) + u");
  CHECK(line(toml, "dy/dt = ") == "-y + d");
  CHECK(line(toml, "d = ") == "2*k");
  CHECK(line(toml, "u = ") == "k*x");
  CHECK(line(toml, "initial = ") == "{ x = 1.5, y = -1.0 }");
}

TEST_CASE("statements: names that neurode needs itself get another") {
  const auto toml = imported_text("par size=1,f=2,I=3\nwhere'=-size*f+I*t*pi");
  CHECK(line(toml, "dwhere_/dt = ") == "-size_*f + I*t*pi");
  CHECK(remarks("par size=1\nx'=size") ==
        "m.ode:1:5: changed: \"size\" is called \"size_\": neurode uses the name itself");
  CHECK(line(imported_text("par xi=1,xi_a=2,xi1=3\nx'=xi+xi_a*xi1"), "dx/dt = ") == "xi1 + xi1_a*xi1_");
  CHECK(faults("par t=1\nx'=1") == "m.ode:1:5: \"t\" is XPPAUT's own and cannot be defined; allowed: another name");
  CHECK(faults("sin(x)=x\nx'=1").find("m.ode:1:1: \"sin\" is XPPAUT's own") == 0);
}

TEST_CASE("statements: comments stay beside what they are about") {
  const auto toml = imported_text("# a title\n# more\npar a=1 # leak\n# both\npar b=2,c=3\n# a rate\nx'=-a*x # decay");
  CHECK(line(toml, "title = ") == "\"a title\"");
  CHECK(toml.find("\n# more\n") != std::string::npos);
  CHECK(line(toml, "a = ") == "{ default = 1.0, help = \"leak\" }");
  CHECK(toml.find("\n# both\nb = 2.0\nc = 3.0\n") != std::string::npos);
  CHECK(toml.find("\n# a rate\ndx/dt = -a*x  # decay\n") != std::string::npos);
}

TEST_CASE("statements: functions that neurode has otherwise") {
  CHECK(line(imported_text("x'=heav(x-1)+heav(x)"), "dx/dt = ") == "(x >= 1) + (x >= 0.0)");
  CHECK(line(imported_text("x'=flr(x)+ln(x)+log(x)+log10(x)"), "dx/dt = ") == "floor(x) + log(x) + log(x) + log10(x)");
  CHECK(line(imported_text("x'=erfc(x)*sum(1,3)of(x^i')"), "dx/dt = ") == "(1.0 - erf(x))*(x^1.0 + x^2.0 + x^3.0)");
  CHECK(line(imported_text("a'=1\nb'=2\nc=shift(a,1)+shift(b,-1)"), "c = ") == "b + a");
  CHECK(faults("a'=shift(a,1)").find("m.ode:1:10: there is no variable 1 places from \"a\"") == 0);
  CHECK(faults("a'=shift(a,t)").find("m.ode:1:12: the distance of a shift must be an integer known beforehand") == 0);
}

TEST_CASE("statements: what has no counterpart is a fault where something needs it") {
  CHECK(faults("x(t+1)=x").find("m.ode:1:1: \"x(t+1)=\" is a map") == 0);
  CHECK(faults("2\no x").find("m.ode:1:1: this is XPPAUT's old format") == 0);
  CHECK(faults("0=x-y\nx'=1").find("m.ode:1:1: an algebraic equation has no counterpart") == 0);
  CHECK(faults("markov z 2\n{0} {1}\n{2} {0}\nx'=z") ==
        "m.ode:4:4: \"z\" is a Markov chain, which has no counterpart in neurode");
  CHECK(faults("table w file.tab\nx'=w(x)") ==
        "m.ode:2:4: \"w\" is a table from a file, which has no counterpart in neurode");
  CHECK(faults("x'=normal(0,1)").find("m.ode:1:4: \"normal\" draws a new number") == 0);
  CHECK(remarks("markov z 2\n{0} {1}\n{2} {0}\nx'=1") == "m.ode:1:8: left out: \"z\", a Markov chain");
  CHECK(line(imported_text("table w % 11 0 1 t^2\nx'=w(x)"), "dx/dt = ") == "x^2");
  CHECK(faults("f(x)=f(x-1)\ny'=f(y)").find("the function \"f\" calls itself") != std::string::npos);
  CHECK(faults("a=b\nb=2*a\nx'=a").find("\"a\" depends on itself") != std::string::npos);
  CHECK(faults("par a=1").find("the file has no differential equation") != std::string::npos);
}

TEST_CASE("statements: sets become presets, only chooses what is recorded") {
  const auto toml = imported_text("par a=1\nx'=-a*x\naux y=2*x\nset fast {a=5,x=2,xlo=3}\nonly y");
  CHECK(toml.find("[model.m.presets.fast]\nparameters = { a = 5.0 }\ninitial = { x = 2.0 }\n") != std::string::npos);
  CHECK(line(toml, "variables = ") == "[\"m.y\"]");
  CHECK(faults("x'=1\nset a b").find("m.ode:2:5: braces are missing") == 0);
}
