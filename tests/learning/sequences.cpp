// Samples that are sequences: what is shown when, steps without a target, schedules.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>

#include "differences.hpp"
#include "prepared.hpp"

using namespace neurode;

namespace {

/// Two sequences of three steps of one input; y leaks towards w x, and its weight follows the loss at each moment.
std::string text(const std::string& how, const std::string& targets = "[[1, 0, 2], [3, 1, -1]]",
                 const std::string& mode = "coupled") {
  return fmt::format(R"(schema = 1
[data]
inputs = [[1, 2, 3], [10, 20, 30]]
targets = {}
{}
[population.x]
size = 1
model = "clamped"
[population.y]
size = 1
model = "leaky_rate"
activation = "identity"
[projection."x -> y"]
weights = {{ init = 0.3, plastic = true }}
[learning]
loss = "squared_error"
mode = "{}"
rate = 0.001
[time]
start = 1
end = 9
)",
                     targets, how, mode);
}

std::vector<double> at(Presented& p, double t, int n) {
  const double* x = p.at(t);
  return {x, x + n};
}

using Numbers = std::vector<double>;

}  // namespace

TEST_CASE("sequences: steps in parallel, one after another, gap, and again") {
  auto p = prepared(text("sequence = { steps = 3, step = 0.5, gap = 0.25 }"));
  const auto shown = network::show_samples(*p->network->data);
  // inputs of both samples, targets of both, 1
  CHECK(at(*shown, 1.2, 5) == Numbers{1, 10, 1, 3, 1});
  CHECK(at(*shown, 1.7, 5) == Numbers{2, 20, 0, 1, 1});
  CHECK(at(*shown, 2.2, 5) == Numbers{3, 30, 2, -1, 1});
  CHECK(at(*shown, 2.6, 5) == Numbers{0, 0, 0, 0, 0});
  CHECK(at(*shown, 2.8, 5) == Numbers{1, 10, 1, 3, 1});
  CHECK(at(*shown, 1.7, 5) == Numbers{2, 20, 0, 1, 1});  // backwards too
  CHECK(shown->breakpoints(1, 3.5) == Numbers{1.5, 2, 2.5, 2.75, 3.25});
  CHECK(shown->breakpoints(2, 2.75) == Numbers{2.5});
  auto once = prepared(text("sequence = { steps = 3, step = \"500 ms\", repeat = false }"));
  const auto shown_once = network::show_samples(*once->network->data);
  CHECK(at(*shown_once, 2.2, 5) == Numbers{3, 30, 2, -1, 1});
  CHECK(at(*shown_once, 2.6, 5) == Numbers{0, 0, 0, 0, 0});
  CHECK(shown_once->breakpoints(1, 9) == Numbers{1.5, 2, 2.5});
}

TEST_CASE("a batch of sequences begins anew with each switch, and its window cuts") {
  auto p =
      prepared(text("sequence = { steps = 3, step = 0.5 }\nbatch = { size = 1, period = 2, window = 1.25, order = "
                    "\"sequential\" }"));
  const auto shown = network::show_samples(*p->network->data);
  CHECK(at(*shown, 1.1, 3) == Numbers{1, 1, 1});
  CHECK(at(*shown, 2.1, 3) == Numbers{3, 2, 1});
  CHECK(at(*shown, 2.3, 3) == Numbers{0, 0, 0});
  CHECK(at(*shown, 3.1, 3) == Numbers{10, 3, 1});
  CHECK(shown->breakpoints(1, 5) == Numbers{1.5, 2, 2.25, 3, 3.5, 4, 4.25});
}

TEST_CASE("a step without a target counts nothing, and nothing is computed with it") {
  auto p = prepared(text("sequence = { steps = 3, step = 0.5 }", "[[nan, 0, 2], [3, nan, -1]]"));
  const auto shown = network::show_samples(*p->network->data);
  CHECK(at(*shown, 1.2, 7) == Numbers{1, 10, 0, 3, 0, 1, 1});
  CHECK(at(*shown, 1.7, 7) == Numbers{2, 20, 0, 0, 1, 0, 1});
  auto& system = *p->problem.system;
  const auto& layout = system.layout();
  Vector x = p->problem.initial;
  x.segment(layout.find("y.a")->offset, 2) << 0.7, 0.9;
  CHECK(p->problem.metric("loss")->evaluate(1.2, x.data()) == doctest::Approx(std::pow(0.9 - 3, 2)).epsilon(1e-14));
  Vector f(x.size());
  system.rhs(1.2, x.data(), f.data());
  REQUIRE(f.allFinite());
  const Index errors = layout.find("y.a.error")->offset;
  CHECK(f[errors] == 0);  // no target, no error
  CHECK(f[errors + 1] == doctest::Approx(2 * (0.9 - 3) / 0.1).epsilon(1e-13));
  check_products(system, 1.7, x + 0.1 * noise(x.size(), "x"));
}

