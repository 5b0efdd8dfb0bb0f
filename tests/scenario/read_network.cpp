#include "scenario/check.hpp"

using namespace neurode;
using namespace neurode::scenario;

TEST_CASE("biases, initial values and settings of populations") {
  const Scenario s = good_below_head(R"([population.a-1]
size = 1e3
model = "x"
bias = [1, "2 nA"]
initial = { v = "-65 mV", m = [0.1, 0.2], h = { init = "uniform" } }
tau = { init = "normal", mean = 1 }
[population.b]
model = "x"
bias = { I = 0.5, J = { plastic = true } }
[population.c]
model = "x"
bias = { init = [1, 2], plastic = true, spread = 3 }
[population.d]
model = "x"
bias = { init = "uniform", min = -1 }
)");
  REQUIRE(s.populations.size() == 5);
  const auto& a = s.populations[1];
  CHECK(a.size == 1000);
  CHECK(a.size_where.text() == "s.toml:7:8");
  REQUIRE(a.bias.size() == 1);
  CHECK(a.bias[0].second.init.name == "values");
  CHECK(a.bias[0].second.init.settings.find("values")->list().size() == 2);
  CHECK_FALSE(a.bias[0].second.plastic);
  REQUIRE(a.initial.size() == 3);
  CHECK(a.initial[0].second.string() == "-65 mV");
  CHECK(a.initial[2].first == "h");
  CHECK(a.settings.find("tau")->find("mean")->integer() == 1);
  const auto& b = s.populations[2];
  REQUIRE(b.bias.size() == 2);
  CHECK(b.bias[0].first == "I");
  CHECK(b.bias[0].second.init.settings.find("value")->number() == 0.5);
  CHECK(b.bias[1].first == "J");
  CHECK(b.bias[1].second.plastic);
  CHECK(b.bias[1].second.init.name == "constant");
  CHECK(b.bias[1].second.init.settings.find("value")->number() == 0.0);
  const auto& c = s.populations[3];
  CHECK(c.bias[0].first.empty());
  CHECK(c.bias[0].second.init.name == "values");
  CHECK(c.bias[0].second.init.settings.find("spread")->integer() == 3);
  CHECK(s.populations[4].bias[0].second.init.name == "uniform");
  CHECK(s.populations[4].bias[0].second.init.settings.find("min")->integer() == -1);
  CHECK(s.populations[4].bias[0].second.init.settings.find("init") == nullptr);
}

TEST_CASE("faults of populations") {
  const auto fault = [](const std::string& keys) { return fault_below_head("[population.q]\nmodel = \"x\"\n" + keys); };
  CHECK(fault_below_head("[population.q]\n") ==
        "s.toml:6:1: population.q: lacks the key \"model\"; allowed: model = a string");
  CHECK(fault("size = 2147483648\n") ==
        "s.toml:8:8: population.q.size: must be <= 2147483647; found 2147483648; allowed: an integer >= 1 and <= "
        "2147483647");
  CHECK(fault("size = \"2\"\n")
            .starts_with("s.toml:8:8: population.q.size: must be an integer; found the string \"2\"; "));
  CHECK(fault("bias = true\n") ==
        "s.toml:8:8: population.q.bias: must be a number; found true; allowed: a number, a list of one a neuron, or { "
        "init = "
        "..., plastic = ... }");
  CHECK(fault("bias = nan\n").starts_with("s.toml:8:8: population.q.bias: must be finite; found nan"));
  CHECK(fault("bias = [1, [2]]\n") ==
        "s.toml:8:12: population.q.bias[1]: must be a number; found a list of 1, [2]; allowed: a list of numbers");
  CHECK(fault("bias = { init = 1, value = 2 }\n") ==
        "s.toml:8:20: population.q.bias.value: is given twice, here and by \"init\"");
  CHECK(fault("bias = { plastic = 1 }\n") ==
        "s.toml:8:20: population.q.bias.plastic: must be true or false; found 1; allowed: true or false");
  CHECK(fault("bias = \"3 smoot\"\n").starts_with("s.toml:8:8: population.q.bias: unknown unit \"smoot\""));
  CHECK(fault("initial = { v = {} }\n").starts_with("s.toml:8:17: population.q.initial.v: lacks the key \"init\""));
  CHECK(fault("initial = { v = [1, inf] }\n")
            .starts_with("s.toml:8:21: population.q.initial.v[1]: must be finite; found inf"));
  CHECK(fault_below_head("[population.\"a.b\"]\nmodel = \"x\"\n") ==
        "s.toml:6:13: population.\"a.b\": \"a.b\" is no name for a population; allowed: letters, digits, _ and -, "
        "starting with "
        "a letter or _");
  CHECK(fault_below_head("[population.time]\nmodel = \"x\"\n") ==
        "s.toml:6:13: population.time: \"time\" names a dimension of the result file; allowed: any name but \"time\", "
        "\"sample\", \"post\" and \"pre\"");
}

