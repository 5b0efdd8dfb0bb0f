#include "scenario/check.hpp"

using namespace neurode;
using namespace neurode::scenario;

TEST_CASE("a model with everything") {
  const Scenario s = good_below_head(R"toml([model.fhn]
summary = "FitzHugh-Nagumo"
citation = "R. FitzHugh 1961"
time_unit = "ms"
equations = """
dv/dt = v - v^3/3 - w + I + J   # f(x) in a comment
  dw/dt = (v + a - b*w) / tau

k = f_of(a)
"""
parameters = { a = 0.7, b = { min = 0, below = 2, help = "slope" }, tau = "12.5 ms", n = 3 }
initial = { v = "-1200 uV", w = [0.1, 0.2], k = { init = "normal" } }
units = { v = "mV" }
inputs = { I = "nA", J = "" }
output = "2*v"
steady_state = { v = "f(I)" }
)toml");
  REQUIRE(s.models.size() == 1);
  const ModelSection& m = s.models[0];
  CHECK(m.name == "fhn");
  CHECK(m.where.text() == "s.toml:6:1");
  CHECK(m.summary == "FitzHugh-Nagumo");
  CHECK(m.citation == "R. FitzHugh 1961");
  CHECK(m.time_unit == "ms");
  CHECK(m.equations.text.starts_with("dv/dt = v"));
  CHECK(m.equations.origin.text() == "s.toml:11:1");
  CHECK(m.equations.key == "model.fhn.equations");
  REQUIRE(m.parameters.size() == 4);
  CHECK(m.parameters[0].name == "a");
  CHECK(m.parameters[0].kind == Kind::per_neuron);
  CHECK(m.parameters[0].default_value->number() == 0.7);
  CHECK_FALSE(m.parameters[0].required);
  CHECK_FALSE(m.parameters[0].min);
  const ParameterSpec& b = m.parameters[1];
  CHECK(b.required);
  CHECK_FALSE(b.default_value);
  CHECK(b.help == "slope");
  CHECK(b.min == 0.0);
  CHECK_FALSE(b.min_open);
  CHECK(b.max == 2.0);
  CHECK(b.max_open);
  CHECK(m.parameters[2].unit == "ms");
  CHECK(m.parameters[2].default_value->number() == 12.5);
  CHECK(m.parameters[3].default_value->number() == 3.0);
  REQUIRE(m.initial.size() == 3);
  CHECK(m.initial[0].first == "v");
  CHECK(m.initial[0].second.number() == -1.2);
  CHECK(m.initial[1].second.list()[1].number() == 0.2);
  CHECK(m.units == std::vector<std::pair<std::string, std::string>>{{"v", "mV"}, {"I", "nA"}, {"J", ""}});
  CHECK(m.inputs == std::vector<std::string>{"I", "J"});
  CHECK(m.output.text == "2*v");
  CHECK(m.output.origin.text() == "s.toml:20:11");
  REQUIRE(m.steady_state.size() == 1);
  CHECK(m.steady_state[0].first == "v");
  CHECK(m.steady_state[0].second.text == "f(I)");
  CHECK(m.takes_activation);
}

TEST_CASE("what a model need not say") {
  const auto model = [](const std::string& keys) { return good_below_head("[model.m]\n" + keys).models.at(0); };
  const ModelSection leaky =
      model("equations = \"da/dt = (-a + f(I)) / tau\"\nparameters.tau = 1\nsteady_state = \"g(I)\"\n");
  CHECK(leaky.inputs == std::vector<std::string>{"I"});
  CHECK(leaky.output.text == "a");
  CHECK(leaky.output.origin.text() == "s.toml:7:14");
  CHECK(leaky.takes_activation);
  CHECK(leaky.steady_state.at(0).first == "a");
  CHECK(leaky.time_unit.empty());
  CHECK_FALSE(model("equations = \"da/dt = -a  # f(I)\"\n").takes_activation);
  CHECK_FALSE(model("equations = \"da/dt = -elf(a) + f\"\n").takes_activation);
  CHECK(model("equations = \"da/dt = 2*f (a)\"\n").takes_activation);
  CHECK(model("equations = \"da/dt = -a\"\noutput = \"f(a)\"\n").takes_activation);
  CHECK(model("equations = \"\"\noutput = \"I\"\ninputs = []\n").inputs.empty());
  CHECK(model("equations = \"\"\"\n# dz/dt = 1\nx = 1\n d y_1 / dt = 1\n\tdy_1 / dt = x\ndu/dt = 0\"\"\"\n")
            .output.text == "y_1");
}

