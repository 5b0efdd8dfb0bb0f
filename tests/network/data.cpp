#include "neurode/network/data.hpp"

#include <cmath>

#include "network/support.hpp"

using namespace neurode;
using namespace neurode::network;
using namespace neurode::network::test;

namespace {

using Settings = std::vector<std::pair<std::string, Value>>;

Parameters settings_of(const Settings& given) {
  Parameters p;
  for (const auto& [name, v] : given) p.set(name, v);
  return p;
}

struct Loaded {
  Data data;
  std::string faults;
};

Loaded load_file(const Folder& folder, const char* file, const Settings& settings, std::uint64_t seed = 1) {
  scenario::DataSection section;
  section.file = text(file);
  section.settings = settings_of(settings);
  Diagnostics ds;
  Loaded out;
  out.data = load_data(section, folder.path(), seed, ds);
  out.faults = folder.messages(ds);
  if (!ds.empty()) CHECK(out.data.train.inputs.size() == 0);
  return out;
}

Data load_shipped(const char* file, const Settings& settings) {
  scenario::DataSection section;
  section.file = text(file);
  section.settings = settings_of(settings);
  Diagnostics ds;
  Data out = load_data(section, NEURODE_SOURCE_DIR "/scenarios/data", 1, ds);
  INFO(messages(ds));
  REQUIRE(ds.empty());
  return out;
}

Value every(int n, int offset) { return table({{"every", num(n)}, {"offset", num(offset)}}); }
Value fraction(double x) { return table({{"fraction", num(x)}}); }
const char* kTable = "a,b,c,y\n1,10,5,0\n2,20,5,1\n3,30,5,0\n4,90,5,1\n";

}  // namespace

TEST_CASE("inline rows: samples are columns") {
  scenario::DataSection section;
  section.inputs = list({numbers({0, 0}), numbers({0, 1}), numbers({1, 0})});
  section.targets = numbers({0, 1, 1});
  Diagnostics ds;
  Data data = load_data(section, {}, 1, ds);
  CHECK(ds.empty());
  CHECK(data.train.inputs == (Matrix(2, 3) << 0, 0, 1, 0, 1, 0).finished());
  CHECK(data.train.targets == Eigen::RowVector3d(0, 1, 1));
  CHECK(data.test.count() == 0);
  CHECK(data.classes.empty());
  section.targets.reset();
  data = load_data(section, {}, 1, ds);
  CHECK(data.train.targets.rows() == 0);
  CHECK(data.train.count() == 3);
  section.targets = numbers({0, 1});
  load_data(section, {}, 1, ds);
  CHECK(messages(ds) == "s.toml:3:7: k: must have as many rows as inputs; found 2 rows; allowed: 3 rows");
  Diagnostics ragged;
  section.targets.reset();
  section.inputs = list({numbers({0, 0}), numbers({0, 1, 2})});
  load_data(section, {}, 1, ragged);
  CHECK(ragged.empty());  // the scenario's reader has told already
}

TEST_CASE("columns: all but the last are inputs, the last is the target, unless said otherwise") {
  const Folder folder;
  folder.write("t.csv", kTable);
  const auto inputs = [&](const Settings& s) { return Matrix(load_file(folder, "t.csv", s).data.train.inputs.col(1)); };
  const auto targets = [&](const Settings& s) {
    return Matrix(load_file(folder, "t.csv", s).data.train.targets.col(1));
  };
  CHECK(inputs({}) == Vector{{2, 20, 5}});
  CHECK(targets({}) == Vector{{1}});
  CHECK(inputs({{"target_columns", text("b")}}) == Vector{{2, 5, 1}});
  CHECK(targets({{"target_columns", text("b")}}) == Vector{{20}});
  CHECK(inputs({{"input_columns", text("b..c")}}) == Vector{{20, 5}});
  CHECK(targets({{"input_columns", text("b..c")}}) == Vector{{1}});
  CHECK(inputs({{"input_columns", list({num(2), text("a"), text("1")})}}) == Vector{{5, 2, 20}});
  CHECK(inputs({{"input_columns", text("0..3")}}) == Vector{{2, 20, 5, 1}});
  CHECK(targets({{"input_columns", text("0..3")}}).rows() == 0);  // the last is taken
  CHECK(targets({{"input_columns", text("a")}, {"target_columns", text("a..b")}}) == Vector{{2, 20}});
  folder.write("n.csv", "1,2\n3,4\n");
  CHECK(load_file(folder, "n.csv", {{"header", flag(false)}}).data.train.inputs == Eigen::RowVector2d(1, 3));
}

