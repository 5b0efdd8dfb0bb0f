#include "neurode/scenario/read.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "neurode/core/errors.hpp"
#include "scenario/check.hpp"

using namespace neurode;
using namespace neurode::scenario;

namespace {

const std::string kXor = R"(schema = 1
title  = "XOR: activity, errors and weights relax together"
seed   = 1

[data]                                   # one column of activity a sample
inputs  = [[0, 0], [0, 1], [1, 0], [1, 1]]
targets = [[0], [1], [1], [0]]

[population.input]
size  = 2
model = "clamped"                        # holds the data's inputs

[population.hidden]
size  = 4
model = "leaky_rate"                     # tau da/dt = -a + f(I)
activation = "logistic"
tau   = 0.1
bias  = { init = 0.0, plastic = true }

[population.output]
size  = 1
model = "leaky_rate"
activation = "logistic"
tau   = 0.1
bias  = { init = 0.0, plastic = true }

[projection."input -> hidden"]
weights = { init = "normal", std = 1.0, plastic = true }

[projection."hidden -> output"]
weights = { init = "normal", std = 1.0, plastic = true }

[learning]
rule = "gradient_flow"
mode = "coupled"                         # or "adiabatic"
loss = "squared_error"
rate = 1.0                               # eta
error_tau = 0.1

[integrator]
method = "tsit5"
rtol = 1e-6
atol = { activity = 1e-9, weights = 1e-9 }

[time]
end  = 500.0
stop = { loss = 1e-3 }

[record]
every = 1.0
variables = ["hidden.a", "output.a", "weights", "loss"]
)";

}  // namespace

