#include "neurode/scenario/schema.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "scenario/check.hpp"

using namespace neurode;
using namespace neurode::scenario;

namespace {

using Spec = ParameterSpec;

SchemaFamilies families() {
  SchemaFamilies f;
  f.models = {{"clamped", "", {}, "", ""},
              {"leaky_rate",
               "",
               {Spec::make(Kind::per_neuron, "tau", "time constant").in("s").above(0).standard(1.0)},
               "",
               ""}};
  f.activations = {{"logistic", "", {}, "", ""}};
  f.initialisers = {{"normal",
                     "",
                     {Spec::make(Kind::number, "mean", "").standard(0.0),
                      Spec::make(Kind::number, "std", "").at_least(0).standard(1.0)},
                     "",
                     ""},
                    {"file", "", {Spec::make(Kind::path, "file", "a \"CSV\" file").needed()}, "", ""}};
  f.stimuli = {
      {"pulse", "", {Spec::make(Kind::number, "amplitude", "").needed(), Spec::make(Kind::numbers, "at", "")}, "", ""}};
  f.plasticity = {{"oja", "", {Spec::make(Kind::number, "rate", "").above(0).standard(1.0)}, "", ""}};
  f.rules = {{"gradient_flow",
              "",
              {Spec::make(Kind::number, "error_tau", ""),
               Spec::make(Kind::choice, "mode", "").one_of({"coupled", "adiabatic"}).standard("coupled")},
              "",
              ""},
             {"none", "", {}, "", ""}};
  f.losses = {{"squared_error", "", {}, "", ""},
              {"huber", "", {Spec::make(Kind::number, "delta", "").above(0)}, "", ""}};
  f.flows = {{"gradient", "", {}, "", ""}, {"friction", "", {Spec::make(Kind::number, "c", "")}, "", ""}};
  f.rates = {{"decay", "", {Spec::make(Kind::number, "tau", "").above(0)}, "", ""}};
  f.methods = {{"tsit5", "", {}, "", ""}, {"rk4", "", {Spec::make(Kind::integer, "order", "").at_least(1)}, "", ""}};
  f.integrator = {Spec::make(Kind::number, "rtol", "relative tolerance").above(0).standard(1e-6)};
  return f;
}

}  // namespace

TEST_CASE("the schema carries help, ranges, defaults and names") {
  const std::string s = json_schema(families());
  const auto has = [&](const std::string& text) { return s.find(text) != std::string::npos; };
  CHECK(has("\"$schema\": \"http://json-schema.org/draft-07/schema#\""));
  CHECK(has("\"description\": \"a \\\"CSV\\\" file\""));
  CHECK(has("\"description\": \"time constant [s]\""));
  CHECK(has("{\"type\": \"number\", \"exclusiveMinimum\": 0}"));
  CHECK(has("\"type\": \"integer\", \"minimum\": 1, \"maximum\": 2147483647"));
  CHECK(has("\"enum\": [\"coupled\", \"adiabatic\"]"));
  CHECK(has("\"default\": \"gradient_flow\""));
  CHECK(has("\"required\": [\"schema\", \"population\", \"time\"]"));
  for (const auto& section : section_tables()) {
    for (const auto& key : section.keys) {
      CAPTURE(section.section);
      CAPTURE(key.name);
      CHECK(has("\"" + key.name + "\": {"));
      CHECK_FALSE(key.help.empty());
    }
  }
  CHECK_NOTHROW(json_schema({}));
}

