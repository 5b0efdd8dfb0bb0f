#include <algorithm>
#include <cmath>
#include <numbers>

#include "network/support.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/equations/parse.hpp"
#include "neurode/network/families.hpp"

using namespace neurode;
using namespace neurode::network;
using namespace neurode::network::test;

namespace {

/// A stimulus with its parameters, evaluated like the network does: every number by its name.
class Drive {
 public:
  Drive(const char* name, const Value& settings) {
    entry_ = find_entry(stimuli(), name);
    REQUIRE(entry_ != nullptr);
    settings_ = settings;
    p_ = parameters(entry_->parameters, settings);
    Diagnostics ds;
    const auto parsed = equations::parse_expression(graph_, {entry_->expression, {}, ""}, {}, ds);
    INFO(messages(ds));
    REQUIRE(parsed);
    node_ = parsed->value;
    for (const auto& spec : entry_->parameters) names_[spec.name] = p_.number(spec.name);
  }
  /// At t, in the smooth segment around s.
  double at(double t, double s) {
    names_["t"] = t;
    names_["s"] = s;
    return equations::evaluate(graph_, node_, names_);
  }
  double at(double t) { return at(t, t); }
  std::vector<double> breaks(double t0, double t1) const { return entry_->breakpoints(p_, t0, t1); }
  std::string check(double t0, double t1) const {
    Diagnostics ds;
    if (entry_->check) entry_->check(p_, settings_, t0, t1, ds);
    return messages(ds);
  }

 private:
  const StimulusEntry* entry_ = nullptr;
  Value settings_;
  Parameters p_;
  equations::Graph graph_;
  equations::Node node_;
  std::unordered_map<std::string, double> names_;
};

using Times = std::vector<double>;
const double kLess = 1 - 0x1p-53, kMore = 1 + 0x1p-52;

}  // namespace

TEST_CASE("the list of stimuli is sorted; each is an expression or a table") {
  std::string before;
  for (const auto& e : stimuli()) {
    CHECK(before < e.name);
    before = e.name;
    CHECK((e.breakpoints != nullptr));
    CHECK(e.from_file == e.expression.empty());
    CHECK(e.from_file == (e.name == "piecewise"));
    // Only what is named is used: t, s and parameters.
    equations::Graph graph;
    Diagnostics ds;
    if (e.from_file) continue;
    const auto parsed = equations::parse_expression(graph, {e.expression, {}, ""}, {}, ds);
    REQUIRE(parsed);
    for (const auto& use : parsed->uses) {
      const std::string& name = graph.name(use.symbol);
      CHECK((name == "t" || name == "s" || std::any_of(e.parameters.begin(), e.parameters.end(), [&](const auto& spec) {
               return spec.name == name;
             })));
    }
  }
  CHECK(stimuli().size() == 7);
}

TEST_CASE("constant") {
  Drive d("constant", table({{"amplitude", num(1.5)}}));
  CHECK(d.at(-3) == 1.5);
  CHECK(d.at(1e9) == 1.5);
  CHECK(d.breaks(-1e9, 1e9).empty());
}

TEST_CASE("step") {
  Drive d("step", table({{"amplitude", num(2)}, {"start", num(1)}, {"stop", num(3)}}));
  CHECK(d.at(kLess) == 0);
  CHECK(d.at(1) == 2);
  CHECK(d.at(3 * kLess) == 2);
  CHECK(d.at(3) == 0);
  CHECK(d.at(1, 0.5) == 0);  // at the end of the segment before the step
  CHECK(d.at(3, 2) == 2);
  CHECK(d.breaks(0, 10) == Times{1, 3});
  CHECK(d.breaks(1, 3).empty());  // open interval
  CHECK(d.breaks(2, 10) == Times{3});
  CHECK(d.check(0, 10) == "");
  Drive forever("step", table({{"amplitude", num(2)}, {"start", num(1)}}));
  CHECK(forever.at(1e15) == 2);
  CHECK(forever.breaks(0, 1e15) == Times{1});
  CHECK(forever.check(0, 1) == "");
  CHECK(Drive("step", table({{"amplitude", num(2)}, {"start", num(3)}, {"stop", num(3)}})).check(0, 10) ==
        "s.toml:3:7: k: the stimulus would end before it starts; found start = 3, stop = 3; allowed: start < stop");
}

