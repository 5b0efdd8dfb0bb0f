// Measures, marks and advice of `neurode compare`, on numbers worked out by hand.
#include "neurode/compare/compare.hpp"

#include <doctest/doctest.h>

#include <unistd.h>
#include <cmath>
#include <fstream>

#include "compare/problem.hpp"
#include "neurode/core/errors.hpp"

using namespace neurode;
using namespace neurode::compare;

namespace {

Row row(const std::string& name, double rtol, double error, double work, double seconds) {
  Row r;
  r.integrator = name;
  r.rtol = rtol;
  r.error.trajectory = r.error.end = error;
  r.work = work;
  r.seconds = seconds;
  return r;
}

StateLayout layout() {
  StateLayout l;
  Slice a, w;
  a.name = "u.a";
  a.rows = 2;
  w.name = "u.weights";
  w.rows = 1;
  w.block = Block::weights;
  l.add(a);
  l.add(w);
  return l;
}

Trajectory trajectory(const Matrix& states, std::vector<double> loss) {
  Trajectory t;
  t.times = {1, 2};
  t.states = states;
  t.loss = std::move(loss);
  return t;
}

}  // namespace

TEST_CASE("errors by block, at the end and on the way, with the floor atol / rtol") {
  Matrix truth(3, 2), other(3, 2);
  truth << 1, 2, 0, 0, -4, 10;
  other << 1.1, 2, 0.002, 0.001, -4, 10.05;
  const Vector floor = (Vector(3) << 0.1, 0.01, 0).finished();
  const Errors e = errors_between(trajectory(other, {2, 1.2}), trajectory(truth, {4, 1}), floor, layout());
  // activity: 0.1/1.1 and 0.002/0.01 on the way, 0 and 0.001/0.01 at the end; weights 0 and 0.05/10
  CHECK(e.activity == doctest::Approx(0.2).epsilon(1e-14));
  CHECK(e.weights == doctest::Approx(0.005).epsilon(1e-12));
  CHECK(std::isnan(e.errors));
  CHECK(e.trajectory == doctest::Approx(0.2).epsilon(1e-14));
  CHECK(e.end == doctest::Approx(0.1).epsilon(1e-12));
  CHECK(e.scd == doctest::Approx(-std::log10(0.005)).epsilon(1e-12));  // where the reference is 0 nothing is relative
  CHECK(e.loss == doctest::Approx(0.5).epsilon(1e-14));                // 2 of the largest loss, 4
  Row r;
  r.error = e;
  r.rtol = 0.01;
  CHECK(r.digits() == doctest::Approx(1).epsilon(1e-12));
  CHECK(r.error_per_tolerance() == doctest::Approx(20).epsilon(1e-12));

  const Errors same = errors_between(trajectory(truth, {4, 1}), trajectory(truth, {4, 1}), Vector::Zero(3), layout());
  CHECK(same.trajectory == 0);
  CHECK(same.scd == 16);
  other(1, 0) = std::nan("");
  CHECK(std::isnan(errors_between(trajectory(other, {}), trajectory(truth, {}), floor, layout()).trajectory));
}

TEST_CASE("Pareto: nothing better in both, ties go to the first, what is unknown never") {
  const std::vector<std::pair<double, double>> points = {{1e-3, 10}, {1e-3, 10}, {1e-4, 10},   {1e-2, 5},
                                                         {1e-5, 50}, {1e-4, 60}, {kUnknown, 1}};
  const std::vector<bool> expected = {false, false, true, true, true, false, false};
  CHECK(pareto(points) == expected);
}

TEST_CASE("advice: the fastest row that is exact enough, less work among equals, and honest where there is none") {
  Comparison c;
  c.reference.error = 1e-9;
  c.rows = {row("slow", 1e-5, 5e-7, 9000, 2.0), row("quick", 1e-4, 2e-6, 100, 0.1), row("quick", 1e-6, 9e-7, 300, 0.50),
            row("lean", 1e-6, 3e-9, 200, 0.55)};
  mark_and_recommend(c, 1e-6);
  CHECK(c.recommendation.row == 3);  // a tenth slower than the fastest, but less work
  CHECK(c.recommendation.text.find("lean with rtol = 1e-6") != std::string::npos);
  CHECK(c.recommendation.text.find("quick with rtol = 1e-6 is as fast") != std::string::npos);
  CHECK(c.recommendation.text.find("slow with rtol = 1e-5, 3.64 times") != std::string::npos);
  CHECK(c.rows[3].near_reference);
  CHECK_FALSE(c.rows[2].near_reference);
  CHECK(c.rows[1].best_time);
  CHECK(c.rows[1].best_work);
  CHECK_FALSE(c.rows[0].best_time);
  CHECK(c.rows[2].best_time);
  CHECK_FALSE(c.rows[2].best_work);

  c.rows[3].seconds = 0.6;  // a fifth slower: no longer as fast
  mark_and_recommend(c, 1e-6);
  CHECK(c.recommendation.row == 2);
  mark_and_recommend(c, 1e-10);
  CHECK(c.recommendation.row == -1);
  CHECK(c.recommendation.text.find("most exact is lean") != std::string::npos);
  c.rows[2].state = State::failed;
  mark_and_recommend(c, 1e-6);
  CHECK(c.recommendation.row == 3);
}

