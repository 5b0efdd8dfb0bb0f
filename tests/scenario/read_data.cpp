#include "scenario/check.hpp"

using namespace neurode;
using namespace neurode::scenario;

static std::string fault(const std::string& keys) { return fault_below_head("[data]\n" + keys); }

TEST_CASE("data from a file, with all its keys") {
  const Scenario s = good_below_head(R"([data]
file = "digits.csv"
header = false
input_columns = ["p0..p63", 64]
target_columns = "label"
one_hot = true
classes = ["a", 1]
scale = 0.0625
target_scale = 2
test = { every = 4, offset = 3 }
)");
  REQUIRE(s.data);
  CHECK(s.data->where.text() == "s.toml:6:1");
  CHECK(s.data->file->string() == "digits.csv");
  CHECK_FALSE(s.data->inputs);
  const Parameters& p = s.data->settings;
  CHECK_FALSE(p.flag("header"));
  CHECK(p.at("input_columns").list()[1].integer() == 64);
  CHECK(p.text("target_columns") == "label");
  CHECK(p.flag("one_hot"));
  CHECK(p.at("classes").list().size() == 2);
  CHECK(p.number("scale") == 0.0625);
  CHECK(p.number("target_scale") == 2.0);
  CHECK(p.at("test").find("every")->integer() == 4);
  CHECK(p.at("test").find("offset")->integer() == 3);
}

TEST_CASE("rows kept out of training") {
  const auto test = [](const std::string& text) {
    return good_below_head("[data]\ninputs = [[1]]\ntest = " + text + "\n").data->settings.at("test");
  };
  CHECK(test("{ every = 4 }").find("offset")->integer() == 0);
  CHECK(test("{ fraction = 0.25 }").find("fraction")->number() == 0.25);
  CHECK(test("{ fraction = 0.25 }").find("every") == nullptr);
  const std::string in = "inputs = [[1]]\ntest = ";
  const std::string either = "must say either \"every\" or \"fraction\"";
  CHECK(fault(in + "{ every = 4, fraction = 0.5 }\n").find(either) != std::string::npos);
  CHECK(fault(in + "{ offset = 1 }\n").find(either) != std::string::npos);
  CHECK(fault(in + "{ fraction = 0.5, offset = 1 }\n").find(either) != std::string::npos);
  CHECK(fault(in + "{}\n").find(either) != std::string::npos);
  CHECK(fault(in + "{ every = 4, offset = 4 }\n") ==
        "s.toml:8:30: data.test.offset: must be < every = 4; found 4; allowed: { every = 4, offset = 3 } or { fraction "
        "= 0.25 }");
  CHECK(fault(in + "{ every = 1 }\n").starts_with("s.toml:8:18: data.test.every: must be >= 2; found 1"));
  CHECK(fault(in + "{ fraction = 1.0 }\n").starts_with("s.toml:8:21: data.test.fraction: must be < 1; found 1.0"));
  CHECK(fault(in + "{ evry = 2 }\n") ==
        "s.toml:8:10: data.test.evry: is no key of the rows kept out; allowed: \"every\", \"offset\" and \"fraction\" "
        "(did you "
        "mean \"every\"?)");
}

TEST_CASE("faults of data") {
  CHECK(fault("") == "s.toml:6:1: data: has neither \"inputs\" nor \"file\"; allowed: inputs and targets, or file");
  CHECK(fault("targets = [[1]]\n").starts_with("s.toml:6:1: data: has neither \"inputs\" nor \"file\""));
  CHECK(fault("file = \"a.csv\"\ninputs = [[1]]\n") ==
        "s.toml:8:1: data.inputs: cannot be given beside \"file\"; allowed: inputs and targets, or file");
  CHECK(fault("inputs = [[1]]\none_hot = true\n") ==
        "s.toml:8:1: data.one_hot: has a meaning only beside \"file\"; allowed: inputs and targets, or file");
  CHECK(fault("inputs = [[1, 2], [3]]\n") ==
        "s.toml:7:19: data.inputs[1]: must be as long as the first row, 2; found a list of 1, [3]; allowed: a list of "
        "rows, each "
        "a list of numbers");
  CHECK(fault("inputs = [[1], [2]]\ntargets = [[1]]\n") ==
        "s.toml:8:11: data.targets: must have as many rows as inputs, 2; found a list of 1, [[1]]");
  CHECK(fault("inputs = [[1], [nan]]\n") ==
        "s.toml:7:17: data.inputs[1][0]: must be finite; found nan; allowed: a number");
  CHECK(fault("inputs = [[\"3 nA\"]]\n") ==
        "s.toml:7:12: data.inputs[0][0]: must be a number; found the string \"3 nA\"; allowed: a list of numbers");
  CHECK(fault("inputs = [1, 2]\n").starts_with("s.toml:7:11: data.inputs[0]: must be a row of numbers; found 1"));
  CHECK(fault("inputs = [[]]\n").starts_with("s.toml:7:11: data.inputs[0]: is empty; "));
  CHECK(fault("inputs = 3\n").starts_with("s.toml:7:10: data.inputs: must be a list; found 3"));
  CHECK(fault("inputs = [[1]]\nscale = \"zcore\"\n") ==
        "s.toml:8:9: data.scale: is no scaling; found the string \"zcore\"; allowed: \"none\", \"zscore\", \"minmax\", "
        "or a "
        "factor (did you mean \"zscore\"?)");
  CHECK(fault("inputs = [[1]]\nscale = 0\n").starts_with("s.toml:8:9: data.scale: is no scaling; found 0; "));
  CHECK(fault("file = \"a.csv\"\ninput_columns = [-1]\n") ==
        "s.toml:8:18: data.input_columns[0]: must be the name or number of a column; found -1; allowed: column names, "
        "numbers "
        "from 0, or ranges \"first..last\"");
  CHECK(fault("file = \"a.csv\"\nclasses = [1]\n") ==
        "s.toml:8:11: data.classes: must be a list of class labels; found a list of 1, [1]; allowed: a list of labels, "
        "strings "
        "or integers, at least two");
  CHECK(fault("file = \"a.csv\"\nclasses = [1, 2.5]\n")
            .starts_with("s.toml:8:15: data.classes[1]: is no class label; found 2.5"));
}

TEST_CASE("a hundred thousand inline numbers are no trouble") {
  std::string rows;
  for (int i = 0; i < 10000; ++i) rows += "[0.1, 1, 2.5, 3, 4, 5, 6, 7, 8, 9],\n";
  const Scenario s = good_below_head("[data]\ninputs = [" + rows + "]\n");
  CHECK(s.data->inputs->list().size() == 10000);
  CHECK(s.data->inputs->list()[9999].list()[9].where.text() == "s.toml:10006:33");
}