TEST_CASE("pulse") {
  Drive d("pulse", table({{"amplitude", num(-2)}, {"start", num(1)}, {"duration", num(0.5)}}));
  CHECK(d.at(kLess) == 0);
  CHECK(d.at(1) == -2);
  CHECK(d.at(1.5 * kLess) == -2);
  CHECK(d.at(1.5) == 0);
  CHECK(d.breaks(0, 10) == Times{1, 1.5});
  CHECK(d.breaks(1.25, 10) == Times{1.5});
}

TEST_CASE("ramp") {
  Drive d("ramp", table({{"from", num(1)}, {"to", num(4)}, {"start", num(10)}, {"duration", num(3)}}));
  CHECK(d.at(9) == 1);
  CHECK(d.at(10) == 1);
  CHECK(d.at(11.5) == 2.5);
  CHECK(d.at(13, 12) == 4);  // exactly, at the end of its segment
  CHECK(d.at(13) == 4);
  CHECK(d.at(100) == 4);
  CHECK(d.breaks(0, 100) == Times{10, 13});
  CHECK(Drive("ramp", table({{"to", num(4)}, {"start", num(0)}, {"duration", num(2)}})).at(0.5) == 1);
}

TEST_CASE("sine") {
  Drive d("sine", table({{"amplitude", num(2)},
                         {"frequency", num(0.5)},
                         {"phase", num(0.3)},
                         {"offset", num(1)},
                         {"start", num(1)},
                         {"stop", num(4)}}));
  for (const double t : {1.0, 1.7, 3.9}) {
    CHECK(std::abs(d.at(t) - (1 + 2 * std::sin(std::numbers::pi * t + 0.3))) < 5e-15);
  }
  CHECK(d.at(kLess) == 0);
  CHECK(d.at(4) == 0);
  CHECK(d.at(4, 3) == doctest::Approx(1 + 2 * std::sin(std::numbers::pi * 4 + 0.3)).epsilon(1e-14));
  CHECK(d.breaks(0, 10) == Times{1, 4});
  Drive always("sine", table({{"amplitude", num(1)}, {"frequency", num(0.25)}}));
  CHECK(always.at(-1) == doctest::Approx(-1).epsilon(1e-15));
  CHECK(always.breaks(-1e9, 1e9).empty());
  CHECK(always.check(0, 1) == "");
}

TEST_CASE("pulse_train: values on every smooth segment, edges without accumulated error") {
  const double start = 0.3, period = 0.1, width = 0.03;
  Drive d("pulse_train",
          table({{"amplitude", num(1)}, {"start", num(start)}, {"width", num(width)}, {"period", num(period)}}));
  CHECK(d.check(0, 100) == "");
  for (const double t0 : {0.0, 1e5 + 0.05}) {
    auto edges = d.breaks(t0, t0 + 100);
    std::sort(edges.begin(), edges.end());
    const auto expected = t0 == 0 ? 2 * 997 : 2 * 1000;
    CHECK(edges.size() == expected);
    bool values_right = true, edges_right = true;
    const auto first = t0 == 0 ? 0L : static_cast<long>(std::ceil((edges[0] - start) / period - 0.5));
    const bool on_first = std::abs(edges[0] - (start + static_cast<double>(first) * period)) < 1e-9;
    REQUIRE(on_first);
    for (std::size_t e = 0; e + 1 < edges.size(); ++e) {
      const double k = static_cast<double>(first + static_cast<long>(e / 2));
      const double edge = start + k * period + (e % 2 ? width : 0.0);
      edges_right = edges_right && std::abs(edges[e] - edge) <= 2 * std::abs(edge) * 0x1p-53;
      const double middle = edges[e] + 0.5 * (edges[e + 1] - edges[e]);
      values_right = values_right && d.at(edges[e], middle) == (e % 2 ? 0.0 : 1.0);
      values_right = values_right && d.at(edges[e + 1], middle) == (e % 2 ? 0.0 : 1.0);
    }
    CHECK(edges_right);
    CHECK(values_right);
  }
  CHECK(d.at(0.1) == 0);
  CHECK(d.at(-5) == 0);
}

