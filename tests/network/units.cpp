// Units of models: every built-in one must be sound; what a user's own declares is checked.
#include <string>

#include "network/build/check_units.hpp"
#include "network/support.hpp"
#include "neurode/core/units.hpp"
#include "neurode/network/families.hpp"
#include "neurode/network/network.hpp"
#include "neurode/scenario/read.hpp"

using namespace neurode;
using namespace neurode::network;
using namespace neurode::network::test;

namespace {

/// What is wrong with a scenario once its network is built.
std::string faults_of(const std::string& text) {
  Folder folder;
  Diagnostics faults;
  const auto scenario = scenario::load_scenario(folder.write("s.toml", text), {}, faults);
  build_network(scenario, faults);
  return folder.messages(faults);
}

std::unique_ptr<Network> built(const std::string& text) {
  Folder folder;
  Diagnostics faults;
  const auto scenario = scenario::load_scenario(folder.write("s.toml", text), {}, faults);
  auto network = build_network(scenario, faults);
  INFO(folder.messages(faults));
  REQUIRE(faults.empty());
  return network;
}

/// A model by its lines behind the equations.
scenario::ModelSection model(const std::string& lines) {
  Folder folder;
  Diagnostics faults;
  const auto file =
      folder.write("s.toml", "schema = 1\n[model.m]\n" + lines + "\n[population.p]\nmodel = \"m\"\n[time]\nend = 1\n");
  const auto scenario = scenario::load_scenario(file, {}, faults);
  INFO(folder.messages(faults));
  REQUIRE(faults.empty());
  return scenario.models.at(0);
}

const std::string kCell = R"(
schema = 1
[model.cell]
time_unit  = "ms"
equations  = "dV/dt = (I - g*(V - E)) / C"
inputs     = { I = "uA/cm2" }
units      = { V = "mV" }
parameters = { g = "0.1 mS/cm2", E = "-65 mV", C = "1 uF/cm2" }
[time]
end = "10 ms"
[population.a]
model = "cell"
)";

}  // namespace

TEST_CASE("built-in models and rules are sound in their units") {
  REQUIRE(models().size() >= 9);
  for (const auto& m : models()) {
    CAPTURE(m.name);
    Diagnostics faults;
    check_units(m, faults);
    INFO(messages(faults));
    CHECK(faults.empty());
  }
  for (const auto& r : plasticity_rules()) {
    CAPTURE(r.name);
    Diagnostics faults;
    check_units(r, faults);
    INFO(messages(faults));
    CHECK(faults.empty());
  }
}

TEST_CASE("the analysis sees a fault put into a built-in model") {
  auto m = *find_entry(models(), "hodgkin_huxley");
  const auto at = m.equations.text.find("I - I_Na");
  REQUIRE(at != std::string::npos);
  m.equations.text.replace(at, 1, "V");
  Diagnostics faults;
  check_units(m, faults);
  REQUIRE(faults.size() == 1);
  CHECK(faults.items()[0].problem.starts_with("dV/dt subtracts mV (kg m2 s-3 A-1) and uA/cm2 (m-2 A)"));
}

TEST_CASE("models of a scenario are checked where they declare units, used or not") {
  CHECK(faults_of(kCell) == "");
  std::string wrong = kCell;
  wrong.replace(wrong.find("V - E"), 5, "V*E");
  CHECK(
      faults_of(wrong).starts_with("s.toml:5:15: model.cell.equations: dV/dt subtracts uA/cm2 (m-2 A) and mS mV2/cm2"));
  wrong = kCell;
  wrong.replace(wrong.find("\"ms\""), 4, "\"s\"");
  CHECK(faults_of(wrong).find("dV/dt is in uA/uF where mV/s is wanted: 1 uA/uF is 1000 mV/s") != std::string::npos);
  wrong = kCell;
  wrong.replace(wrong.find("time_unit  = \"ms\""), 17, "");
  CHECK(faults_of(wrong).find("does not say what its unit of time is; allowed: time_unit = \"ms\"") !=
        std::string::npos);
  wrong = kCell;
  wrong.replace(wrong.find("{ V ="), 5, "{ U =");
  CHECK(faults_of(wrong).starts_with("s.toml:3:1: model.cell.units.U: is no state or definition of the model"));
}

TEST_CASE("times in the parameters of a model without a unit of time are those of the scenario") {
  const auto text = [](const std::string& unit, const std::string& tau) {
    return "schema = 1\n[model.slow]\nequations = \"dx/dt = -x/tau\"\nparameters.tau = \"" + tau +
           "\"\n[population.a]\nsize = 1\nmodel = \"slow\"\n[integrator]\nmethod = \"rk4\"\ndt = 0.1\n[time]\nend = "
           "1\n" +
           "unit = \"" + unit + "\"\n";
  };
  CHECK(faults_of(text("s", "25 ms"))
            .find("\"tau\" of model \"slow\" is in ms, but the model does not say what its unit of time is, and the "
                  "scenario counts in s; allowed: time_unit = \"ms\" in the model") != std::string::npos);
  CHECK(faults_of(text("ms", "25 ms")) == "");
  CHECK(faults_of(text("s", "25 s")) == "");
}