/// What the schema accepts, neurode accepts, and the other way round, as far as single keys go.
TEST_CASE("schema and reader agree" *
          doctest::skip(std::system("python3 -c 'import jsonschema, tomllib' 2>/dev/null") != 0)) {
  const std::string head = "schema = 1\n[time]\nend = 1.0\n[population.p]\nmodel = \"leaky_rate\"\n";
  const std::vector<std::pair<bool, std::string>> cases = {
      {true, ""},
      {true, "tau = 1\n"},
      {true, "tau = \"10 ms\"\nsize = 3\nbias = [1, \"2 nA\", 3]\n"},
      {true, "bias = { init = 0.0, plastic = true }\n"},
      {true, "bias = { I = 1, J = { init = \"normal\", std = 2 } }\n"},
      {true, "initial = { a = { init = \"normal\" }, b = [1, 2], c = 3 }\n"},
      {true, "[population.q]\nmodel = \"mine\"\nanything = 3\n"},
      {true,
       "[projection.\"p -> p\"]\nweights = 1\n[projection.\"p->p : two\"]\nweights = [[1, 2]]\nplasticity = \"oja\"\n"},
      {true,
       "[projection.\"p -> p\"]\nweights = { init = \"normal\", std = 1.0, plastic = true }\nplasticity = { rule = "
       "\"oja\", "
       "rate = 2 }\n"},
      {true, "[stimulus.s]\ntarget = \"p\"\nkind = \"pulse\"\namplitude = 1\nat = [1, 2]\nneurons = [0]\n"},
      {true, "[integrator]\natol = { \"p.v\" = \"1 uV\" }\n"},
      {true, "[integrator]\natol = \"1 uV\"\n"},
      {true, "[learning]\nflow = { name = \"friction\", c = 1 }\nrate = { schedule = \"decay\", tau = 2 }\n"},
      {true, "[learning]\nflow = \"friction\"\noutput = \"p\"\n"},
      {false, "[learning]\nflow = 3\n"},
      {false, "[learning]\nrate = { tau = 1 }\n"},
      {true, "[learning]\nloss = \"huber\"\nrate = 2\n[integrator]\nrtol = 1e-3\natol = { weights = 1e-3 }\n"},
      {true,
       "[learning]\nrule = \"none\"\nloss = { name = \"huber\", delta = 1 }\n[integrator]\nmethod = \"rk4\"\norder = "
       "3\n"},
      {true,
       "[record]\nevery = 0.5\nvariables = [\"p.a\", { name = \"p.a\", type = \"float32\", neurons = \"all\" }]\n"},
      {true, "[data]\ninputs = [[1, 2], [3, 4]]\ntargets = [[1], [2]]\nscale = \"zscore\"\ntest = { every = 2 }\n"},
      {true, "[data]\nfile = \"a.csv\"\ninput_columns = [\"a..b\", 3]\ntarget_columns = \"c\"\none_hot = true\n"},
      {true,
       "[model.m]\nequations = \"dv/dt = -v/tau\"\nparameters = { tau = { default = 1, unit = \"s\", above = 0 }, b = "
       "2 }\n"
       "inputs = [\"I\"]\nsteady_state = \"0\"\n[plasticity.r]\nequations = \"dw/dt = 1\"\nparameters = { a = 1 }\n"},
      {false, "bias = true\n"},
      {false, "size = 0\n"},
      {false, "size = 2147483648\n"},
      {false, "activation = 3\n"},
      {false, "initial = { a = {} }\n"},
      {false, "[population.\"a b\"]\nmodel = \"mine\"\n"},
      {false, "[population.q]\n"},
      {false, "[projection.pp]\nweights = 1\n"},
      {true, "[projection.\"p -> p\"]\n"},
      {false, "[projection.\"p -> p\"]\nweights = 1\nlag = 2\n"},
      {false, "[projection.\"p -> p\"]\nweights = [1, 2]\n"},
      {false, "[projection.\"p -> p\"]\nweights = 1\nplasticity = { rate = 1 }\n"},
      {false, "[stimulus.s]\ntarget = \"p\"\n"},
      {false, "[stimulus.s]\ntarget = \"p\"\nkind = \"pulse\"\namplitude = 1\nneurons = [-1]\n"},
      {false, "[learning]\nrule = 3\n"},
      {false, "[learning]\nloss = {}\n"},
      {false, "[integrator]\natol = 0\n"},
      {false, "[record]\nevry = 1\n"},
      {false, "[record]\ngzip = 10\n"},
      {false, "[record]\nvariables = [{ name = \"a\", type = \"float16\" }]\n"},
      {false, "[data]\ninputs = [1, 2]\n"},
      {false, "[data]\ninputs = [[1]]\nscale = \"other\"\n"},
      {false, "[data]\ninputs = [[1]]\ntest = { every = 1 }\n"},
      {false, "[model.m]\nparameters = { a = 1 }\n"},
      {true, "[projection.\"p -> p\"]\nweights = 1\ndelay = \"2 ms\"\n"},
      {true, "[projection.\"p -> p\"]\nweights = 1\ndelay = { init = \"normal\", std = 1 }\n"},
      {false, "[projection.\"p -> p\"]\nweights = 1\nsynapse = { tau = 2 }\n"},
      {false, "[model.m]\nequations = \"dv/dt = 1\"\nhold = \"v\"\n"},
      {false, "[model.m]\nequations = \"dv/dt = 1\"\nsite = \"middle\"\n"},
      {true,
       "[model.m]\nequations = \"dv/dt = 1\"\nthreshold = \"v > 1\"\nreset = \"v = 0\"\nrefractory = \"2 ms\"\nhold = "
       "[\"v\"]\ntime_unit = \"ms\"\n"},
      {false, "[model.m]\nequations = \"dv/dt = 1\"\nparameters = { \"a b\" = 1 }\n"},
      {false, "[model.m]\nequations = \"dv/dt = 1\"\nparameters = { a = { standard = 1 } }\n"},
      {false, "[populations.q]\nmodel = \"x\"\n"},
      {false, "[learning]\n[time2]\n"},
  };
  // Keys of family members belong to other layers: the schema refuses them, this layer hands them on.
  const std::vector<std::string> refused_by_schema = {"taus = 1\n",
                                                      "tau = -1\n",
                                                      "tau = true\n",
                                                      "bias = { init = \"normal\", sd = 2 }\n",
                                                      "[stimulus.s]\ntarget = \"p\"\nkind = \"pulse\"\n",
                                                      "[stimulus.s]\ntarget = \"p\"\nkind = \"puls\"\n",
                                                      "[learning]\nrule = \"none\"\nerror_tau = 1\n",
                                                      "[learning]\nflow = \"gradient\"\nc = 1\n",
                                                      "[learning]\nrate = { schedule = \"decay\", tau = 0 }\n",
                                                      "[learning]\nrates = 1\n",
                                                      "[learning]\nrate = 0\n",
                                                      "[integrator]\nmethod = \"rk5\"\n",
                                                      "[integrator]\nrtol = -1\n",
                                                      "[integrator]\norder = 1\n",
                                                      "[learning]\nloss = { name = \"huber\", beta = 1 }\n",
                                                      "[projection.\"p -> p\"]\nweights = { init = \"file\" }\n"};

  const auto folder = std::filesystem::temp_directory_path() / fmt::format("neurode-test-schema-{}", getpid());
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "schema.json") << json_schema(families());
  std::size_t n = 0;
  for (const auto& [good, text] : cases) {
    CAPTURE(text);
    CHECK(faults(head + text).empty() == good);
    std::ofstream(folder / ((good ? "good" : "bad") + std::to_string(n++) + ".toml")) << head << text;
  }
  for (const auto& text : refused_by_schema) {
    CAPTURE(text);
    CHECK(faults(head + text).empty());
    std::ofstream(folder / ("bad" + std::to_string(n++) + ".toml")) << head << text;
  }
  const std::string script = std::string(NEURODE_SOURCE_DIR) + "/tests/scenario/check_schema.py";
  CHECK(std::system(("python3 '" + script + "' '" + folder.string() + "'").c_str()) == 0);
  std::filesystem::remove_all(folder);
}