TEST_CASE("projections") {
  const Scenario s = good_below_head(R"([population.q]
model = "x"
[projection."p->q"]
weights = [[1, 2], [3, "4 nS"]]
into = "J"
plasticity = "oja"
[projection."p ->  q : slow-1"]
weights = 0.5
plasticity = { rule = "hebb", rate = 1.0 }
)");
  REQUIRE(s.projections.size() == 2);
  CHECK(s.projections[0].name == "p -> q");
  CHECK(s.projections[0].where.text() == "s.toml:8:1");
  CHECK(s.projections[0].into == "J");
  CHECK(s.projections[0].weights.init.name == "values");
  CHECK(s.projections[0].weights.init.settings.find("values")->list()[1].list()[0].integer() == 3);
  CHECK_FALSE(s.projections[0].weights.plastic);
  REQUIRE(s.projections[0].plasticity);
  CHECK(s.projections[0].plasticity->name == "oja");
  CHECK(s.projections[0].plasticity->settings.is_table());
  CHECK(s.projections[1].name == "p -> q : slow-1");
  CHECK(s.projections[1].pre == "p");
  CHECK(s.projections[1].post == "q");
  CHECK(s.projections[1].label == "slow-1");
  CHECK(s.projections[1].weights.init.name == "constant");
  CHECK(s.projections[1].weights.init.settings.find("value")->number() == 0.5);
  CHECK(s.projections[1].plasticity->name == "hebb");
  CHECK(s.projections[1].plasticity->settings.table().size() == 1);
  CHECK(s.projections[1].plasticity->source.where.text() == "s.toml:14:14");
}

TEST_CASE("faults of projections") {
  const auto named = [](const std::string& name) {
    return fault_below_head("[projection." + name + "]\nweights = 1\n");
  };
  const std::string form = "allowed: [projection.\"FROM -> TO\"] or [projection.\"FROM -> TO : LABEL\"]";
  CHECK(named("\"p -> hiden\"") ==
        "s.toml:6:13: projection.\"p -> hiden\": goes to \"hiden\", but there is no such population; allowed: \"p\"");
  CHECK(named("\"pp -> p\"") ==
        "s.toml:6:13: projection.\"pp -> p\": comes from \"pp\", but there is no such population; allowed: \"p\" (did "
        "you mean "
        "\"p\"?)");
  CHECK(named("pp") == "s.toml:6:13: projection.pp: \"pp\" is no name of a projection; " + form);
  CHECK(named("\"p => p\"") == "s.toml:6:13: projection.\"p => p\": \"p => p\" is no name of a projection; " + form +
                                   " (did you mean \"p -> p\"?)");
  CHECK(named("\"a <- b\"").ends_with("(did you mean \"b -> a\"?)"));
  CHECK(named("\"a → b\"").ends_with("(did you mean \"a -> b\"?)"));
  CHECK(named("\"a --> b\"").ends_with("(did you mean \"a -> b\"?)"));
  CHECK(named("\"a -> b -> c\"").ends_with(form));
  CHECK(named("\"p -> p :\"").ends_with(form));
  CHECK(named("\"p -> \"").ends_with(form));
  const auto keys = [](const std::string& text) { return fault_below_head("[projection.\"p -> p\"]\n" + text); };
  CHECK(keys("") == "");  // the network tells where weights are needed
  CHECK(keys("weights = { plastic = true }\n") ==
        "s.toml:7:11: projection.\"p -> p\".weights: lacks the key \"init\"; allowed: init = name of a distribution, a "
        "number, or a list of rows (to x from)");
  CHECK(keys("weights = [1, 2]\n") ==
        "s.toml:7:12: projection.\"p -> p\".weights[0]: must be a row of numbers; found 1; allowed: a list of rows, "
        "each a list "
        "of numbers");
  CHECK(keys("weights = [[1, 2], [3]]\n") ==
        "s.toml:7:20: projection.\"p -> p\".weights[1]: must be as long as the first row, 2; found a list of 1, [3]; "
        "allowed: a "
        "list of rows, each a list of numbers");
  CHECK(keys("weights = []\n").starts_with("s.toml:7:11: projection.\"p -> p\".weights: is empty; "));
  CHECK(keys("weights = \"normal\"\n").starts_with("s.toml:7:11: projection.\"p -> p\".weights: must be a number; "));
  CHECK(keys("weights = 1\nlag = 3\n") ==
        "s.toml:8:1: projection.\"p -> p\".lag: is no key of projection \"p -> p\"; allowed: \"weights\", \"into\", "
        "\"plasticity\", \"coupling\", \"parameters\", \"connect\", \"delay\", \"synapse\" and \"on_spike\"");
  CHECK(keys("weights = 1\nplasticity = 3\n") ==
        "s.toml:8:14: projection.\"p -> p\".plasticity: must be a name or a table; found 3; allowed: \"name\", or { "
        "rule = "
        "\"name\", ... }");
  CHECK(keys("weights = 1\nplasticity = { rate = 1 }\n") ==
        "s.toml:8:14: projection.\"p -> p\".plasticity: lacks the key \"rule\"; allowed: rule = a string");
  CHECK(keys("weights = 1\n[projection.\"p->p\"]\nweights = 1\n") ==
        "s.toml:8:13: projection.\"p->p\": there are two projections \"p -> p\"; allowed: a label tells them apart: "
        "\"FROM -> TO "
        ": LABEL\"");
}