TEST_CASE("columns: faults") {
  const Folder folder;
  folder.write("t.csv", kTable);
  folder.write("n.csv", "1,2\n3,4\n");
  folder.write("same.csv", "a,a,y\n1,2,3\n");
  const auto faults = [&](const char* key, Value v) { return load_file(folder, "t.csv", {{key, v}}).faults; };
  CHECK(faults("input_columns", list({text("alpha_"), text("a")})) ==
        "s.toml:3:7: k: the file has no column \"alpha_\"; allowed: \"a\", \"b\", \"c\" and \"y\", or numbers from 0 "
        "to 3");
  CHECK(faults("input_columns", num(4)) == "s.toml:3:7: k: the file has no column 4; allowed: 0 to 3");
  CHECK(faults("input_columns", text("c..a")) ==
        "s.toml:3:7: k: the range runs backwards; allowed: \"first..last\" in the order of the file");
  CHECK(faults("input_columns", list({text("a"), num(0)})) ==
        "s.toml:3:7: k: column \"a\" is chosen twice; allowed: each column once");
  CHECK(faults("target_columns", text("a..y")) ==
        "s.toml:3:7: k: no column is left for the inputs; found 4 in the file; allowed: at least one column that is no "
        "target, or input_columns");
  CHECK(load_file(folder, "n.csv", {{"header", flag(false)}, {"input_columns", text("a")}}).faults ==
        "s.toml:3:7: k: the file has no column \"a\"; allowed: numbers from 0 to 1 (header = false: columns have no "
        "names)");
  CHECK(load_file(folder, "same.csv", {{"input_columns", text("a")}}).faults ==
        "s.toml:3:7: k: two columns are called \"a\"; allowed: their numbers, from 0");
  folder.write("iris.csv", "sepal_length,petal_length,species\n1,2,3\n");
  CHECK(load_file(folder, "iris.csv", {{"input_columns", text("petal_lenght")}}).faults ==
        "s.toml:3:7: k: the file has no column \"petal_lenght\"; allowed: \"sepal_length\", \"petal_length\" and "
        "\"species\", or numbers from 0 to 2 (did you mean \"petal_length\"?)");
}

TEST_CASE("cells and files: faults") {
  const Folder folder;
  const auto faults = [&](const char* content, const Settings& s = {}) {
    folder.write("t.csv", content);
    return load_file(folder, "t.csv", s).faults;
  };
  CHECK(faults("a,y\n1,2\n3\n") == "t.csv:3: the row has 1 cell; allowed: 2 cells, as line 1 has");
  CHECK(faults("a,y\n1,2\n,4\n") == "t.csv:3:1: column \"a\": is empty; allowed: a finite number");
  CHECK(faults("a,y\n1,2\nNaN,4\n") ==
        "t.csv:3:1: column \"a\": must be finite; found \"NaN\"; allowed: a finite number");
  CHECK(
      faults("a,y\n1,cat\n") ==
      "t.csv:2:3: column \"y\": must be a number; found \"cat\"; allowed: a finite number (for class labels: one_hot = "
      "true)");
  CHECK(faults("a,y\n") == "t.csv: the file has no rows; allowed: one row a sample, below the header");
  CHECK(load_file(folder, "none.csv", {}).faults ==
        "s.toml:3:7: k: none.csv: cannot be opened: No such file or directory; allowed: a file that can be read; paths "
        "start at the scenario's folder");
}