TEST_CASE("ranges of tolerances") {
  CHECK(parse_ladder("1e-3:1e-9", "--rtol") == std::pair{1e-3, 1e-9});
  CHECK(parse_ladder("1e-9:1e-3", "--rtol") == std::pair{1e-3, 1e-9});
  CHECK(parse_ladder("1e-6", "--rtol") == std::pair{1e-6, 1e-6});
  for (const char* bad : {"", "x", "1e-3:", ":1e-3", "2", "0:1e-3", "1e-3:1e-4:1e-5", "-1e-3"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(parse_ladder(bad, "--rtol"), UsageError);
  }
}

TEST_CASE("a whole comparison: every decade, a reference that knows its own error, failures with their cause") {
  const auto path = std::filesystem::temp_directory_path() / ("neurode-compare-" + std::to_string(getpid()) + ".toml");
  std::ofstream(path) << R"toml(schema = 1
[model.relax]
equations = "dx/dt = -rate * (x - sin(t))"
initial = { x = 1.0 }
output = "x"
parameters = { rate = 1e4 }
[population.p]
model = "relax"
[integrator]
atol = 1e-9
[time]
end = 2
)toml";
  Request request;
  request.scenario = path;
  request.integrators = {"rodas5p", "tsit5", "rk4"};
  request.finest = 1e-6;
  request.steps = {1e-3, 1e-4};
  request.repeat = 1;
  const Comparison c = compare::run(request, {}, {});
  CHECK(c.stiff);
  CHECK(c.states == 1);
  REQUIRE(c.rows.size() == 10);
  CHECK(c.reference.rtol == 1e-8);
  CHECK(c.reference.end == 2);
  CHECK(c.reference.error < 1e-6);
  CHECK(c.reference.error > 1e-9);
  const double rtols[] = {1e-3, 1e-4, 1e-5, 1e-6};
  for (std::size_t k = 0; k < 4; ++k) {
    CHECK(c.rows[k].rtol == rtols[k]);
    CHECK(c.rows[k].state == State::done);
    CHECK(c.rows[k].timed == 1);
    CHECK(c.rows[4 + k].statistics.steps > 5000);  // stability: 2e4 / 3.5
  }
  CHECK(c.rows[3].error.trajectory < 5e-5);
  CHECK(c.rows[3].error.trajectory > 1e-6);
  CHECK(c.rows[8].dt == 1e-3);
  CHECK(c.rows[8].state == State::failed);  // rk4 with rate dt = 10 explodes
  CHECK(c.rows[8].cause.find("non_finite") != std::string::npos);
  CHECK(c.rows[8].time_reached < 2);
  CHECK(c.rows[9].state == State::done);
  CHECK(c.recommendation.row >= 0);
  CHECK(c.rows[static_cast<std::size_t>(c.recommendation.row)].error.trajectory <= c.recommendation.accuracy);
  const std::string table = table_text(c);
  CHECK(table.find("failed: non_finite") != std::string::npos);
  CHECK(table.rfind("Recommended", table.size() - 2) > table.rfind("\n\n"));

  // An explicit method needs millions of steps now, an implicit one as many as before.
  request.overrides = {"population.p.rate=1e7"};
  request.time_limit = 0.05;
  request.integrators = {"tsit5"};
  request.reference_method = "rodas5p";
  const Comparison hurried = compare::run(request, {}, {});
  CHECK(hurried.rows[0].state == State::failed);
  CHECK(hurried.rows[0].cause.find("wall_clock") != std::string::npos);
  CHECK(hurried.rows[1].state == State::skipped);
  CHECK(hurried.recommendation.row == -1);
  std::filesystem::remove(path);
}