TEST_CASE("the XOR scenario is read, field by field") {
  const Scenario s = good_scenario(kXor);
  CHECK(s.file == "s.toml");
  CHECK(s.title == "XOR: activity, errors and weights relax together");
  CHECK(s.seed == 1);
  CHECK(s.root.find("seed")->integer() == 1);

  REQUIRE(s.data);
  CHECK(s.data->where.text() == "s.toml:5:1");
  REQUIRE(s.data->inputs);
  CHECK(s.data->inputs->list().size() == 4);
  CHECK(s.data->inputs->list()[2].list()[0].number() == 1.0);
  CHECK(s.data->inputs->list()[2].list()[1].number() == 0.0);
  REQUIRE(s.data->targets);
  CHECK(s.data->targets->list()[1].list()[0].number() == 1.0);
  CHECK_FALSE(s.data->file);
  CHECK(s.data->settings.text("scale") == "none");
  CHECK(s.data->settings.number("target_scale") == 1.0);
  CHECK_FALSE(s.data->settings.has("test"));
  CHECK_FALSE(s.data->settings.has("inputs"));

  CHECK(s.models.empty());
  CHECK(s.plasticity.empty());
  CHECK(s.stimuli.empty());
  REQUIRE(s.populations.size() == 3);
  const auto& input = s.populations[0];
  CHECK(input.name == "input");
  CHECK(input.size == 2);
  CHECK(input.size_where.text() == "s.toml:10:9");
  CHECK(input.model == "clamped");
  CHECK(input.bias.empty());
  CHECK(input.settings.table().empty());
  CHECK_FALSE(input.activation);
  const auto& hidden = s.populations[1];
  CHECK(hidden.name == "hidden");
  CHECK(hidden.where.text() == "s.toml:13:1");
  CHECK(hidden.size == 4);
  CHECK(hidden.model == "leaky_rate");
  CHECK(hidden.model_value.where.text() == "s.toml:15:9");
  CHECK(hidden.model_value.key == "population.hidden.model");
  REQUIRE(hidden.activation);
  CHECK(hidden.activation->string() == "logistic");
  REQUIRE(hidden.settings.table().size() == 1);
  CHECK(hidden.settings.table()[0].first == "tau");
  CHECK(hidden.settings.find("tau")->number() == 0.1);
  CHECK(hidden.settings.find("tau")->where.text() == "s.toml:17:9");
  CHECK(hidden.settings.where.text() == "s.toml:13:1");
  REQUIRE(hidden.bias.size() == 1);
  CHECK(hidden.bias[0].first.empty());
  CHECK(hidden.bias[0].second.plastic);
  CHECK(hidden.bias[0].second.init.name == "constant");
  CHECK(hidden.bias[0].second.init.settings.find("value")->number() == 0.0);
  CHECK(hidden.bias[0].second.init.source.where.text() == "s.toml:18:9");
  CHECK(hidden.initial.empty());
  CHECK(s.populations[2].name == "output");
  CHECK(s.populations[2].size == 1);

  REQUIRE(s.projections.size() == 2);
  const auto& first = s.projections[0];
  CHECK(first.name == "input -> hidden");
  CHECK(first.where.text() == "s.toml:27:1");
  CHECK(first.pre == "input");
  CHECK(first.post == "hidden");
  CHECK(first.label.empty());
  CHECK(first.into.empty());
  CHECK(first.weights.plastic);
  CHECK(first.weights.init.name == "normal");
  REQUIRE(first.weights.init.settings.table().size() == 1);
  CHECK(first.weights.init.settings.find("std")->number() == 1.0);
  CHECK_FALSE(first.plasticity);
  CHECK(s.projections[1].name == "hidden -> output");

  REQUIRE(s.learning);
  CHECK(s.learning->where.text() == "s.toml:33:1");
  CHECK(s.learning->rule.name == "gradient_flow");
  CHECK(s.learning->rule.source.where.text() == "s.toml:34:8");
  REQUIRE(s.learning->rule.settings.table().size() == 2);
  CHECK(s.learning->rule.settings.find("mode")->string() == "coupled");
  CHECK(s.learning->flow.name == "gradient");
  CHECK(s.learning->rate.name == "constant");
  CHECK(s.learning->rate.settings.find("value")->number() == 1.0);
  CHECK(s.learning->rule.settings.find("error_tau")->number() == 0.1);
  CHECK(s.learning->loss.name == "squared_error");
  CHECK(s.learning->loss.settings.table().empty());

  CHECK(s.integrator.method.string() == "tsit5");
  REQUIRE(s.integrator.atol.size() == 2);
  CHECK(s.integrator.atol[0].first == "activity");
  CHECK(s.integrator.atol[0].second.number() == 1e-9);
  CHECK(s.integrator.atol[1].first == "weights");
  REQUIRE(s.integrator.settings.table().size() == 1);
  CHECK(s.integrator.settings.find("rtol")->number() == 1e-6);

  CHECK(s.time.start == 0.0);
  CHECK(s.time.end == 500.0);
  CHECK(s.time.unit.empty());
  REQUIRE(s.time.stop.size() == 1);
  CHECK(s.time.stop[0].kind == "loss");
  CHECK(s.time.stop[0].value.number() == 1e-3);

  CHECK(s.record.every == 1.0);
  CHECK(s.record.gzip == 4);
  REQUIRE(s.record.variables.size() == 4);
  CHECK(s.record.variables[0].name.string() == "hidden.a");
  CHECK(s.record.variables[3].name.string() == "loss");
  CHECK_FALSE(s.record.variables[0].every);
  CHECK_FALSE(s.record.variables[0].float32);
  CHECK(s.record.expressions.empty());
}

TEST_CASE("the resolved scenario reads as the same scenario") {
  const std::string written = to_toml(good_scenario(kXor).root);
  const Scenario again = good_scenario(written);
  CHECK(to_toml(again.root) == written);
  CHECK(again.populations.size() == 3);
  CHECK(again.populations[2].name == "output");
  CHECK(again.time.stop.size() == 1);
}

TEST_CASE("the smallest scenario, and what it lacks") {
  const Scenario s = good_below_head("");
  CHECK(s.seed == 0);
  CHECK_FALSE(s.data);
  CHECK_FALSE(s.learning);
  CHECK(s.integrator.method.string() == "tsit5");
  CHECK(s.integrator.atol.empty());
  CHECK(s.integrator.settings.is_table());
  CHECK(s.populations[0].size == 1);
  CHECK(s.record.every == 0.0);
  CHECK(faults("") ==
        std::vector<std::string>{
            "s.toml: lacks the key \"schema\"; allowed: schema = an integer equal to 1",
            "s.toml: population: the section [population.NAME] is missing; allowed: at least one population",
            "s.toml: time: the section [time] is missing; allowed: [time] with end = a number"});
}

