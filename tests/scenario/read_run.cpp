#include "scenario/check.hpp"

using namespace neurode;
using namespace neurode::scenario;

namespace {

const std::string kPopulation = "schema = 1\n[population.p]\nmodel = \"m\"\n[time]\n";

TimeSection time(const std::string& keys) { return good_scenario(kPopulation + keys).time; }

std::string time_fault(const std::string& keys) {
  const auto all = faults(kPopulation + keys);
  REQUIRE(all.size() == 1);
  return all[0];
}

}  // namespace

TEST_CASE("times and their unit") {
  CHECK(time("start = -5\nend = 10\n").start == -5.0);
  CHECK(time("end = 10\n").unit.empty());
  CHECK(time("end = 10\nunit = \"ms\"\n").unit == "ms");
  CHECK(time("end = 10\nunit = \"ms\"\n").end == 10.0);
  CHECK(time("end = \"10 s\"\nunit = \"ms\"\n").end == 10000.0);
  const TimeSection a = time("end = \"10 ms\"\nstart = \"100 us\"\n");
  CHECK(a.unit == "ms");
  CHECK(a.end == 10.0);
  CHECK(a.start == 0.1);
  const TimeSection b = time("end = 10\nstart = \"1 s\"\n");
  CHECK(b.unit == "s");
  CHECK(b.end == 10.0);
  CHECK(time_fault("end = \"10 mV\"\n") ==
        "s.toml:5:7: time.end: has the unit mV (kg m2 s-3 A-1) where s is wanted; found the string \"10 mV\"; allowed: "
        "a number, "
        "in s");
  CHECK(time_fault("end = \"10 mV\"\nunit = \"ms\"\n")
            .starts_with("s.toml:5:7: time.end: has the unit mV (kg m2 s-3 A-1) where ms (s) is wanted; "));
  CHECK(time_fault("end = 1\nunit = \"mV\"\n") ==
        "s.toml:6:8: time.unit: is no unit of time; found the string \"mV\"; allowed: s, ms, us, min, h, ...");
  CHECK(time_fault("start = 1\n") == "s.toml:4:1: time: lacks the key \"end\"; allowed: end = a number");
  CHECK(time_fault("start = 1\nend = 1\n") == "s.toml:6:7: time.end: must be later than start = 1.0; found 1");
  CHECK(time_fault("end = inf\n") == "s.toml:5:7: time.end: must be finite; found inf; allowed: a number");
  CHECK(time_fault("end = \"soon\"\n") ==
        "s.toml:5:7: time.end: must be a number; found the string \"soon\"; allowed: a number");
  CHECK(time_fault("end = 1\nstep = 3\n") ==
        "s.toml:6:1: time.step: is no key of [time]; allowed: \"start\", \"end\", \"unit\" and \"stop\" (did you mean "
        "\"stop\"?)");
}

TEST_CASE("conditions that end a run") {
  const TimeSection t =
      time("end = 1\nstop = { when = \"p.a[0] > 0.5\", loss = 1e-3, accuracy = 1, steady_state = 1e-8 }\n");
  REQUIRE(t.stop.size() == 4);
  CHECK(t.stop[0].kind == "when");
  CHECK(t.stop[0].value.string() == "p.a[0] > 0.5");
  CHECK(t.stop[0].value.text_column == 18);
  CHECK(t.stop[1].kind == "loss");
  CHECK(t.stop[1].value.number() == 1e-3);
  CHECK(t.stop[2].kind == "accuracy");
  CHECK(t.stop[3].kind == "steady_state");
  CHECK(time_fault("end = 1\nstop = {}\n").starts_with("s.toml:6:8: time.stop: has no condition; "));
  CHECK(time_fault("end = 1\nstop = { loss = 0 }\n") ==
        "s.toml:6:17: time.stop.loss: must be > 0; found 0; allowed: a number > 0");
  CHECK(time_fault("end = 1\nstop = { accuracy = 1.5 }\n") ==
        "s.toml:6:21: time.stop.accuracy: must be <= 1; found 1.5; allowed: a number > 0 and <= 1");
  CHECK(time_fault("end = 1\nstop = { los = 1 }\n") ==
        "s.toml:6:10: time.stop.los: is no key of [time] stop; allowed: \"loss\", \"accuracy\", \"steady_state\" and "
        "\"when\" "
        "(did you mean \"loss\"?)");
  CHECK(time_fault("end = 1\nstop = 3\n") == "s.toml:6:8: time.stop: must be a table; found 3; allowed: a table");
}

