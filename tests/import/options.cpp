#include "import/support.hpp"

using namespace neurode;
using namespace neurode::importing::test;

namespace {

std::string with(const std::string& options, const std::string& start) {
  return line(imported_text("x'=-x\n@ " + options), start);
}

}  // namespace

TEST_CASE("options: XPPAUT's own where the file says nothing") {
  const auto toml = imported_text("x'=-x");
  CHECK(line(toml, "method = ") == "\"rk4\"");
  CHECK(line(toml, "dt = ") == "0.05");
  CHECK(line(toml, "end = ") == "20.0");
  CHECK(line(toml, "every = ") == "0.05");
  CHECK(line(toml, "start = ") == "none");
}

TEST_CASE("options: time and record") {
  CHECK(with("total=5,t0=-2", "start = ") == "-2.0");
  CHECK(with("total=5,t0=-2", "end = ") == "3.0");
  CHECK(with("dt=.1,nout=3", "every = ") == "0.3");  // not 0.30000000000000004
  CHECK(with("DT=.1 NJMP = 7", "every = ") == "0.7");
}

TEST_CASE("options: methods by their first letter, tolerances where the step is adapted") {
  const std::vector<std::pair<std::string, std::string>> methods{{"euler", "euler"},
                                                                 {"modeuler", "heun"},
                                                                 {"rungekutta", "rk4"},
                                                                 {"rk4", "rk4"},
                                                                 {"adams", "adams_bashforth_moulton"},
                                                                 {"gear", "cvode_bdf"},
                                                                 {"cvode", "cvode_bdf"},
                                                                 {"stiff", "rodas5p"},
                                                                 {"backeul", "implicit_euler"},
                                                                 {"qualrk", "dopri5"},
                                                                 {"5dp", "dopri5"},
                                                                 {"dp5", "dopri5"},
                                                                 {"83dp", "dop853"},
                                                                 {"dp83", "dop853"},
                                                                 {"2rb", "rosenbrock23"},
                                                                 {"ymp", "rk4"}};
  for (const auto& [theirs, ours] : methods) CHECK(with("meth=" + theirs, "method = ") == "\"" + ours + "\"");
  CHECK(with("meth=cvode,toler=1e-5,atoler=1e-7,dtmax=2", "rtol = ") == "1e-05");
  CHECK(with("meth=cvode,toler=1e-5,atoler=1e-7,dtmax=2", "atol = ") == "1e-07");
  CHECK(with("meth=cvode,toler=1e-5,atoler=1e-7,dtmax=2", "dt_max = ") == "2.0");
  CHECK(with("meth=cvode,dt=.2", "dt = ") == "none");
  CHECK(with("meth=euler,toler=1e-5", "rtol = ") == "none");
  CHECK(remarks("x'=1\n@ meth=euler,toler=1e-5") == "m.ode:2:14: left out: toler=1e-5: the step is fixed");
}

TEST_CASE("options: what is left out is said, a line at a time") {
  CHECK(remarks("x'=1\n@ xlo=0,yhi=2,trans=5\n@ ntst=20") ==
        "m.ode:2:3: left out: what is for XPPAUT's plots and analyses: xlo=0, yhi=2\n"
        "m.ode:2:15: left out: trans=5: the scenario records from the start\n"
        "m.ode:3:3: left out: what is for XPPAUT's plots and analyses: ntst=20");
}

TEST_CASE("options: faults") {
  CHECK(faults("x'=1\n@ total=abc") == "m.ode:2:9: \"total\" must be a number; found \"abc\"");
  CHECK(faults("x'=1\n@ dt=-.1") == "m.ode:2:6: \"dt\" must be > 0: neurode integrates forwards; found -.1");
  CHECK(faults("x'=1\n@ total=0").find("m.ode:2:9: \"total\" must be > 0") == 0);
  CHECK(faults("x'=1\n@ meth=discrete").find("m.ode:2:8: the method \"discrete\" has no counterpart") == 0);
}