TEST_CASE("stimuli") {
  const Scenario s = good_below_head(
      "[stimulus.step]\ntarget = \"p\"\ninto = \"I\"\nneurons = [0]\nkind = \"pulse\"\namplitude = \"1 "
      "nA\"\n[stimulus.all]\n"
      "target = \"p\"\nneurons = \"all\"\nkind = \"sine\"\n");
  REQUIRE(s.stimuli.size() == 2);
  CHECK(s.stimuli[0].name == "step");
  CHECK(s.stimuli[0].where.text() == "s.toml:6:1");
  CHECK(s.stimuli[0].target.string() == "p");
  CHECK(s.stimuli[0].into == "I");
  CHECK(s.stimuli[0].neurons == std::vector<std::int64_t>{0});
  CHECK(s.stimuli[0].neurons_value.where.text() == "s.toml:9:11");
  CHECK(s.stimuli[0].kind.name == "pulse");
  CHECK(s.stimuli[0].kind.source.where.text() == "s.toml:10:8");
  REQUIRE(s.stimuli[0].kind.settings.table().size() == 1);
  CHECK(s.stimuli[0].kind.settings.find("amplitude")->string() == "1 nA");
  CHECK(s.stimuli[1].neurons.empty());

  const auto fault = [](const std::string& keys) {
    return fault_below_head("[stimulus.s]\nkind = \"pulse\"\n" + keys);
  };
  CHECK(fault("") == "s.toml:6:1: stimulus.s: lacks the key \"target\"; allowed: target = a string");
  CHECK(fault("target = \"q\"\n") == "s.toml:8:10: stimulus.s.target: unknown population \"q\"; allowed: \"p\"");
  CHECK(fault("target = \"p\"\nneurons = [0, 1]\n") ==
        "s.toml:9:15: stimulus.s.neurons[1]: is no neuron of the population; found 1; allowed: 0");
  CHECK(fault("target = \"p\"\nneurons = [-1]\n")
            .starts_with("s.toml:9:12: stimulus.s.neurons[0]: must be >= 0; found -1"));
  CHECK(fault("target = \"p\"\nneurons = \"some\"\n") ==
        "s.toml:9:11: stimulus.s.neurons: must be a list of neuron numbers; found the string \"some\"; allowed: a list "
        "of "
        "integers >= 0, or \"all\"");
  CHECK(fault_below_head("[stimulus.s]\ntarget = \"p\"\n") ==
        "s.toml:6:1: stimulus.s: lacks the key \"kind\"; allowed: kind = a string");
}

TEST_CASE("learning") {
  const Scenario s = good_below_head("[learning]\nrate = 2\nloss = { name = \"huber\", delta = 1.5 }\n");
  REQUIRE(s.learning);
  CHECK(s.learning->rule.name == "gradient_flow");
  CHECK(s.learning->rule.source.where.text() == "s.toml:6:1");
  CHECK(s.learning->loss.name == "huber");
  REQUIRE(s.learning->loss.settings.table().size() == 1);
  CHECK(s.learning->loss.settings.find("delta")->number() == 1.5);
  CHECK(s.learning->loss.source.where.text() == "s.toml:8:8");
  CHECK(good_below_head("[learning]\n").learning->loss.name.empty());
  CHECK(fault_below_head("[learning]\nrule = 3\n") ==
        "s.toml:7:8: learning.rule: must be a string; found 3; allowed: a string");
  CHECK(fault_below_head("[learning]\nloss = {}\n") ==
        "s.toml:7:8: learning.loss: lacks the key \"name\"; allowed: name = a string");
}
