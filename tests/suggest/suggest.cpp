// neurode suggest on small networks: numbers of the analysis, choices by trials, what is written.
#include "neurode/suggest/suggest.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "neurode/core/errors.hpp"
#include "neurode/run/prepare.hpp"
#include "neurode/run/train.hpp"
#include "neurode/scenario/edit.hpp"
#include "suggest/candidates.hpp"
#include "suggest/dynamics.hpp"

using namespace neurode;

namespace {

const std::filesystem::path kScenarios = std::filesystem::path(NEURODE_SOURCE_DIR) / "scenarios";

struct File {
  std::filesystem::path path;
  explicit File(const std::string& text, const std::string& name = "s.toml")
      : path(std::filesystem::temp_directory_path() / ("neurode-suggest-" + std::to_string(getpid()) + "-" + name)) {
    if (!text.empty()) std::ofstream(path) << text;
  }
  ~File() { std::filesystem::remove(path); }
};

suggest::Suggestion suggested(const suggest::Request& r) { return suggest::suggest(r, nullptr, nullptr); }

const char* const kQuadratic = R"(schema = 1
[data]
inputs = [[1, 0], [0, 3]]
targets = [[0], [0]]
[population.x]
size = 2
model = "clamped"
[population.y]
size = 1
model = "leaky_rate"
activation = "identity"
tau = 0.5
[projection."x -> y"]
weights = { init = [[1.0, -0.5]], plastic = true }
[learning]
loss = { name = "squared_error", factor = 0.5 }
rate = 2.0
[integrator]
method = "tsit5"
[time]
end = 10
stop = { loss = 1e-6 }
)";

}  // namespace

TEST_CASE("suggest: curvature, step limits and time scales of a network where all are known") {
  File file(kQuadratic);
  suggest::Request r;
  r.scenario = file.path;
  r.evaluations = 0;
  const auto s = suggested(r);
  CHECK(s.curvature.loss == doctest::Approx(0.5 * (1 + 2.25)).epsilon(1e-12));
  CHECK(s.curvature.sharpness == doctest::Approx(9).epsilon(1e-9));
  CHECK(s.curvature.lowest == doctest::Approx(1).epsilon(1e-9));
  CHECK(s.curvature.gradient == doctest::Approx(std::hypot(1.0, 4.5)).epsilon(1e-12));
  for (const auto& [name, interval] : {std::pair{"euler", 2.0},
                                       {"rk4", 2.7853},
                                       {"dopri5", 3.3066},
                                       {"cash_karp54", 3.7344},
                                       {"fehlberg78", 5.0076}}) {
    CAPTURE(name);
    const auto at = std::find_if(s.curvature.limits.begin(), s.curvature.limits.end(),
                                 [&, &method = name](const auto& l) { return l.method == method; });
    REQUIRE(at != s.curvature.limits.end());
    CHECK(at->interval == doctest::Approx(interval).epsilon(2e-5));
    CHECK(at->step == doctest::Approx(interval / 18).epsilon(2e-5));  // rate 2, lam_max 9
  }
  CHECK(s.activity.rests);
  CHECK(s.activity.states == 1);
  CHECK(s.activity.growth == doctest::Approx(-2).epsilon(1e-9));  // tau = 0.5
  CHECK(s.activity.slowest == doctest::Approx(0.5).epsilon(1e-9));
  CHECK(s.flows.empty());
  CHECK(s.as_in_file.trials == 0);
}

TEST_CASE("suggest: a recurrent network's spectral radius and stability") {
  for (const double g : {0.5, 1.5}) {
    CAPTURE(g);
    File file(R"(schema = 1
[population.h]
size = 60
model = "leaky_rate"
activation = "tanh"
tau = 1
[projection."h -> h"]
weights = { init = "spectral_radius", radius = )" +
              std::to_string(g) + R"( }
[integrator]
method = "tsit5"
[time]
end = 1
)");
    suggest::Request r;
    r.scenario = file.path;
    const auto s = suggested(r);
    REQUIRE(s.activity.recurrent.size() == 1);
    CHECK(s.activity.recurrent[0].radius == doctest::Approx(g).epsilon(1e-6));
    CHECK(s.activity.recurrent[0].slope == doctest::Approx(1).epsilon(1e-12));
    REQUIRE(s.activity.rests);  // at zero, where it starts
    CHECK((s.activity.growth < 0) == (g < 1));
    CHECK(s.activity.growth > -1);
    CHECK(s.curvature.note.find("nothing here learns") != std::string::npos);
  }
}

