// Presets of a population, and models that extend others, up to the numbers they run with.
#include <fmt/format.h>

#include "network/support.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/network/network.hpp"
#include "neurode/scenario/read.hpp"

using namespace neurode;
using namespace neurode::network;
using namespace neurode::network::test;

namespace {

struct Built {
  scenario::Scenario scenario;
  std::unique_ptr<Network> network;
  Diagnostics ds;
  explicit Built(const std::string& below_head) {
    const auto root = scenario::parse_toml("schema = 1\n[time]\nend = 1\n" + below_head, "s.toml", ds);
    scenario = scenario::read_scenario(root, "s.toml", ds);
    network = build_network(scenario, ds);
  }
  double parameter(const std::string& name, std::size_t p = 0) const {
    for (const auto& x : network->populations.at(p).parameters) {
      if (x.name == name) return x.values[0];
    }
    FAIL("no parameter " << name);
    return 0;
  }
  double initial(const std::string& name, std::size_t p = 0) const {
    for (const auto& [state, x] : network->populations.at(p).initial) {
      if (state == name) return x[0];
    }
    FAIL("no state " << name);
    return 0;
  }
};

std::string population(const std::string& keys) { return "[population.p]\n" + keys; }

}  // namespace

TEST_CASE("a preset replaces defaults and initial values; what is given goes before") {
  const Built plain(population("model = \"morris_lecar\"\n"));
  const Built snic(population("model = \"morris_lecar\"\npreset = \"snic\"\n"));
  const Built own(population("model = \"morris_lecar\"\npreset = \"snic\"\nphi = 0.1\ninitial = { w = 0.5 }\n"));
  for (const auto* b : {&plain, &snic, &own}) CHECK(messages(b->ds) == "");
  CHECK(plain.parameter("V3") == 2);
  CHECK(snic.parameter("V3") == 12);
  CHECK(own.parameter("V3") == 12);
  CHECK(snic.parameter("phi") == 1.0 / 15);
  CHECK(own.parameter("phi") == 0.1);
  CHECK(snic.parameter("C") == 20);
  CHECK(plain.initial("V") == -60.85538223230949);
  CHECK(snic.initial("V") == -59.473997866788714);
  CHECK(own.initial("V") == -59.473997866788714);
  CHECK(own.initial("w") == 0.5);
}

TEST_CASE("presets that are not there") {
  CHECK(
      messages(Built(population("model = \"morris_lecar\"\npreset = \"sink\"\n")).ds) ==
      "s.toml:6:10: population.p.preset: unknown preset \"sink\"; allowed: \"hopf\", \"snic\" and \"homoclinic\" (did "
      "you mean \"snic\"?)");
  CHECK(messages(Built(population("model = \"lorenz\"\npreset = \"hopf\"\n")).ds) ==
        "s.toml:6:1: population.p.preset: model \"lorenz\" has no presets; found the string \"hopf\"; allowed: nothing "
        "here, or [model.NAME.presets] in a model of your own that extends it");
}

TEST_CASE("presets of a model of one's own: units are converted, ranges checked") {
  const std::string model =
      "[model.m]\nequations = \"dv/dt = (-v + I)/tau\"\nunits = { v = \"mV\" }\ntime_unit = \"ms\"\n"
      "parameters = { tau = { default = 10, unit = \"ms\", above = 0 } }\n";
  const Built slow(model + "presets.slow = { parameters = { tau = \"0.1 s\" }, initial = { v = \"-0.07 V\" } }\n" +
                   population("model = \"m\"\npreset = \"slow\"\n"));
  CHECK(messages(slow.ds) == "");
  CHECK(slow.parameter("tau") == doctest::Approx(100).epsilon(1e-15));
  CHECK(slow.initial("v") == doctest::Approx(-70).epsilon(1e-15));
  const std::string faults = messages(
      Built(model + "presets.bad = { parameters = { tau = -1, tav = 2 }, initial = { u = 0, v = \"1 ms\" } }\n").ds);
  CHECK(faults.find("s.toml:9:38: model.m.presets.bad.parameters.tau: must be > 0; found -1") != std::string::npos);
  CHECK(faults.find("s.toml:9:42: model.m.presets.bad.parameters.tav: \"tav\" is no parameter of the model; allowed: "
                    "\"tau\" (did you mean \"tau\"?)") != std::string::npos);
  CHECK(faults.find("\"u\" is no state of the model; allowed: \"v\"") != std::string::npos);
  CHECK(faults.find("model.m.presets.bad.initial.v: has the unit ms") != std::string::npos);
}

TEST_CASE("a model that extends a built-in one runs with its numbers") {
  const Built b(
      "[model.mine]\nextends = \"hodgkin_huxley\"\nparameters = { g_Na = \"0.1 S/cm2\" }\n"
      "presets.cold = { parameters = { g_K = 20 } }\n"
      "[population.p]\nmodel = \"mine\"\npreset = \"cold\"\n[population.q]\nmodel = \"mine\"\ng_Na = 7\n");
  CHECK(messages(b.ds) == "");
  CHECK(b.parameter("g_Na") == doctest::Approx(100).epsilon(1e-15));
  CHECK(b.parameter("g_K") == 20);
  CHECK(b.parameter("g_Na", 1) == 7);
  CHECK(b.parameter("g_K", 1) == 36);
  CHECK(b.initial("V") == -64.99637933119206);
  CHECK(b.network->time_unit == "ms");
}

TEST_CASE("what cannot be made whole is told once, and not again where it is used") {
  const Built b("[model.mine]\nextends = \"hodgkin_huxely\"\n" +
                population("model = \"mine\"\npreset = \"x\"\nz = 3\n"));
  REQUIRE(b.ds.size() == 1);
  const Diagnostic& d = b.ds.items()[0];
  CHECK(d.where.text() == "s.toml:5:11");
  CHECK(d.problem == "unknown model \"hodgkin_huxely\"");
  CHECK(d.suggestion == "hodgkin_huxley");
}
