#include "import/support.hpp"

using namespace neurode;
using namespace neurode::importing::test;

namespace {

const std::string kNeuron = "par c=-65,d=8\nv'=-v\nu'=-u\nw'=-w\n";

std::string reset(const std::string& event) { return line(imported_text(kNeuron + event), "reset = "); }

}  // namespace

TEST_CASE("events: a crossing becomes a threshold of its direction") {
  CHECK(line(imported_text(kNeuron + "global 1 v-30 {v=c}"), "threshold = ") == "\"v > 30\"");
  CHECK(line(imported_text(kNeuron + "global 1 {v-30} {v=c}"), "threshold = ") == "\"v > 30\"");
  CHECK(line(imported_text(kNeuron + "global -1 v+u {v=c}"), "threshold = ") == "\"v + u < 0.0\"");
  CHECK(line(imported_text(kNeuron + "global +1 V*u {v=c}"), "threshold = ") == "\"v*u > 0.0\"");
}

TEST_CASE("events: assignments mean the same one after the other and all at once") {
  CHECK(reset("global 1 v-30 {v=c;u=u+d}") == "\"v = c; u = u + d\"");
  CHECK(reset("global 1 v-30 {u=u+v;v=c}") == "\"u = u + v; v = c\"");
  CHECK(reset("global 1 v-30 {v=c;u=u+v}") == "\"v = c; u = u + c\"");  // the new v
  CHECK(reset("global 1 v-30 {v=u;w=v}") == "\"v = u; w = u\"");
  CHECK(reset("global 1 v-30 {v=u+1;w=v;u=w}") == "\"v = u + 1; w = u + 1; u = u + 1\"");
  CHECK(reset("global 1 v-30 {w=v;v=u;u=w}") == "none");  // v and u exchanged
  CHECK(remarks(kNeuron + "global 1 v-30 {w=v;v=u;u=w}") ==
        "m.ode:5:8: left out: an event whose assignments exchange states");
}

TEST_CASE("events: what an event cannot do here is left out, and said") {
  CHECK(remarks(kNeuron + "global 1 v-30 {c=2;v=c}").find("m.ode:5:8: left out: an event that changes c: ") == 0);
  CHECK(reset("global 1 v-30 {c=2;v=c}") == "\"v = c\"");
  const std::string two = kNeuron + "global 1 v-30 {v=c}\nglobal 1 u-1 {u=0}";
  CHECK(remarks(two) == "m.ode:6:8: left out: a second event: a model has one threshold and reset");
  CHECK(remarks(kNeuron + "global 0 v-30 {v=c}").find("left out: an event where a condition is met exactly") !=
        std::string::npos);
}

TEST_CASE("events: arret ends the run, an event at the start sets initial values") {
  CHECK(line(imported_text(kNeuron + "x=v+d\nglobal 1 x-c {arret=1}"), "stop = ") == "{ when = \"m.x > -65.0\" }");
  CHECK(line(imported_text(kNeuron + "global 0 t {v=c;u=v+d}"), "initial = ") == "{ v = -65.0, u = -57.0, w = 0.0 }");
}

TEST_CASE("events: faults") {
  CHECK(faults(kNeuron + "global 1 v-30 v=c") ==
        "m.ode:5:10: braces are missing; allowed: global SIGN {CONDITION} {NAME=FORMULA;...}");
  CHECK(faults(kNeuron + "global v-30 {v=c}").find("m.ode:5:8: the sign is missing") != std::string::npos);
  CHECK(faults(kNeuron + "global 1 v-30 {q=c}").find("m.ode:5:16: nothing is called \"q\" here") == 0);
  CHECK(faults(kNeuron + "global 1 v-z {v=c}").find("m.ode:5:12: nothing is called \"z\" here") == 0);
}