TEST_CASE("places inside equations are exact") {
  const auto origin = [](const std::string& text) {
    return good_below_head("[model.m]\n" + text).models.at(0).equations.origin.text();
  };
  CHECK(origin("equations = \"dv/dt = 1\"\n") == "s.toml:7:14");
  CHECK(origin("  equations='dv/dt = 1'\n") == "s.toml:7:14");
  CHECK(origin("equations = \"\"\"\ndv/dt = 1\"\"\"\n") == "s.toml:8:1");
  CHECK(origin("equations = \"\"\"dv/dt = 1\"\"\"\n") == "s.toml:7:16");
  CHECK(origin("equations = '''\r\ndv/dt = 1'''\n") == "s.toml:8:1");
}

TEST_CASE("faults of models") {
  const auto fault = [](const std::string& keys) { return fault_below_head("[model.m]\n" + keys); };
  const std::string eq = "equations = \"dv/dt = -v\"\n";
  CHECK(fault("") ==
        "s.toml:6:1: model.m: lacks the key \"equations\"; allowed: equations = a string, or extends = a model");
  CHECK(fault("equations = \"x = 1\"\n") ==
        "s.toml:6:1: model.m: has no state and no output; allowed: a line dNAME/dt = ... in equations, or output = "
        "\"expression\"");
  CHECK(fault(eq + "parameter = {}\n") ==
        "s.toml:8:1: model.m.parameter: is no key of model \"m\"; allowed: \"equations\", \"parameters\", \"initial\", "
        "\"units\", "
        "\"inputs\", \"output\", \"steady_state\", \"extends\", \"presets\", \"noise\", \"threshold\", \"reset\", "
        "\"refractory\", \"hold\", \"site\", \"current\", \"on_spike\", \"time_unit\", \"rest\", \"summary\" and "
        "\"citation\" (did you mean "
        "\"parameters\"?)");
  CHECK(fault(eq + "parameters = { tau = \"fast\" }\n")
            .starts_with("s.toml:8:22: model.m.parameters.tau: must be a number; "));
  CHECK(fault(eq + "parameters = { tau = { default = -1, above = 0, unit = \"s\" } }\n") ==
        "s.toml:8:34: model.m.parameters.tau.default: must be > 0; found -1; allowed: a number > 0, in s, a list of "
        "one a "
        "neuron, or { init = ..., ... }");
  CHECK(
      fault(eq + "parameters = { tau = { unit = \"secc\" } }\n")
          .starts_with(
              "s.toml:8:31: model.m.parameters.tau.unit: is no known unit; found the string \"secc\"; allowed: s, m"));
  CHECK(fault(eq + "parameters = { tau = { min = 0, above = 0 } }\n") ==
        "s.toml:8:33: model.m.parameters.tau.above: cannot be given beside \"min\"");
  CHECK(fault(eq + "parameters = { tau = { min = 2, max = 1 } }\n") ==
        "s.toml:8:39: model.m.parameters.tau.max: must be >= 2; found 1");
  CHECK(
      fault(eq + "parameters = { tau = { max = \"1 mV\", unit = \"s\" } }\n")
          .starts_with("s.toml:8:30: model.m.parameters.tau.max: has the unit mV (kg m2 s-3 A-1) where s is wanted; "));
  CHECK(fault(eq + "parameters = { \"a b\" = 1 }\n") ==
        "s.toml:8:16: model.m.parameters.\"a b\": \"a b\" is no name for a parameter; allowed: letters, digits and _, "
        "not "
        "starting with a digit");
  CHECK(fault(eq + "parameters = { size = 1 }\n") ==
        "s.toml:8:16: model.m.parameters.size: \"size\" is a key of every population and cannot be a parameter");
  CHECK(
      fault(eq + "initial = { v = nan }\n").starts_with("s.toml:8:17: model.m.initial.v: must be finite; found nan; "));
  CHECK(fault(eq + "units = { v = 1 }\n")
            .starts_with("s.toml:8:15: model.m.units.v: must be a unit, as a string; found 1; "));
  CHECK(fault(eq + "inputs = [\"I\", \"I\"]\n") ==
        "s.toml:8:16: model.m.inputs[1]: is named twice; found the string \"I\"");
  CHECK(fault(eq + "inputs = \"I\"\n") ==
        "s.toml:8:10: model.m.inputs: must be a list or a table; found the string \"I\"; allowed: a list of names, or "
        "a table "
        "name = unit");
  CHECK(fault(eq + "time_unit = \"mV\"\n") ==
        "s.toml:8:13: model.m.time_unit: is no unit of time; found the string \"mV\"; allowed: s, ms, us, min, h, ...");
  CHECK(fault("equations = \"\"\"\nda/dt = b\ndb/dt = a\"\"\"\nsteady_state = \"0\"\n") ==
        "s.toml:10:16: model.m.steady_state: must name the state it belongs to: the model has 2 states; found the "
        "string \"0\"; "
        "allowed: a table, state = \"expression\"");
  CHECK(fault_below_head("[model.a-b]\n" + eq) ==
        "s.toml:6:8: model.a-b: \"a-b\" is no name for a model; allowed: letters, digits and _, not starting with a "
        "digit");
}

