// A run's mechanics: monitors, stop conditions, the file, threads, memory.
#define NEURODE_COUNT_ALLOCATIONS
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <omp.h>

#include <filesystem>

#include "allocations.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/dynamics/executable.hpp"
#include "neurode/record/reader.hpp"
#include "neurode/run/simulate.hpp"
#include "prepared.hpp"

using namespace neurode;

namespace {

std::string shipped(const std::string& name) { return std::string(NEURODE_SOURCE_DIR) + "/scenarios/" + name; }

struct TemporaryFile {
  std::filesystem::path path = std::filesystem::temp_directory_path() / fmt::format("neurode-run-{}.h5", getpid());
  TemporaryFile() { std::filesystem::remove(path); }
  ~TemporaryFile() { std::filesystem::remove(path); }
};

double monitored(run::Prepared& p, const std::string& text) {
  Diagnostics diagnostics;
  run::Monitor m({text, {}, "test"}, p.problem, diagnostics);
  diagnostics.throw_if_any();
  return m.evaluate(2.5, p.problem.initial.data());
}

const char* kDecay = R"(schema = 1
[population.p]
size = 3
model = "leaky_rate"
activation = "identity"
tau = 2.0
initial = { a = [1.0, 2.0, 4.0] }
[integrator]
rtol = 1e-11
atol = 1e-13
[time]
end = 10
)";

}  // namespace

TEST_CASE("monitors: elements, reductions, time, arithmetic, unknown names") {
  auto p = prepared(kDecay);
  CHECK(monitored(*p, "p.a[1] + 10*p.a[2]") == 42);
  CHECK(monitored(*p, "mean(p.a)") == doctest::Approx(7.0 / 3).epsilon(1e-15));
  CHECK(monitored(*p, "sum(p.a) * min(p.a) - max(p.a)") == 3);
  CHECK(monitored(*p, "t") == 2.5);
  CHECK_THROWS_AS(monitored(*p, "p.b[0]"), ScenarioError);
  CHECK_THROWS_AS(monitored(*p, "p.a[3]"), ScenarioError);
  CHECK_THROWS_AS(monitored(*p, "p.a"), ScenarioError);
}

TEST_CASE("a condition stops the run at its root") {
  auto p = prepared(std::string(kDecay) + "stop = { when = \"p.a[2] < 1\" }\n[record]\nevery = 0.5\n");
  TemporaryFile file;
  const auto s = run::simulate(*p, file.path, false, {});
  CHECK(s.result.outcome == integrate::Outcome::stopped_by_condition);
  CHECK(std::abs(s.result.t - 2 * std::log(4.0)) < 1e-9);
  const record::Reader reader(file.path);
  const auto time = reader.read("time"), a = reader.read("p.a");
  REQUIRE(time.size() == 7);  // 0, 0.5 ... 2.5 and the end itself
  CHECK(time[5] == 2.5);
  CHECK(time.back() == s.result.t);
  for (std::size_t k = 0; k < time.size(); ++k) {
    CHECK(a[3 * k + 1] == doctest::Approx(2 * std::exp(-time[k] / 2)).epsilon(1e-9));
  }
}

TEST_CASE("a condition that holds at the start ends the run there") {
  auto p = prepared(std::string(kDecay) + "stop = { when = \"p.a[0] > 0.5\" }\n");
  TemporaryFile file;
  const auto s = run::simulate(*p, file.path, false, {});
  CHECK(s.result.outcome == integrate::Outcome::stopped_by_condition);
  CHECK(s.result.t == 0);
  CHECK(record::Reader(file.path).read("time").size() == 1);
}

TEST_CASE("weights lie in the file as post x pre, activity as sample x neuron, a subset by its numbers") {
  auto p = run::prepare(
      shipped("xor.toml"),
      {"time.end=1", "record.variables=[\"input -> hidden.weights\", { name = \"hidden.a\", neurons = [2, 0] }]"});
  TemporaryFile file;
  const auto s = run::simulate(*p, file.path, false, {});
  const record::Reader reader(file.path);
  const auto* w = reader.find("input -> hidden.weights");
  REQUIRE(w);
  CHECK(w->shape == std::vector<std::size_t>{2, 4, 2});
  const auto numbers = reader.read(w->name);
  const auto* slice = p->problem.system->layout().find(w->name);
  for (Index i = 0; i < 4; ++i) {
    for (Index j = 0; j < 2; ++j) {
      CHECK(numbers[static_cast<std::size_t>(i * 2 + j)] == p->problem.initial[slice->offset + j * 4 + i]);
      CHECK(numbers[static_cast<std::size_t>(8 + i * 2 + j)] == s.result.x[slice->offset + j * 4 + i]);
    }
  }
  CHECK(reader.find("hidden.a")->shape == std::vector<std::size_t>{2, 4, 2});
  CHECK(reader.read("hidden") == std::vector<double>{0, 1, 2, 3});
  CHECK(reader.read(reader.find("hidden.a")->dimensions[2]) == std::vector<double>{2, 0});
}

TEST_CASE("a variable named by itself keeps its own grid beside its group; twice is a fault") {
  auto p =
      run::prepare(shipped("xor.toml"), {"record.variables=[\"weights\", { name = \"hidden.bias\", every = 10 }]"});
  CHECK(p->plan.variables.size() == 4);
  CHECK(p->plan.variables[0].file.name == "hidden.bias");
  CHECK(p->plan.every == std::vector<double>{10, 1});
  CHECK_THROWS_AS(run::prepare(shipped("xor.toml"), {"record.variables=[\"loss\", { name = \"loss\", every = 10 }]"}),
                  ScenarioError);
}