TEST_CASE("sequences through a leaky neuron: the exact piecewise exponential") {
  auto p = prepared(text("sequence = { steps = 3, step = 0.5, gap = 0.5 }"), {"learning.rate=1e-300", "time.end=5"});
  p->options.method = "tsit5";
  p->options.rtol = 1e-12;
  p->options.atol = Vector::Constant(p->problem.initial.size(), 1e-13);
  const auto end = integrated(*p);
  double a = 0;
  for (int round = 0; round < 2; ++round) {
    for (const double x : {1.0, 2.0, 3.0, 0.0}) a = 0.3 * x + (a - 0.3 * x) * std::exp(-0.5);
  }
  const Index at = p->problem.system->layout().find("y.a")->offset;
  CHECK(end.x[at] == doctest::Approx(a).epsilon(1e-10));
  CHECK(end.x[at + 1] == doctest::Approx(10 * a).epsilon(1e-10));
}

TEST_CASE("a schedule shows given rows at given times") {
  auto p =
      prepared(text("schedule = { times = [2, 3, \"4 s\", 6], rows = [1, -1, 0, 1] }\nsequence = { steps = 3, "
                    "step = 0.5, repeat = false }"));
  const auto shown = network::show_samples(*p->network->data);
  CHECK(at(*shown, 1.5, 3) == Numbers{0, 0, 0});
  CHECK(at(*shown, 2.7, 3) == Numbers{20, 1, 1});
  CHECK(at(*shown, 3.5, 3) == Numbers{0, 0, 0});
  CHECK(at(*shown, 4.1, 3) == Numbers{1, 1, 1});
  CHECK(at(*shown, 5.7, 3) == Numbers{0, 0, 0});
  CHECK(at(*shown, 8.5, 3) == Numbers{0, 0, 0});
  CHECK(at(*shown, 7.3, 3) == Numbers{30, -1, 1});
  CHECK(shown->breakpoints(1, 7) == Numbers{2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5});
  CHECK(p->problem.system->layout().find("y.a")->cols == 1);
}

TEST_CASE("sequences and schedules that cannot be are refused at their place") {
  const auto says = [](const std::string& how, const std::string& words,
                       const std::string& targets = "[[1, 0, 2], [3, 1, -1]]") {
    CHECK_THROWS_WITH(prepared(text(how, targets)), doctest::Contains(words.c_str()));
  };
  says("sequence = { step = 1 }", "it is not clear how many steps a row has");
  says("sequence = { steps = 2, step = 1 }", "data.sequence.steps: rows of 3 inputs do not divide into steps");
  says("sequence = { steps = 3, step = 0 }", "data.sequence.step: must be > 0");
  says("sequence = { steps = 3, step = 1 }\ntest = { every = 2 }", "cannot be given beside \"sequence\"");
  says("schedule = { times = [1, 1], rows = [0, 1] }", "does not come after the time before it");
  says("schedule = { times = [1, 2], rows = [0, 2] }",
       "there is no such training row; found 2; allowed: 0 to 1, or -1");
  says("schedule = { times = [1, 2], rows = [0] }", "must have as many entries as times, 2");
  says("schedule = { times = [1], rows = [0] }\nbatch = { size = 1, period = 1 }", "rows come in batches already");
  says("", "nan", "[[nan, 0, 2], [3, nan, -1]]");
  says("batch = { size = 1, period = 1, stream = true }", "inputs stand in the scenario, which is in memory");
}

TEST_CASE("test rows of a recurrent network relax to fixed points of their own") {
  const std::string scenario = R"(schema = 1
[data]
inputs = [[0.5], [1.0], [-0.4], [0.2]]
targets = [[1], [0], [1], [0]]
test = { every = 2, offset = 1 }
[population.x]
size = 1
model = "clamped"
[population.y]
size = 1
model = "leaky_rate"
activation = "tanh"
[projection."x -> y"]
weights = { init = 0.8, plastic = true }
[projection."y -> y"]
weights = { init = 0.5, plastic = true }
[learning]
loss = "squared_error"
[time]
end = 1
)";
  auto p = prepared(scenario);
  double loss = 0, right = 0;
  for (const double x : {1.0, 0.2}) {
    double a = 0;
    for (int k = 0; k < 300; ++k) a = std::tanh(0.8 * x + 0.5 * a);
    loss += a * a;
    right += a < 0.5 ? 0.5 : 0;
  }
  REQUIRE(p->problem.metric("test_loss"));
  CHECK(p->problem.metric("test_loss")->evaluate(0, p->problem.initial.data()) == doctest::Approx(loss).epsilon(1e-12));
  CHECK(p->problem.metric("test_accuracy")->evaluate(0, p->problem.initial.data()) == right);
}