TEST_CASE("local rules") {
  const Scenario s = good_below_head(
      "[plasticity.oja]\nequations = \"dw/dt = eta * post * (pre - post * w)\"\nparameters = { eta = { default = 1, "
      "above = 0 } "
      "}\nsummary = \"Oja's rule\"\ncitation = \"E. Oja 1982\"\n");
  REQUIRE(s.plasticity.size() == 1);
  const PlasticitySection& p = s.plasticity[0];
  CHECK(p.name == "oja");
  CHECK(p.where.text() == "s.toml:6:1");
  CHECK(p.summary == "Oja's rule");
  CHECK(p.citation == "E. Oja 1982");
  CHECK(p.equations.origin.text() == "s.toml:7:14");
  REQUIRE(p.parameters.size() == 1);
  CHECK(p.parameters[0].kind == Kind::number);
  CHECK(p.parameters[0].min_open);
  CHECK(fault_below_head("[plasticity.oja]\nequation = \"\"\n") ==
        "s.toml:6:1: plasticity.oja: lacks the key \"equations\"; allowed: equations = a string\n"
        "s.toml:7:1: plasticity.oja.equation: is no key of the local rule \"oja\"; allowed: \"equations\", "
        "\"parameters\", \"states\", \"initial\", \"on_pre\", \"on_post\", \"time_unit\", \"summary\" and "
        "\"citation\" (did you mean \"equations\"?)");
}

TEST_CASE("local rules: states, what spikes do, and their faults") {
  const Scenario s = good_below_head(
      "[plasticity.r]\nequations = \"dx/dt = -x\"\nstates = { x = \"pre\", y = \"connection\" }\ninitial = { x = 2 }\n"
      "on_pre = \"x += 1\"\non_post = \"w += x\"\n[population.q]\nmodel = \"leaky_rate\"\nbias = { plasticity = "
      "\"r\" }\n");
  const PlasticitySection& p = s.plasticity[0];
  REQUIRE(p.states.size() == 2);
  CHECK(p.states[0].first == "x");
  CHECK(p.states[0].second.string() == "pre");
  CHECK(p.initial[0].second.number() == 2);
  CHECK(p.on_pre.text == "x += 1");
  CHECK(p.on_post.text == "w += x");
  REQUIRE(s.populations.back().bias[0].second.plasticity);
  CHECK(s.populations.back().bias[0].second.plasticity->name == "r");
  CHECK(fault_below_head("[plasticity.r]\nequations = \"\"\nparameters = { rule = 1, k = 2 }\n"
                         "states = { w = \"post\", k = \"post\", z = \"here\" }\ninitial = { z = \"a\" }\n") ==
        "s.toml:8:16: plasticity.r.parameters.rule: \"rule\" is a key of every local rule and cannot be a parameter\n"
        "s.toml:9:12: plasticity.r.states.w: \"w\" is no name for a state; allowed: letters, digits and _, no "
        "parameter's name, none of \"w\", \"b\", \"pre\", \"post\", \"t\", \"weights\", \"left\" and \"right\"\n"
        "s.toml:9:24: plasticity.r.states.k: \"k\" is no name for a state; allowed: letters, digits and _, no "
        "parameter's name, none of \"w\", \"b\", \"pre\", \"post\", \"t\", \"weights\", \"left\" and \"right\"\n"
        "s.toml:9:40: plasticity.r.states.z: must say where the state lives; found the string \"here\"; allowed: "
        "\"pre\", "
        "\"post\" and \"connection\"\n"
        "s.toml:10:17: plasticity.r.initial.z: must be a number; found the string \"a\"; allowed: a number");
}