TEST_CASE("steps may carry a unit of time") {
  auto p = run::prepare(shipped("hodgkin_huxley.toml"), {"integrator={method=\"rk4\", dt=\"10 us\"}"});
  CHECK(p->options.dt == doctest::Approx(0.01).epsilon(1e-15));
}

TEST_CASE("a failure keeps the good part and names variable and time") {
  auto p = prepared(R"(schema = 1
[model.blow]
equations = "dx/dt = x^2"
initial = { x = 1 }
[population.p]
size = 2
model = "blow"
initial = { x = [0.1, 1.0] }
[integrator]
method = "euler"
dt = 0.05
[time]
end = 40
)");
  TemporaryFile file;
  const auto s = run::simulate(*p, file.path, false, {});
  CHECK(s.result.outcome == integrate::Outcome::non_finite);
  CHECK(s.result.message.find("p.x[1]") != std::string::npos);
  const auto x = record::Reader(file.path).read("p.x");
  CHECK(x.size() > 20);
  for (const double v : x) CHECK(std::isfinite(v));
  CHECK(std::get<std::string>(*record::Reader(file.path).attribute("outcome")) == "non_finite");
}

TEST_CASE("results do not depend on the number of threads") {
  for (const char* name : {"digits.toml", "random_network.toml"}) {
    CAPTURE(name);
    auto p = run::prepare(shipped(name), {});
    Vector one(p->problem.initial.size()), two = one;
    omp_set_num_threads(1);
    p->problem.system->rhs(0, p->problem.initial.data(), one.data());
    omp_set_num_threads(2);
    p->problem.system->rhs(0, p->problem.initial.data(), two.data());
    CHECK(one == two);
  }
}

TEST_CASE("matrix-vector products do not depend on the number of threads, whatever the size") {
  for (const Index n : {999, 1003, 2048, 2501}) {
    Program p;
    const Matrix w = Matrix::Random(n, n), x = Matrix::Random(n, 1);
    const ValueId a = p.constant(w), b = p.constant(x);
    Executable code(p, {{p.product(a, false, b, false), 0, 0, n}, {p.product(a, true, b, false), 0, n, n}});
    const double time[] = {0, 0};
    const double* in[] = {time};
    Vector first, out(2 * n);
    for (const int threads : {1, 2, 3, 5, 8}) {
      omp_set_num_threads(threads);
      double* outs[] = {out.data()};
      code.run(in, outs);
      if (threads == 1) first = out;
      CHECK(out == first);
    }
  }
}

TEST_CASE("nothing allocates in a right-hand side or a product after the first") {
  if (!allocations::active()) return;
  omp_set_num_threads(1);
  const std::string recurrent = R"(schema = 1
[data]
inputs = [[0.3, -0.4], [1, 0.2]]
targets = [[0.5], [0.1]]
[population.x]
size = 2
model = "clamped"
[population.y]
size = 1
model = "leaky_rate"
activation = "tanh"
[projection."x -> y"]
weights = { init = "normal", std = 1, plastic = true }
[projection."y -> y"]
weights = { init = 0.3, plastic = true }
[learning]
loss = "squared_error"
[time]
end = 1
)";
  std::vector<std::unique_ptr<run::Prepared>> all;
  for (const char* name : {"xor.toml", "xor_coupled.toml", "digits.toml", "hodgkin_huxley.toml", "random_network.toml",
                           "rules/oja.toml"}) {
    all.push_back(run::prepare(shipped(name), {}));
  }
  all.push_back(prepared(recurrent));
  for (auto& p : all) {
    CAPTURE(p->scenario.title);
    const Vector x = p->problem.initial, v = Vector::Ones(x.size());
    Vector out(x.size());
    const auto work = [&] {
      p->problem.system->rhs(0.1, x.data(), out.data());
      p->problem.system->jvp(0.1, x.data(), v.data(), out.data());
      p->problem.system->vjp(0.1, x.data(), v.data(), out.data());
    };
    work();
    allocations::Count count;
    for (int k = 0; k < 3; ++k) work();
    CHECK(count.so_far() == 0);
  }
}

TEST_CASE("biases take units, as one number, a list and a distribution") {
  const std::string text = "schema = 1\n[time]\nend = 1\n[population.p]\nsize = 2\nmodel = \"hodgkin_huxley\"\nbias = ";
  const auto bias = [&](const std::string& value) {
    return prepared(text + value + "\n")->network->populations[0].biases[0].values;
  };
  CHECK(bias("\"10 mA/cm2\"")(1, 0) == doctest::Approx(1e4).epsilon(1e-14));
  CHECK(bias("[1.5, \"2 nA/cm2\"]")(1, 0) == doctest::Approx(2e-3).epsilon(1e-14));
  CHECK(bias("{ init = \"uniform\", low = \"1 nA/cm2\", high = \"1.0001 nA/cm2\" }")(0, 0) ==
        doctest::Approx(1e-3).epsilon(1e-3));
  CHECK_THROWS_AS(bias("\"10 mV\""), ScenarioError);
}