TEST_CASE("activations, steady states, outputs and noise") {
  const auto check = [](const std::string& lines) {
    Diagnostics faults;
    check_units(model(lines), faults);
    return messages(faults);
  };
  const std::string rate = "time_unit = \"s\"\nunits = { a = \"mV\" }\nparameters = { tau = \"1 s\", b = \"1 nA\" }\n";
  CHECK(check(rate + "equations = \"da/dt = (-a + f(I))/tau\"") == "");
  CHECK(check(rate + "equations = \"da/dt = (-a + f(a + b))/tau\"").find("adds mV") != std::string::npos);
  CHECK(check(rate + "equations = \"da/dt = -a/tau\"\nsteady_state = \"b\"").find("the steady state of a is in nA") !=
        std::string::npos);
  CHECK(check(rate + "equations = \"da/dt = -a/tau\"\noutput = \"a + b\"").find("the output adds mV") !=
        std::string::npos);
  CHECK(check("time_unit = \"s\"\nequations = \"da/dt = sin(t)\"") == "");  // declares no unit but time's
  CHECK(check(rate + "equations = \"da/dt = -a/tau + sin(t)*a\"").find("takes sin of s") != std::string::npos);
}

TEST_CASE("units of outputs") {
  CHECK(output_unit(*find_entry(models(), "hodgkin_huxley")) == "mV");
  CHECK(output_unit(*find_entry(models(), "lorenz")) == "");
  CHECK(output_unit(*find_entry(models(), "voltage_rate")) == "");
  const std::string head =
      "time_unit = \"ms\"\nequations = \"dV/dt = -V/3\\nJ = g*V\\nr = logistic(V/E)\"\nunits = { V "
      "= \"mV\" }\nparameters = { g = \"1 mS\", E = \"10 mV\" }\noutput = ";
  CHECK(output_unit(model(head + "\"V\"")) == "mV");
  CHECK(output_unit(model(head + "\"J\"")) == "mS mV");
  CHECK(output_unit(model(head + "\"logistic(V/E)\"")) == "1");
  CHECK(output_unit(model(head + "\"2*V\"")) == "");
  CHECK(quotient_unit("uA/cm2", "mV") == "uA/cm2/mV");
  CHECK(quotient_unit("uA/cm2", "1") == "uA/cm2");
  CHECK(quotient_unit("uA/cm2", "uA/cm2") == "1");
  CHECK(quotient_unit("uA/cm2", "") == "");
  CHECK(quotient_unit("", "mV") == "");
}

TEST_CASE("weights take the unit of the input over that of the output") {
  const std::string projection = "[population.b]\nmodel = \"cell\"\n[projection.\"a -> b\"]\nweights = ";
  const auto weight = [&](const char* text) {
    return (*built(kCell + projection + text)->projections[0].weights)(0, 0);
  };
  CHECK(weight("0.5") == 0.5);
  CHECK(weight("\"0.5 mS/cm2\"") == 0.5);
  CHECK(weight("\"5 S/m2\"") == 0.5);
  CHECK(weight("[[\"500 uA/cm2/V\"]]") == 0.5);
  CHECK(weight("{ init = \"uniform\", low = \"5 S/m2\", high = \"5 S/m2\" }") == 0.5);
  CHECK(built(kCell + projection + "1")->projections[0].unit == "uA/cm2/mV");
  CHECK(faults_of(kCell + projection + "\"5 mV\"")
            .find("weights: has the unit mV (kg m2 s-3 A-1) where uA/cm2/mV "
                  "(kg-1 m-4 s3 A2) is wanted") != std::string::npos);
  const std::string rate = "[population.b]\nmodel = \"leaky_rate\"\nactivation = \"tanh\"\n[projection.\"b -> a\"]\n";
  CHECK(faults_of(kCell + rate + "weights = \"5 uA/cm2\"").find("where a number without a unit is wanted") !=
        std::string::npos);
}

TEST_CASE("distributions of parameters and initial states carry units") {
  const auto a = [](const std::string& lines) { return built(kCell + "size = 3\n" + lines); };
  CHECK(
      a("E = { init = \"uniform\", low = \"-0.07 V\", high = \"-0.07 V\" }")->populations[0].parameters[1].values[2] ==
      -70);
  CHECK(a("initial = { V = { init = \"constant\", value = \"-0.06 V\" } }")->populations[0].initial[0].second[1] ==
        -60);
  CHECK(a("bias = { init = \"constant\", value = \"1 nA/cm2\" }")->populations[0].biases[0].values(0, 0) == 1e-3);
  CHECK(faults_of(kCell + "E = { init = \"normal\", mean = \"1 nA\", std = 1 }").find("has the unit nA (A) where mV") !=
        std::string::npos);
  CHECK(faults_of(kCell + "initial = { V = { init = \"constant\", value = \"1 s\" } }")
            .find("has the unit s (s) where mV") != std::string::npos);
}

TEST_CASE("local rules count time in their own unit") {
  const auto rule = [](const std::string& lines) {
    return kCell +
           "[projection.\"a -> a\"]\nweights = 1\nplasticity = \"slow\"\n[plasticity.slow]\nequations = \"dw/dt = "
           "-w/tau\"\n" +
           lines;
  };
  CHECK(built(rule("time_unit = \"s\"\nparameters = { tau = \"10 s\" }"))->projections[0].rule.time_factor == 1e-3);
  CHECK(built(rule("time_unit = \"ms\"\nparameters = { tau = \"10 s\" }"))->projections[0].rule.time_factor == 1);
  CHECK(built(rule("parameters = { tau = 10 }"))->projections[0].rule.time_factor == 1);
  CHECK(faults_of(rule("parameters = { tau = \"10 s\" }"))
            .find("\"tau\" is in s, but the rule does not say what its unit of time is; allowed: time_unit = \"s\"") !=
        std::string::npos);
  CHECK(faults_of(rule("parameters = { tau = 3, a = \"1 mV/min\" }")).find("time_unit = \"min\"") != std::string::npos);
  CHECK(faults_of(rule("parameters = { tau = 3, a = \"1 mV\" }")) == "");
  CHECK(faults_of(rule("time_unit = \"mV\"\nparameters = { tau = 3 }")).find("is no unit of time") !=
        std::string::npos);
}