TEST_CASE("faults at the top, all together") {
  CHECK(
      faults(
          "schema = 2\nseed = -1\ntitel = \"x\"\n[populations.a]\n[population.p]\nmodel = \"m\"\n[time]\nend = 1\n") ==
      std::vector<std::string>{"s.toml:1:10: schema: must be 1; found 2; allowed: an integer equal to 1",
                               "s.toml:2:8: seed: must be >= 0; found -1; allowed: an integer >= 0",
                               "s.toml:3:1: titel: is no key of the scenario; allowed: \"schema\", \"title\", "
                               "\"description\", \"seed\", \"data\", "
                               "\"model\", \"plasticity\", \"population\", \"projection\", \"stimulus\", \"learning\", "
                               "\"integrator\", \"time\", "
                               "\"record\", \"checkpoint\" and \"report\" (did you mean \"title\"?)",
                               "s.toml:4:2: populations: is no key of the scenario; allowed: \"schema\", \"title\", "
                               "\"description\", \"seed\", "
                               "\"data\", \"model\", \"plasticity\", \"population\", \"projection\", \"stimulus\", "
                               "\"learning\", \"integrator\", "
                               "\"time\", \"record\", \"checkpoint\" and \"report\" (did you mean \"population\"?)"});
  CHECK(fault_below_head("[learning]\n[record]\nevry = 1\n") ==
        "s.toml:8:1: record.evry: is no key of [record]; allowed: \"every\", \"variables\", \"expressions\", "
        "\"gzip\" and \"flush\" (did you "
        "mean \"every\"?)");
  CHECK(faults("schema = 1\ntime = 3\npopulation = { size = 3 }\n") ==
        std::vector<std::string>{
            "s.toml:2:8: time: must be a table; found 3; allowed: a table",
            "s.toml:3:23: population.size: must be a table; found 3; allowed: [population.NAME] with "
            "keys below it"});
}

TEST_CASE("faults of different sections are reported together") {
  const auto all = faults(R"(schema = 1
[population.hidden]
size = 0
model = "leaky_rate"
[projection."input -> hidden"]
weights = 1.0
[time]
end = -1
)");
  CHECK(all ==
        std::vector<std::string>{
            "s.toml:3:8: population.hidden.size: must be >= 1; found 0; allowed: an integer >= 1 and <= 2147483647",
            "s.toml:5:13: projection.\"input -> hidden\": comes from \"input\", but there is no such population; "
            "allowed: \"hidden\"",
            "s.toml:8:7: time.end: must be later than start = 0.0; found -1"});
}

TEST_CASE("scenarios are loaded with their overrides") {
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("neurode-test-read-{}", getpid());
  std::filesystem::create_directories(folder);
  const auto path = folder / "xor.toml";
  std::ofstream(path) << kXor;
  Diagnostics ds;
  const Scenario s = load_scenario(path, {"population.hidden.tau=1", "time.end=\"2 s\""}, ds);
  CHECK(ds.empty());
  CHECK(s.folder.path() == folder);
  CHECK(s.file == path.string());
  CHECK(s.populations[1].settings.find("tau")->number() == 1.0);
  CHECK(s.time.end == 2.0);
  CHECK(s.time.unit == "s");

  load_scenario(path, {"population.hidden.size=-1", "nonsense"}, ds);
  REQUIRE(ds.size() == 2);
  CHECK(ds.items()[0].format().starts_with("--set nonsense: is no assignment"));
  CHECK(ds.items()[1].format() ==
        "--set population.hidden.size=-1: population.hidden.size: must be >= 1; found -1; allowed: an integer >= 1 and "
        "<= "
        "2147483647");

  std::ofstream(path) << "a = ";
  Diagnostics syntax;
  load_scenario(path, {}, syntax);
  CHECK(syntax.size() == 1);
  CHECK_THROWS_AS(load_scenario(folder / "missing.toml", {}, ds), FileError);
  CHECK_THROWS_AS(load_scenario(folder, {}, ds), FileError);
  std::filesystem::remove_all(folder);
}
