// Gradients certified: what must pass, what must fail, and figures by another way.
#include "neurode/run/certify.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "neurode/core/errors.hpp"
#include "neurode/learning/families.hpp"
#include "neurode/scenario/read.hpp"
#include "prepared.hpp"

using namespace neurode;

namespace {

run::Certificate certified(const std::string& text, const std::vector<std::string>& set = {}) {
  const auto path = std::filesystem::temp_directory_path() / fmt::format("neurode-certify-{}.toml", getpid());
  std::ofstream(path) << text;
  struct Remove {
    std::filesystem::path path;
    ~Remove() { std::filesystem::remove(path); }
  } remove{path};
  return run::certify(path, set);
}

std::string shipped(const std::string& name) { return std::string(NEURODE_SOURCE_DIR) + "/scenarios/" + name; }

const std::string kNet = R"(schema = 1
seed = 3
[data]
inputs = [[0.2, -1, 0.5], [1, 0.3, -0.4], [-0.6, 0.8, 0.1]]
targets = [[1], [0.2], [-0.3]]
[population.x]
size = 3
model = "clamped"
[population.h]
size = 4
model = "leaky_rate"
activation = "tanh"
tau = 0.7
bias = { init = "normal", std = 0.4, plastic = true }
[population.y]
size = 1
model = "leaky_rate"
activation = "identity"
[projection."x -> h"]
weights = { init = "normal", std = 0.6, plastic = true }
[projection."h -> y"]
weights = { init = "normal", std = 0.6, plastic = true }
[learning]
rule = "gradient_flow"
loss = "squared_error"
rate = { schedule = "cosine", duration = 3 }
flow = { name = "heavy_ball" }
[time]
end = 1
stop = { when = "\"h -> y.weights.velocity\"[0,0] > 10" }
[record.expressions]
v = '"h -> y.weights.velocity"[0,0]'
)";

const std::string kRecurrent =
    "\n[projection.\"h -> h\"]\nweights = { init = \"normal\", std = 0.2, plastic = true }\n";

}  // namespace

TEST_CASE("certify: gradient flow, adiabatic and coupled, layered and recurrent") {
  for (const std::string& extra : {std::string(), kRecurrent}) {
    for (const char* mode : {"adiabatic", "coupled"}) {
      CAPTURE(mode);
      CAPTURE(extra);
      const auto c = certified(kNet + extra, {fmt::format("learning.mode={}", mode)});
      CHECK(c.exact);
      CHECK(c.holds());
      CHECK(c.weights.size() == (extra.empty() ? 3 : 4));
      CHECK((c.residual >= 0) == (std::string(mode) == "coupled"));
      CHECK(c.residual < 1e-9);
      for (const auto& w : c.weights) {
        CAPTURE(w.name);
        CHECK(w.coordinates);
        CHECK(w.directions == w.rows * w.cols);
        CHECK(w.norm > 1e-3);
        CHECK(w.differences < 1e-7);
        CHECK(w.uncertainty < 1e-7);
        REQUIRE(w.adjoint);
        CHECK(*w.adjoint < 1e-8);
        CHECK(*w.angle < 1e-5);
        CHECK(*w.ratio == doctest::Approx(1).epsilon(1e-8));
      }
    }
  }
}

TEST_CASE("certify: an approximation's angle is that between the two right-hand sides") {
  const std::vector<std::string> plain = {"learning.flow=\"gradient\"", "learning.rate=1.0", "record.expressions={}",
                                          "time.stop={loss=1e-9}"};
  auto with = plain;
  with.emplace_back("learning.rule=\"feedback_alignment\"");
  const auto c = certified(kNet, {"learning.rule=\"feedback_alignment\""});
  CHECK_FALSE(c.exact);
  auto exact = prepared(kNet, plain), other = prepared(kNet, with);
  const Vector w = exact->problem.initial;
  REQUIRE(other->problem.initial == w);
  Vector f(w.size()), g(w.size());
  exact->problem.system->rhs(0, w.data(), f.data());
  other->problem.system->rhs(0, w.data(), g.data());
  for (const auto& l : c.weights) {
    CAPTURE(l.name);
    const Slice& s = *exact->problem.system->layout().find(l.name);
    const Vector a = f.segment(s.offset, s.size()), b = g.segment(s.offset, s.size());
    CHECK(l.norm == doctest::Approx(b.norm()).epsilon(1e-12));
    REQUIRE(l.angle);
    const double cosine = a.dot(b) / (a.norm() * b.norm());
    CHECK(std::cos(*l.angle * 3.14159265358979323846 / 180) == doctest::Approx(cosine).epsilon(1e-9));
    CHECK(*l.ratio == doctest::Approx(b.norm() / a.norm()).epsilon(1e-12));
    CHECK(l.differences == doctest::Approx((a - b).norm() / a.norm()).epsilon(1e-6).scale(1e-6));
    if (l.name == "x -> h.weights") CHECK(*l.angle > 1);
  }
}

TEST_CASE("certify: predictive coding where its states rest") {
  const auto c = certified(kNet, {"learning.rule=\"predictive_coding\""});
  CHECK_FALSE(c.exact);
  CHECK(c.residual >= 0);
  CHECK(c.residual < 1e-9);
  for (const auto& w : c.weights) {
    REQUIRE(w.angle);
    CHECK(*w.angle < 90);
    CHECK(*w.angle > 0);
  }
}

TEST_CASE("certify: many weights by random directions; kinks are stepped around") {
  const auto c = certified(kNet, {"population.h.size=40", "population.h.activation=\"relu\""});
  CHECK(c.holds());
  for (const auto& w : c.weights) {
    if (w.name != "x -> h.weights") continue;
    CHECK_FALSE(w.coordinates);
    CHECK(w.directions == 10);
    CHECK(w.differences < 1e-6);
  }
}

TEST_CASE("certify: no [learning], nothing to certify; and what a run refuses is refused") {
  CHECK_THROWS_AS(run::certify(shipped("rules/oja.toml"), {}), UsageError);
  CHECK_THROWS_AS(certified(kNet, {"learning.rule=\"no_such_rule\""}), ScenarioError);
}

TEST_CASE("certify: every scenario whose rule claims the gradient") {
  int count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(shipped(""))) {
    if (entry.path().extension() != ".toml") continue;
    const std::string name = entry.path().stem().string();
    if (name.starts_with("digits") || name == "sequence_recall") continue;  // minutes; by hand: check --gradient
    if (name == "convolution") continue;  // blank pixels: its rectified units start on their kinks, without a gradient
    Diagnostics faults;
    const auto s = scenario::load_scenario(entry.path(), {}, faults);
    const auto* rule = s.learning ? find_entry(learning::rules(), s.learning->rule.name) : nullptr;
    if (!rule || !rule->exact) continue;
    CAPTURE(entry.path().string());
    const auto c = run::certify(entry.path(), {});
    CHECK(c.exact);
    for (const auto& w : c.weights) {
      CAPTURE(w.name);
      CAPTURE(w.differences);
      CAPTURE(w.uncertainty);
      CHECK(w.holds());
    }
    ++count;
  }
  CHECK(count >= 4);
}
