#include "integrate/event_finder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "integrate/problems.hpp"

using namespace neurode;
using namespace neurode::integrate;
using problems::options;
using problems::vector;
using std::numbers::pi;

namespace {

struct Seen {
  std::size_t which;
  double t;
};

struct Run {
  std::vector<Seen> seen;
  Result result;
};

// cos and -sin from (1, 0).
Run oscillate(const std::vector<Event>& events, double end, Options o = options("tsit5", 1e-12, 1e-13)) {
  Run run;
  Observer observer;
  observer.event = [&](std::size_t which, double t, const Vector&) { run.seen.push_back({which, t}); };
  auto p = problems::oscillator();
  run.result = drive(p, 0, vector({1, 0}), end, o, {}, events, observer);
  return run;
}

double position(double, const Vector& x) { return x[0]; }
double velocity(double, const Vector& x) { return x[1]; }

}  // namespace

TEST_CASE("zero crossings of an oscillator, in each direction") {
  for (int direction : {0, 1, -1}) {
    CAPTURE(direction);
    const auto run = oscillate({{"zero", position, direction, false}}, 20);
    std::vector<double> expected;
    for (int k = 0; k < 6; ++k) {
      if (direction == 0 || (direction > 0) == (k % 2 == 1)) expected.push_back((k + 0.5) * pi);
    }
    REQUIRE(run.seen.size() == expected.size());
    for (std::size_t k = 0; k < expected.size(); ++k) CHECK(std::abs(run.seen[k].t - expected[k]) < 1e-10);
    CHECK(run.result.outcome == Outcome::reached_end);
    CHECK(run.result.event == -1);
  }
}

TEST_CASE("a terminal event ends the run with its time and state, past the crossing by rounding at most") {
  const auto run =
      oscillate({{"never", [](double, const Vector&) { return 1.0; }, 0, true}, {"zero", position, 1, true}}, 20);
  CHECK(run.result.outcome == Outcome::stopped_by_condition);
  CHECK(run.result.event == 1);
  CHECK(std::abs(run.result.t - 1.5 * pi) < 1e-10);
  CHECK(std::abs(run.result.x[0]) < 1e-14);
  CHECK(run.result.x[0] >= 0);
  CHECK(std::abs(run.result.x[1] - 1) < 1e-10);
  CHECK(run.seen.size() == 1);
  CHECK(run.result.message.find("\"zero\"") != std::string::npos);
}

TEST_CASE("the first of several terminal events wins, whatever their order in the list") {
  const auto at = [](double when) { return [when](double t, const Vector&) { return t - when; }; };
  // All inside one long step.
  Options o = options("rk4", 0, 0, 1);
  const auto run = oscillate({{"c", at(0.9), 0, true}, {"a", at(0.3), 0, false}, {"b", at(0.6), 0, true}}, 1, o);
  CHECK(run.result.event == 2);
  CHECK(run.result.t == doctest::Approx(0.6).epsilon(1e-15));
  REQUIRE(run.seen.size() == 2);
  CHECK(run.seen[0].which == 1);
  CHECK(run.seen[0].t == doctest::Approx(0.3).epsilon(1e-15));
  CHECK(run.seen[1].which == 2);
}

TEST_CASE("an event that starts at zero does not fire at once, and one that ends at zero does") {
  auto run = oscillate({{"turn", velocity, 0, true}}, 10);
  CHECK(std::abs(run.result.t - pi) < 1e-10);
  run = oscillate({{"clock", [](double t, const Vector&) { return t - 2; }, 0, true}}, 2);
  CHECK(run.result.outcome == Outcome::stopped_by_condition);
  CHECK(run.result.t == 2);
  // Reached exactly at the end of a step that is not the last: once, not again when leaving.
  run =
      oscillate({{"clock", [](double t, const Vector&) { return t - 0.5; }, 0, false}}, 1, options("rk4", 0, 0, 0.125));
  REQUIRE(run.seen.size() == 1);
  CHECK(run.seen[0].t == 0.5);
}

TEST_CASE("two crossings inside one step are both found") {
  const auto window = [](double t, const Vector&) { return (t - 0.35) * (t - 0.65); };
  auto run = oscillate({{"window", window, 0, false}}, 1, options("rk4", 0, 0, 1));
  REQUIRE(run.result.statistics.steps == 1);
  REQUIRE(run.seen.size() == 2);
  CHECK(run.seen[0].t == doctest::Approx(0.35).epsilon(1e-14));
  CHECK(run.seen[1].t == doctest::Approx(0.65).epsilon(1e-14));
  run = oscillate({{"window", window, 1, false}}, 1, options("rk4", 0, 0, 1));
  REQUIRE(run.seen.size() == 1);
  CHECK(run.seen[0].t == doctest::Approx(0.65).epsilon(1e-14));
}

TEST_CASE("events far from the origin of time are located to its last places") {
  auto p = problems::oscillator();
  const double when = 1e6 + 1.0 / 3;
  const std::vector<Event> events = {{"e", [=](double t, const Vector&) { return std::expm1(t - when); }, 0, true}};
  const auto r = drive(p, 1e6, vector({1, 0}), 1e6 + 1, options("dopri5", 1e-6, 1e-9), {}, events, {});
  CHECK(std::abs(r.t - when) <= 4 * 1.2e-10);
}

TEST_CASE("g that is not a number fires nothing; after it the crossing shows where g is back") {
  const auto g = [](double t, const Vector&) { return t < 0.3 ? -1 : t < 0.7 ? std::nan("") : 1.0; };
  const auto run = oscillate({{"gap", g, 0, false}}, 1, options("rk4", 0, 0, 0.125));
  REQUIRE(run.seen.size() == 1);
  CHECK(run.seen[0].t >= 0.7);
  CHECK(run.seen[0].t < 0.74);
}

TEST_CASE("outputs and events come in order of time; a stop shows on the grid of steps, not on the regular one") {
  auto p = problems::oscillator();
  std::vector<double> order, steps;
  Observer o;
  o.output = [&](std::size_t grid, std::int64_t, double t, const Vector&) { (grid == 0 ? order : steps).push_back(t); };
  o.event = [&](std::size_t, double t, const Vector&) { order.push_back(t); };
  const std::vector<Event> events = {{"zero", position, 0, false},
                                     {"stop", [](double t, const Vector&) { return t - 4.05; }, 0, true}};
  const auto r = drive(p, 0, vector({1, 0}), 10, options("tsit5", 1e-3, 1e-3), {{0.1}, {0}}, events, o);
  CHECK(std::is_sorted(order.begin(), order.end()));
  CHECK(order.size() == 41 + 2);
  CHECK(steps.back() == r.t);
  CHECK(r.t == doctest::Approx(4.05).epsilon(1e-15));
}