TEST_CASE("one-hot targets") {
  const Folder folder;
  folder.write("t.csv", "a,y\n1,dog\n2,cat\n3,dog\n4,ant\n");
  auto d = load_file(folder, "t.csv", {{"one_hot", flag(true)}}).data;
  CHECK(d.classes == std::vector<std::string>{"ant", "cat", "dog"});
  CHECK(d.train.targets == (Matrix(3, 4) << 0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0).finished());
  const Value listed = list({text("dog"), text("ant"), text("cat"), text("bee")});
  d = load_file(folder, "t.csv", {{"classes", listed}, {"one_hot", flag(false)}}).data;
  CHECK(d.classes == std::vector<std::string>{"dog", "ant", "cat", "bee"});
  CHECK(d.train.targets == (Matrix(4, 4) << 1, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0).finished());
  CHECK(
      load_file(folder, "t.csv", {{"classes", list({text("dog"), text("cats"), text("ant")})}}).faults ==
      "t.csv:3:3: column \"y\": is none of the classes; found \"cat\"; allowed: \"dog\", \"cats\" and \"ant\" (did you "
      "mean \"cats\"?)");
  CHECK(load_file(folder, "t.csv", {{"classes", list({text("dog"), text("dog"), text("cat"), text("ant")})}}).faults ==
        "s.toml:3:7: k: the class \"dog\" is listed twice; allowed: each class once");
  folder.write("n.csv", "a,y\n1,10\n2,2.0\n3,9\n4,2\n");
  d = load_file(folder, "n.csv", {{"one_hot", flag(true)}}).data;
  CHECK(d.classes == std::vector<std::string>{"2", "9", "10"});  // by value
  CHECK(d.train.targets == (Matrix(3, 4) << 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0).finished());
  CHECK(load_file(folder, "n.csv", {{"classes", list({num(10), num(2), num(9)})}}).faults == "");
  CHECK(
      load_file(folder, "n.csv", {{"one_hot", flag(true)}, {"target_columns", text("a..y")}, {"input_columns", num(0)}})
          .faults ==
      "s.toml:3:7: k: class labels stand in one column; found 2 target columns; allowed: one target column with "
      "one_hot = true");
  folder.write("gap.csv", "a,y\n1,cat\n2,\n");
  CHECK(load_file(folder, "gap.csv", {{"one_hot", flag(true)}}).faults ==
        "gap.csv:3:3: column \"y\": is empty; allowed: a class label");
}

TEST_CASE("test rows: every n-th") {
  const Folder folder;
  folder.write("t.csv", kTable);
  const auto d = load_file(folder, "t.csv", {{"test", every(3, 0)}}).data;
  CHECK(d.test.inputs.row(0) == Eigen::RowVector2d(1, 4));
  CHECK(d.train.inputs.row(0) == Eigen::RowVector2d(2, 3));
  CHECK(d.test.targets == Eigen::RowVector2d(0, 1));
  CHECK(load_file(folder, "t.csv", {{"test", every(2, 1)}}).data.test.inputs.row(0) == Eigen::RowVector2d(2, 4));
  CHECK(load_file(folder, "t.csv", {{"test", every(1, 0)}}).faults ==
        "s.toml:3:7: k: leaves no training rows; found 4 of 4 rows kept out of training; allowed: some rows in each "
        "part");
  CHECK(load_file(folder, "t.csv", {{"test", every(9, 8)}}).faults ==
        "s.toml:3:7: k: leaves no test rows; found 0 of 4 rows kept out of training; allowed: some rows in each part");
  CHECK(load_file(folder, "t.csv", {{"test", fraction(0.99)}}).faults.find("leaves no training rows") !=
        std::string::npos);
}

TEST_CASE("test rows: a random fraction, by the seed") {
  const Folder folder;
  std::string rows = "a,y\n";
  for (int i = 0; i < 1000; ++i) rows += std::to_string(i) + ",0\n";
  folder.write("t.csv", rows);
  const auto first = load_file(folder, "t.csv", {{"test", fraction(0.3)}}, 1).data;
  CHECK(first.test.count() == 300);
  CHECK(first.train.count() == 700);
  // Each row once, in order on both sides.
  CHECK(first.test.inputs.sum() + first.train.inputs.sum() == 999 * 500);
  for (Index i = 1; i < 300; ++i) CHECK(first.test.inputs(0, i) > first.test.inputs(0, i - 1));
  // Spread evenly: mean of 300 of 0 ... 999 without replacement, 5 standard errors.
  CHECK(std::abs(first.test.inputs.mean() - 499.5) < 5 * 288.7 / std::sqrt(300) * std::sqrt(0.7));
  CHECK(load_file(folder, "t.csv", {{"test", fraction(0.3)}}, 1).data.test.inputs == first.test.inputs);
  CHECK(load_file(folder, "t.csv", {{"test", fraction(0.3)}}, 2).data.test.inputs != first.test.inputs);
}