TEST_CASE("pulse_train: count, exact numbers, faults") {
  const auto train = [](double start, double width, double period, int count) {
    return Drive("pulse_train", table({{"amplitude", num(2)},
                                       {"start", num(start)},
                                       {"width", num(width)},
                                       {"period", num(period)},
                                       {"count", num(count)}}));
  };
  Drive two = train(1, 0.5, 2, 2);
  CHECK(two.breaks(0, 100) == Times{1, 1.5, 3, 3.5});
  CHECK(two.breaks(1, 3.5) == Times{1.5, 3});
  CHECK(two.breaks(1.25, 100) == Times{1.5, 3, 3.5});
  CHECK(two.breaks(50, 100).empty());
  CHECK(two.breaks(-50, 0.5).empty());
  CHECK(two.at(kLess) == 0);
  CHECK(two.at(1) == 2);
  CHECK(two.at(1.5 * kLess) == 2);
  CHECK(two.at(1.5) == 0);
  CHECK(two.at(3) == 2);
  CHECK(two.at(3.5) == 0);
  CHECK(two.at(5.25) == 0);  // the third pulse would be on
  CHECK(train(1, 0.5, 2, 0).at(5.25) == 2);
  CHECK(train(1, 0.5, 2, 0).breaks(4, 8) == Times{5, 5.5, 7, 7.5});
  CHECK(train(0, 2, 1, 0).check(0, 1) ==
        "s.toml:3:7: k: pulses would run into each other; found width = 2, period = 1; allowed: width < period");
  CHECK(
      train(0, 1e-7, 1e-6, 0).check(0, 10) ==
      "s.toml:3:7: k: the pulses are too many for one run; found period = 1e-06, 2e+07 edges from 0 to 10; allowed: at "
      "most 1e+07 edges: a longer period or a count");
  CHECK(train(0, 1e-7, 1e-6, 0).check(0, 4.9) == "");
  CHECK(train(0, 1e-7, 1e-6, 1000).check(0, 10) == "");
  CHECK_THROWS_AS(train(0, 1e-7, 1e-6, 0).breaks(0, 10), NumericalError);
  CHECK(train(0, 1e-7, 1e-6, 0).breaks(1e6 + 5e-7, 1e6 + 1.05e-5).size() == 20);
}

TEST_CASE("piecewise: tables") {
  const Folder folder;
  folder.write("one.csv", "time,I\n0,1\n1,3\n2.5,-1\n");
  folder.write("two.csv", "time,a,b\n0,1,2\n1,3,4\n");
  folder.write("jump.csv", "time,I\n0,1\n1,3\n1,5\n");
  folder.write("back.csv", "time,I\n0,1\n2,3\n1.5,5\n");
  folder.write("bad.csv", "time,I\n0,x\nnan,3\n");
  Diagnostics ds;
  const auto load = [&](const char* name, Index neurons, bool linear) {
    ds = {};
    return read_time_table(text(name), folder.path(), neurons, linear, ds);
  };
  auto t = load("one.csv", 4, true);
  REQUIRE(t);
  CHECK(t->linear);
  CHECK(t->times == Times{0, 1, 2.5});
  CHECK(t->values == Eigen::RowVector3d(1, 3, -1));
  t = load("two.csv", 2, false);
  REQUIRE(t);
  CHECK_FALSE(t->linear);
  CHECK(t->values == (Matrix(2, 2) << 1, 3, 2, 4).finished());
  CHECK(load("jump.csv", 1, true) != nullptr);
  CHECK(load("jump.csv", 1, false) == nullptr);
  CHECK(folder.messages(ds) == "jump.csv:4: k: times must ascend; found 1 after 1; allowed: a time > 1");
  CHECK(load("back.csv", 1, true) == nullptr);
  CHECK(folder.messages(ds) == "back.csv:4: k: times must ascend; found 1.5 after 2; allowed: a time > 2");
  CHECK(load("two.csv", 3, false) == nullptr);
  CHECK(
      folder.messages(ds) ==
      "two.csv: k: has the wrong number of columns; found 2 after the time; allowed: the time, then 1 column or 3, one "
      "a neuron");
  CHECK(load("bad.csv", 1, false) == nullptr);
  CHECK(folder.messages(ds) ==
        "bad.csv:2:3: column \"I\": must be a number; found \"x\"; allowed: a finite number\n"
        "bad.csv:3:1: column \"time\": must be finite; found \"nan\"; allowed: a finite number");
  folder.write("empty.csv", "time,I\n");
  CHECK(load("empty.csv", 1, false) == nullptr);
  CHECK(folder.messages(ds) == "empty.csv: k: the file has no rows; allowed: one row a time, below the header");
  CHECK(load("none.csv", 1, false) == nullptr);
  CHECK(folder.messages(ds).starts_with("s.toml:3:7: k: none.csv: cannot be opened: "));
}