TEST_CASE("suggest: the network that stalls learns with what is suggested, and the file written says it") {
  suggest::Request r;
  r.scenario = kScenarios / "article/stall.toml";
  r.loss = 0.01;
  r.evaluations = 600;
  r.trials = 2;
  r.seeds = 3;
  const auto s = suggested(r);
  CHECK(s.as_in_file.reached == 0);
  CHECK(s.curvature.lowest < 0);
  CHECK(s.file.reached == 0);
  CHECK(std::isinf(s.file.median));
  CHECK(s.suggested.reached == 3);
  CHECK(s.suggested.median < 600);
  CHECK(!s.chosen.empty());
  File out("", "applied.toml");
  suggest::write_scenario(s, out.path, false);
  CHECK_THROWS_AS(suggest::write_scenario(s, out.path, false), FileError);
  const auto p = run::prepare(out.path, {});
  const auto t = run::train(p->scenario.root, out.path.string(), {0.01, 10000, 30, {}});
  CHECK(t.reached);
  CHECK(t.loss == doctest::Approx(0.01).epsilon(1e-6));
  CHECK(suggest::text(s).find("reached") != std::string::npos);
  CHECK(suggest::json_text(s).find("\"chosen\"") != std::string::npos);
}

TEST_CASE("suggest: data paths of the file written are told from its folder") {
  suggest::Request r;
  r.scenario = kScenarios / "iris.toml";
  r.evaluations = 0;
  const auto s = suggested(r);
  File out("", "iris.toml");
  suggest::write_scenario(s, out.path, false);
  CHECK(run::prepare(ScenarioFile(out.path, Allowed{Reach::anywhere}), {})->problem.initial.size() > 0);
  CHECK_THROWS_WITH_AS(run::prepare(out.path, {}), doctest::Contains("leads out of the folder of this file"),
                       ScenarioError);
}

TEST_CASE("candidates are ranked by seeds, then evaluations, then loss; a fault is worse than all") {
  suggest::Candidate a, b;
  a.trials = b.trials = 3;
  a.reached = 3;
  b.reached = 2;
  a.evaluations = 900;
  b.evaluations = 100;
  CHECK(suggest::better(a, b));
  b.reached = 3;
  CHECK(suggest::better(b, a));
  b.evaluations = 900;
  a.loss = 0.1;
  b.loss = 0.2;
  CHECK(suggest::better(a, b));
  a.fault = "no";
  CHECK(suggest::better(b, a));
  CHECK(!suggest::better(a, b));
}

TEST_CASE("training runs: evaluations are right-hand sides, and products of solves; limits end them") {
  const auto p = run::prepare(kScenarios / "xor.toml", {});
  const auto train = [&](const std::string& flow, const std::string& integrator, const run::TrainingLimits& limits) {
    Value root = p->scenario.root;
    scenario::set_key(root, {"learning", "flow"}, scenario::toml_value(flow));
    scenario::set_key(root, {"integrator"}, scenario::toml_value(integrator));
    return run::train(root, "xor.toml", limits);
  };
  const auto euler = train("\"gradient\"", "{ method = \"euler\", dt = 1.0 }", {9e-4, 1e5, 60, {}});
  CHECK(euler.reached);
  CHECK(std::abs(euler.evaluations - 2792) <= 1);
  CHECK(euler.accuracy == 1);
  CHECK(std::isnan(euler.test_accuracy));
  CHECK(euler.curve.front().first == 0);
  CHECK(euler.curve.back().second == euler.loss);
  const auto natural =
      train("{ name = \"natural\", damping = 1e-3 }", "{ method = \"bs3\", rtol = 1e-3 }", {9e-4, 1e5, 60, {}});
  CHECK(natural.reached);
  // With the tolerance 1e-10 of its solves: 17 weights, so at most some 17 products a right-hand side.
  CHECK(natural.evaluations > 200);  // 113 right-hand sides alone
  CHECK(natural.evaluations < 113 * 30);
  const auto cut = train("\"gradient\"", "{ method = \"euler\", dt = 1.0 }", {9e-4, 50, 60, {}});
  CHECK(!cut.reached);
  CHECK(cut.ended == "evaluations");
  CHECK(cut.evaluations <= 51);
  Value bare = p->scenario.root;
  scenario::erase_key(bare, {"learning"});
  CHECK_THROWS(run::train(bare, "xor.toml", {1, 10, 1, {}}));
}