TEST_CASE("the integrator") {
  const IntegratorSection i = good_below_head("[integrator]\natol = 1e-9\ndt = \"1 ms\"\n").integrator;
  CHECK(i.where.text() == "s.toml:6:1");
  CHECK(i.method.string() == "tsit5");
  CHECK(i.method.where.text() == "s.toml:6:1");
  REQUIRE(i.atol.size() == 1);
  CHECK(i.atol[0].first.empty());
  CHECK(i.atol[0].second.number() == 1e-9);
  CHECK(i.settings.find("dt")->string() == "1 ms");
  CHECK(i.settings.where.text() == "s.toml:6:1");
  const auto named = good_below_head("[integrator]\natol = { \"p.v\" = 1, weights = 0.5 }\n").integrator.atol;
  CHECK(named.at(0).first == "p.v");
  const auto units = good_below_head("[integrator]\natol = { \"p.v\" = \"1 uV\" }\n").integrator.atol;
  REQUIRE(units.size() == 1);
  CHECK(units[0].second.string() == "1 uV");  // in the unit of what, is seen once there are variables
  CHECK(fault_below_head("[integrator]\natol = \"0 mV\"\n") ==
        "s.toml:7:8: integrator.atol: must be > 0; found the string \"0 mV\"; allowed: a number > 0, in mV");
  CHECK(fault_below_head("[integrator]\natol = \"1 smoot\"\n").find("unknown unit \"smoot\"") != std::string::npos);
  CHECK(fault_below_head("[integrator]\natol = 0\n") ==
        "s.toml:7:8: integrator.atol: must be > 0; found 0; allowed: a number > 0");
  CHECK(fault_below_head("[integrator]\natol = { weights = -1 }\n") ==
        "s.toml:7:20: integrator.atol.weights: must be > 0; found -1; allowed: a number > 0");
  CHECK(fault_below_head("[integrator]\nmethod = 4\n") ==
        "s.toml:7:10: integrator.method: must be a string; found 4; allowed: a string");
}

TEST_CASE("what is recorded") {
  const RecordSection r = good_scenario(R"toml(schema = 1
[population.p]
model = "m"
[time]
end = "1 s"
[record]
every = "10 ms"
gzip = 9
variables = ["p.a", { name = "weights", every = 0.5, neurons = [3, 1], type = "float32" }, { name = "p.b", neurons = "all" }]
expressions = { mean_a = "mean(p.a)" }
)toml")
                              .record;
  CHECK(r.where.text() == "s.toml:6:1");
  CHECK(r.every == 0.01);
  CHECK(r.gzip == 9);
  REQUIRE(r.variables.size() == 3);
  CHECK(r.variables[0].name.where.text() == "s.toml:9:14");
  CHECK(r.variables[1].name.string() == "weights");
  CHECK(r.variables[1].every == 0.5);
  CHECK(r.variables[1].neurons == std::vector<std::int64_t>{3, 1});
  CHECK(r.variables[1].float32);
  CHECK_FALSE(r.variables[2].float32);
  CHECK_FALSE(r.variables[2].every);
  CHECK(r.variables[2].neurons.empty());
  REQUIRE(r.expressions.size() == 1);
  CHECK(r.expressions[0].first == "mean_a");
  CHECK(r.expressions[0].second.text == "mean(p.a)");
  CHECK(r.expressions[0].second.origin.text() == "s.toml:10:27");

  const auto fault = [](const std::string& keys) { return fault_below_head("[record]\n" + keys); };
  CHECK(fault("every = -1\n") == "s.toml:7:9: record.every: must be >= 0; found -1; allowed: a number >= 0");
  CHECK(fault("every = \"1 ms\"\n") ==
        "s.toml:7:9: record.every: has a unit, but the scenario has no unit of time; found the string \"1 ms\"; "
        "allowed: a "
        "number; or unit = \"ms\" in [time]");
  CHECK(fault("gzip = 10\n").starts_with("s.toml:7:8: record.gzip: must be <= 9; found 10"));
  CHECK(fault("variables = \"p.a\"\n")
            .starts_with("s.toml:7:13: record.variables: must be a list of variables; found the string"));
  CHECK(fault("variables = [3]\n").starts_with("s.toml:7:14: record.variables[0]: must be a name or a table; found 3"));
  CHECK(fault("variables = [{ every = 1 }]\n") ==
        "s.toml:7:14: record.variables[0]: lacks the key \"name\"; allowed: name = a string");
  CHECK(
      fault("variables = [{ name = \"a\", type = \"float16\" }]\n") ==
      "s.toml:7:35: record.variables[0].type: is none of the names allowed; found \"float16\"; allowed: \"float32\" or "
      "\"float64\" (did you mean \"float32\"?)");
  CHECK(fault("variables = [{ name = \"a\", neurons = [-1] }]\n")
            .starts_with("s.toml:7:39: record.variables[0].neurons[0]: must be >= 0; found -1"));
  CHECK(
      fault("expressions = { \"a b\" = \"1\" }\n") ==
      "s.toml:7:17: record.expressions.\"a b\": \"a b\" is no name for an expression; allowed: letters, digits and _, "
      "not "
      "starting with a digit");
  CHECK(fault("expressions = { a = 1 }\n")
            .starts_with("s.toml:7:21: record.expressions.a: must be an expression, as a string"));
}

TEST_CASE("a date is one fault, not two") {
  CHECK(time_fault("end = 1979-05-27\n") ==
        "s.toml:5:7: time.end: dates and times have no meaning here; allowed: a number, or a string");
  CHECK(fault_below_head("[data]\ninputs = 1979-05-27\n") ==
        "s.toml:7:10: data.inputs: dates and times have no meaning here; allowed: a number, or a string");
  CHECK(fault_below_head("[projection.\"p -> p\"]\nweights = { init = 1979-05-27 }\n") ==
        "s.toml:7:20: projection.\"p -> p\".weights.init: dates and times have no meaning here; allowed: a number, or "
        "a string");
}
