#include "scenario/check.hpp"

using namespace neurode;
using namespace neurode::scenario;

namespace {

const char* kBase = R"toml([model.base]
summary = "a base"
citation = "someone (1999)"
time_unit = "ms"
rest = true
equations = """
k = v/10   # scaled
dv/dt = (-v + g*k +
         I) / tau
dw/dt = -w
"""
parameters = { tau = { default = 10, unit = "ms", above = 0, help = "slow" }, g = "3 mS/cm2", n = 1 }
initial = { v = 0, w = 0 }
units = { v = "mV" }
inputs = { I = "nA", J = "pA" }
output = "v + w"
steady_state = { v = "I", w = "0" }
presets.fast = { parameters = { tau = 1 }, initial = { w = 2 } }
)toml";

struct Result {
  std::vector<ModelSection> models;
  Diagnostics ds;
};

/// Own models, read and made whole; kBase is the library.
Result extended_models(const std::string& text) {
  Result r;
  Diagnostics none;
  const auto library = read_models(parse_toml(kBase, "base.toml", none), none);
  REQUIRE(none.empty());
  r.models = extended(read_models(parse_toml(text, "s.toml", r.ds), r.ds), library, r.ds);
  return r;
}

ModelSection mine(const std::string& keys) {
  auto r = extended_models("[model.mine]\nextends = \"base\"\n" + keys);
  for (const auto& d : r.ds.items()) FAIL_CHECK(d.format());
  return r.models.at(0);
}

std::string faults_of(const std::string& text) {
  std::string out;
  const auto r = extended_models(text);
  for (const auto& d : r.ds.items()) out += d.format() + "\n";
  return out;
}

double standard(const ModelSection& m, const std::string& name) {
  for (const auto& p : m.parameters) {
    if (p.name == name) return p.default_value->number();
  }
  return 1e300;
}

}  // namespace

TEST_CASE("extends alone is the base under another name") {
  const ModelSection m = mine("");
  CHECK(m.name == "mine");
  CHECK_FALSE(m.extends);
  CHECK(m.summary == "a base");
  CHECK(m.time_unit == "ms");
  CHECK(m.rest);
  CHECK(m.parameters.size() == 3);
  CHECK(m.initial.size() == 2);
  CHECK(m.inputs == std::vector<std::string>{"I", "J"});
  CHECK(m.output.text == "v + w");
  CHECK(m.steady_state.size() == 2);
  CHECK(m.presets.size() == 1);
  CHECK(m.equations.text.find("dw/dt = -w") != std::string::npos);
}

TEST_CASE("keys given replace, tables are merged") {
  const ModelSection m = mine(
      "summary = \"mine\"\noutput = \"v\"\ninputs = [\"J\", \"K\"]\n"
      "parameters = { tau = \"0.02 s\", g = { min = 1 }, extra = 5 }\ninitial = { v = \"1 V\" }\n"
      "presets.slow = { parameters = { tau = 100 } }\nequations = \"dv/dt = (J + K - v)/tau\"\n");
  CHECK(m.summary == "mine");
  CHECK(m.citation == "someone (1999)");
  CHECK(m.output.text == "v");
  CHECK(m.inputs == std::vector<std::string>{"J", "K"});
  REQUIRE(m.parameters.size() == 4);
  CHECK(m.parameters[0].name == "tau");
  CHECK(m.parameters[0].unit == "ms");
  CHECK(m.parameters[0].help == "slow");
  CHECK(m.parameters[0].min_open);
  CHECK(standard(m, "tau") == doctest::Approx(20).epsilon(1e-15));
  CHECK(m.parameters[1].unit == "mS/cm2");
  CHECK(m.parameters[1].min == 1.0);
  CHECK(standard(m, "g") == 3);
  CHECK(standard(m, "n") == 1);
  CHECK(standard(m, "extra") == 5);
  REQUIRE(m.initial.size() == 2);
  CHECK(m.initial[0].second.number() == 1000);
  CHECK(m.units == std::vector<std::pair<std::string, std::string>>{{"v", "mV"}, {"J", "pA"}, {"K", ""}});
  REQUIRE(m.presets.size() == 2);
  CHECK(m.presets[1].name == "slow");
}