TEST_CASE("scaling constants come from the training rows") {
  const Folder folder;
  folder.write("t.csv", kTable);
  const Value kept = every(4, 3);  // the last row, whose b is far away
  auto d = load_file(folder, "t.csv", {{"scale", text("zscore")}, {"test", kept}}).data;
  const double unit = std::sqrt(1.5);  // 1 over the standard deviation of 1, 2, 3
  CHECK((d.train.inputs.row(0) - unit * Eigen::RowVector3d(-1, 0, 1)).cwiseAbs().maxCoeff() < 1e-15);
  CHECK((d.train.inputs.row(1) - unit * Eigen::RowVector3d(-1, 0, 1)).cwiseAbs().maxCoeff() < 1e-15);
  CHECK(d.train.inputs.row(2) == Eigen::RowVector3d::Zero());  // a constant column
  CHECK(std::abs(d.test.inputs(0, 0) - 2 * unit) < 1e-15);
  CHECK(std::abs(d.test.inputs(1, 0) - 7 * unit) < 1e-14);
  CHECK(d.test.inputs(2, 0) == 0);
  CHECK(d.test.targets(0, 0) == 1);  // targets stay as they are
  d = load_file(folder, "t.csv", {{"scale", text("minmax")}, {"test", kept}}).data;
  CHECK(d.train.inputs.row(1) == Eigen::RowVector3d(0, 0.5, 1));
  CHECK(d.train.inputs.row(2) == Eigen::RowVector3d::Zero());
  CHECK(d.test.inputs.col(0) == Eigen::Vector3d(1.5, 4, 0));
  d = load_file(folder, "t.csv", {{"scale", num(0.5)}, {"target_scale", num(-2)}}).data;
  CHECK(d.train.inputs.col(3) == Eigen::Vector3d(2, 45, 2.5));
  CHECK(d.train.targets == Eigen::RowVector4d(0, -2, 0, -2));
  CHECK(load_file(folder, "t.csv", {{"scale", text("none")}}).data.train.inputs.col(3) == Eigen::Vector3d(4, 90, 5));
  // A column whose numbers are all the same, but not exactly representable.
  folder.write("c.csv", "a,y\n0.1,0\n0.1,0\n0.1,0\n");
  CHECK(load_file(folder, "c.csv", {{"scale", text("zscore")}}).data.train.inputs == Eigen::RowVector3d::Zero());
}

TEST_CASE("shipped data sets") {
  const Value quarter = every(4, 0);
  const auto digits = load_shipped("digits.csv", {{"one_hot", flag(true)}, {"test", quarter}});
  CHECK(digits.train.inputs.sum() + digits.test.inputs.sum() == 561718);
  CHECK(digits.train.inputs.rows() == 64);
  CHECK(digits.train.count() == 1347);
  CHECK(digits.test.count() == 450);
  CHECK(digits.train.inputs.minCoeff() == 0);
  CHECK(digits.train.inputs.maxCoeff() == 16);
  CHECK(digits.classes == std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
  CHECK(digits.train.targets.colwise().sum() == Matrix::Ones(1, 1347));
  const auto counts = [](const Data& d) { return Vector(d.train.targets.rowwise().sum()); };
  const auto iris = load_shipped("iris.csv", {{"one_hot", flag(true)}});
  CHECK(iris.classes == std::vector<std::string>{"setosa", "versicolor", "virginica"});
  CHECK(counts(iris) == Vector{{50, 50, 50}});
  CHECK(iris.train.inputs.rows() == 4);
  CHECK(iris.train.inputs.row(0).mean() == doctest::Approx(5.843333333333334).epsilon(1e-14));
  const auto wine = load_shipped("wine.csv", {{"one_hot", flag(true)}});
  CHECK(counts(wine) == Vector{{59, 71, 48}});
  CHECK(wine.train.inputs.rows() == 13);
  const auto cancer = load_shipped("breast_cancer.csv", {{"one_hot", flag(true)}});
  CHECK(cancer.classes == std::vector<std::string>{"benign", "malignant"});
  CHECK(counts(cancer) == Vector{{357, 212}});
  CHECK(cancer.train.inputs.rows() == 30);
}
