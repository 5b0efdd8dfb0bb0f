// Facts of [report] against values known in closed form.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <stdexcept>

#include "neurode/run/simulate.hpp"
#include "prepared.hpp"

using namespace neurode;

namespace {

/// Harmonic motion, x = cos t, y = -sin t, recorded at whole numbers.
const std::string kCircle = R"toml(schema = 1
[model.circle]
equations = '''
dx/dt = y
dy/dt = -x'''
initial = { x = 1, y = 0 }
[population.cell]
model = "circle"
[integrator]
method = "dop853"
rtol = 1e-12
atol = 1e-13
[time]
end = 10.5
[record]
every = 1
variables = ["cell.x"]
[record.expressions]
energy = "cell.x[0]^2 + cell.y[0]^2"
[report]
"x at the end" = "cell.x[0]"
number = 3
first  = { value = "cell.x[0]", of = "first" }
least  = { value = "cell.x[0]", of = "min", expected = "-cos(pi - 3)", within = 1e-9 }
most   = { value = "cell.y[0] + 2", of = "max", expected = "2 - sin(5)", within = 1e-9 }
"off"  = { value = "cell.x[0]", expected = "cos(t) + 1e-3", within = 1e-4 }
moved  = { value = "cell.x[0]", of = "drift", expected = "1 + cos(pi - 3)", within = 1e-9 }
energy = { value = "2*energy", of = "drift", within = 1e-9 }
)toml";

struct File {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("neurode-report-" + std::to_string(getpid()) + ".h5");
  ~File() { std::filesystem::remove(path); }
};

const run::Fact& fact(const std::vector<run::Fact>& facts, const std::string& name) {
  for (const auto& f : facts) {
    if (f.name == name) return f;
  }
  throw std::runtime_error("no fact " + name);
}

}  // namespace

TEST_CASE("report: each way to take a value, over the points of the record") {
  for (const char* every :
       {"record.every=1", "record.variables=[{name=\"cell.x\",every=0.1},{name=\"energy\",every=0.1}]"}) {
    CAPTURE(every);
    auto p = prepared(kCircle, {every});
    const File file;
    const auto summary = run::simulate(*p, file.path, true, {});
    const auto& facts = summary.report;
    REQUIRE(facts.size() == 8);
    CHECK(fact(facts, "x at the end").value == doctest::Approx(std::cos(10.5)).epsilon(1e-10));
    CHECK_FALSE(fact(facts, "x at the end").expected);
    CHECK(fact(facts, "number").value == 3);
    CHECK(fact(facts, "first").value == 1);
    CHECK(fact(facts, "least").value == doctest::Approx(std::cos(3)).epsilon(1e-10));  // not -1: on the grid
    CHECK(fact(facts, "most").value == doctest::Approx(2 - std::sin(5)).epsilon(1e-10));
    CHECK(fact(facts, "moved").value == doctest::Approx(1 - std::cos(3)).epsilon(1e-10));
    CHECK(fact(facts, "energy").value < 1e-10);
    CHECK(fact(facts, "energy").value > 0);
    CHECK(fact(facts, "energy").expected == 0);
    for (const auto& f : facts) CHECK(f.holds() == (f.name != "off"));
    CHECK(fact(facts, "off").off() == doctest::Approx(1e-3).epsilon(1e-6));

    // The same from the file.
    const record::Reader reader(file.path);
    const auto again = run::read_report(reader);
    REQUIRE(again.size() == facts.size());
    for (std::size_t k = 0; k < facts.size(); ++k) {
      CHECK(again[k].name == facts[k].name);
      CHECK(again[k].value == facts[k].value);
      CHECK(again[k].expected == facts[k].expected);
      CHECK(again[k].within == facts[k].within);
    }
    CHECK(run::report_lines(again) == run::report_lines(facts));
  }
}

TEST_CASE("report: what is not a number does not hold") {
  auto p = prepared(R"toml(schema = 1
[model.decay]
equations = "dx/dt = -x"
initial = { x = 1 }
[population.cell]
model = "decay"
[time]
end = 1
[report]
none = { value = "log(-cell.x[0])", expected = 0, within = 1e300 }
most = { value = "log(0.5 - cell.x[0])", of = "max", expected = 0, within = 1e300 }
)toml");
  const File file;
  const auto summary = run::simulate(*p, file.path, true, {});
  REQUIRE(summary.report.size() == 2);
  for (const auto& f : summary.report) {
    CHECK(std::isnan(f.value));
    CHECK_FALSE(f.holds());
  }
}