TEST_CASE("a bound takes the place of the other kind") {
  const ModelSection m = mine("parameters = { tau = { min = 0.5 } }\n");
  CHECK(m.parameters[0].min == 0.5);
  CHECK_FALSE(m.parameters[0].min_open);
}

TEST_CASE("statements replace those of the same name or are added; a state may become a definition") {
  const ModelSection m = mine("equations = \"\"\"\nnew = 2\nw = v^2\ndu/dt = -u\n\"\"\"\n");
  CHECK(m.equations.text == "k = v/10\ndv/dt = (-v + g*k +\n         I) / tau\nw = v^2\nnew = 2\ndu/dt = -u");
  CHECK(m.equations.at(m.equations.text.find("w = v^2")).text() == "s.toml:5:1");
  CHECK(m.equations.at(m.equations.text.find("I) /")).text() == "base.toml:9:10");
  CHECK(m.initial.size() == 1);  // w is no state any more
  CHECK(m.presets.at(0).initial.empty());
  CHECK(m.steady_state.empty());  // the base's held for its equations
  CHECK_FALSE(m.rest);
  CHECK(mine("parameters.tau = 3\n").steady_state.size() == 2);
  CHECK_FALSE(mine("parameters.tau = 3\n").rest);
  CHECK(mine("summary = \"x\"\n").rest);
}

TEST_CASE("chains, in any order; a model may take the name of the one it extends") {
  const auto r = extended_models(
      "[model.c]\nextends = \"b\"\nequations = \"dw/dt = -2*w\"\n[model.b]\nextends = \"base\"\nparameters.n = 4\n"
      "[model.base]\nextends = \"base\"\nparameters.n = 9\n");
  CHECK(r.ds.empty());
  CHECK(standard(r.models.at(0), "n") == 4);
  CHECK(standard(r.models.at(1), "n") == 4);
  CHECK(standard(r.models.at(2), "n") == 9);
  CHECK(r.models.at(0).equations.text.find("dw/dt = -2*w") != std::string::npos);
  CHECK(r.models.at(1).equations.text.find("dw/dt = -w") != std::string::npos);
}

TEST_CASE("faults of models that extend others") {
  CHECK(faults_of("[model.m]\nextends = \"bas\"\n") ==
        "s.toml:2:11: model.m.extends: unknown model \"bas\"; allowed: \"base\" (did you mean \"base\"?)\n");
  CHECK(faults_of("[model.m]\nextends = 3\n") ==
        "s.toml:2:11: model.m.extends: must be the name of a model; found 3; allowed: a model of this file "
        "or a built-in one\n");
  CHECK(faults_of("[model.a]\nextends = \"b\"\n[model.b]\nextends = \"c\"\n[model.c]\nextends = \"b\"\n") ==
        "s.toml:6:11: model.c.extends: models extend each other in a circle; found b -> c -> b; allowed: a chain that "
        "ends in a model with equations of its own\n");
  CHECK(faults_of("[model.m]\nextends = \"m\"\n")
            .starts_with("s.toml:2:11: model.m.extends: models extend each other in a circle; found m -> m;"));
  CHECK(faults_of("[model.m]\nextends = \"base\"\nparameters = { tau = -2 }\nfoo = 1\n")
            .find("s.toml:3:22: model.m.parameters.tau: must be > 0; found -2") != std::string::npos);
  CHECK(
      faults_of("[model.m]\nextends = \"base\"\nfoo = 1\n").starts_with("s.toml:3:1: model.m.foo: is no key of model"));
  // A fault of one's own base is told once.
  CHECK(faults_of("[model.a]\nequations = \"dv/dt = 1\"\nparameters.x = \"?\"\n[model.b]\nextends = \"a\"\n") ==
        faults_of("[model.a]\nequations = \"dv/dt = 1\"\nparameters.x = \"?\"\n"));
}
