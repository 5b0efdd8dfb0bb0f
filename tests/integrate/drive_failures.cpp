#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <thread>

#include "integrate/problems.hpp"
#include "neurode/core/errors.hpp"

using namespace neurode;
using namespace neurode::integrate;
using problems::options;
using problems::Problem;
using problems::vector;

namespace {

Result run(Problem& p, const Vector& x0, double t1, const Options& o) { return drive(p, 0, x0, t1, o, {}, {}, {}); }

// x1' = x1^2 from 1: infinite at t = 1.
Problem blow_up() {
  return {2, [](double, const double* x, double* f) { f[0] = -x[0], f[1] = x[1] * x[1]; }};
}

}  // namespace

TEST_CASE("blow-up: adaptive methods stop at the singularity and name the variable") {
  for (const auto& m : methods()) {
    if (!m.adaptive()) continue;
    CAPTURE(m.name);
    auto p = blow_up();
    const auto r = run(p, vector({1, 1}), 2, options(m.name, 1e-6, 1e-9));
    CHECK((r.outcome == Outcome::step_underflow || r.outcome == Outcome::non_finite));
    CHECK_FALSE(succeeded(r.outcome));
    const double moved =
        (m.multistep ? 50 : 10) * problems::attainable(m.name, 1e-6);  // the singularity, by errors made before
    CHECK(std::abs(r.t - 1) < moved);
    CHECK(r.bad_element == 1);
    CHECK(std::abs(r.bad_time - 1) < moved);
    CHECK(r.x.allFinite());
    CHECK(r.x[0] == doctest::Approx(std::exp(-1)).epsilon(100 * problems::attainable(m.name, 1e-6)));
    CHECK(r.message.find("x[1]") != std::string::npos);
    CHECK(r.statistics.steps < (m.stochastic ? 30000 : m.embedded_order == 1 ? 20000 : 5000));  // as rtol^(-1/2)
  }
}

TEST_CASE("blow-up: fixed steps end at the first value that is not finite, with the last good state") {
  for (const auto& m : methods()) {
    if (m.adaptive()) continue;
    CAPTURE(m.name);
    auto p = blow_up();
    const auto r = run(p, vector({1, 1}), 4, options(m.name, 0, 0, 0.125));
    if (m.stiff) {  // implicit: its equations have no solution any more some steps ahead of the singularity
      CHECK(r.outcome == Outcome::solver_failed);
      CHECK(r.t == r.bad_time);
      CHECK(r.t >= 0.5);
      CHECK(r.t < 1);
      CHECK(r.x.allFinite());
      continue;
    }
    CHECK(r.outcome == Outcome::non_finite);
    CHECK(r.bad_element == 1);
    // The state may still be finite where its derivative is not.
    CHECK((r.bad_time == r.t + 0.125 || r.bad_time == r.t));
    CHECK(r.t >= 1);
    CHECK(r.t < 3);
    CHECK(r.x.allFinite());
  }
}

TEST_CASE("a trial step out of the domain is a rejection, not an end") {
  // sqrt(x) is NaN below 0; the solution stays above: x = (1 + t/2)^-2.
  Problem p(1, [](double, const double* x, double* f) { f[0] = -x[0] * std::sqrt(x[0]); });
  auto o = options("tsit5", 1e-8, 1e-10, 50);  // a first step that overshoots far
  const auto r = run(p, vector({1}), 20, o);
  CHECK(r.outcome == Outcome::reached_end);
  CHECK(r.statistics.rejected >= 1);
  CHECK(r.x[0] == doctest::Approx(1.0 / 121).epsilon(1e-7));
}

TEST_CASE("values that are not finite at the start are found before any step") {
  for (const auto& m : methods()) {
    CAPTURE(m.name);
    const auto o = options(m.name, 1e-6, 1e-9, 0.1);
    auto p = problems::lorenz();
    auto r = run(p, vector({1, 1, std::nan("")}), 1, o);
    CHECK(r.outcome == Outcome::non_finite);
    CHECK(r.bad_element == 2);
    CHECK(r.bad_time == 0);
    CHECK(p.calls == 0);
    Problem q(2, [](double, const double*, double* f) { f[0] = 1, f[1] = std::numeric_limits<double>::infinity(); });
    r = run(q, vector({1, 1}), 1, o);
    CHECK(r.outcome == Outcome::non_finite);
    CHECK(r.bad_element == 1);
    CHECK(r.statistics.steps == 0);
    CHECK(q.calls == 1);
  }
}

TEST_CASE("a wall of NaN behind a finite start: dt / 4 each time until the step is too small or the cap is reached") {
  const auto wall = [] {
    return Problem(2, [](double t, const double*, double* f) { f[0] = 1, f[1] = t > 1 ? std::nan("") : 1.0; });
  };
  auto p = wall();
  auto r = run(p, vector({0, 0}), 2, options("dopri5", 1e-6, 1e-9));
  CHECK(r.outcome == Outcome::non_finite);
  CHECK(r.bad_element == 1);
  CHECK(r.t == doctest::Approx(1).epsilon(1e-12));
  CHECK(r.x[1] == doctest::Approx(1).epsilon(1e-12));
  auto o = options("dopri5", 1e-6, 1e-9, 100);
  o.max_rejected = 3;
  p = wall();
  r = run(p, vector({0, 0}), 200, o);
  CHECK(r.outcome == Outcome::non_finite);
  CHECK(r.statistics.rejected == 3);
  CHECK(r.statistics.steps == 0);
  CHECK(r.bad_time == 100.0 / 16);
}

TEST_CASE("a jump that is no breakpoint, at a tolerance nothing can meet: underflow or too many rejections") {
  // Noise of relative size 1e-3 in F: no step is small enough for rtol = 1e-12.
  const auto noise = [] {
    return Problem(2, [](double t, const double*, double* f) {
      f[0] = 0;
      f[1] = 1 + 1e-3 * std::sin(1e17 * t);
    });
  };
  auto p = noise();
  auto o = options("tsit5", 1e-15, 1e-30);
  o.dt_min = 1e-9;
  auto r = run(p, vector({1, 1}), 1, o);
  CHECK(r.outcome == Outcome::step_underflow);
  CHECK(r.bad_element == 1);
  CHECK(r.message.find("1e-09") != std::string::npos);
  o.dt_min = 0;
  o.max_rejected = 2;
  p = noise();
  r = run(p, vector({1, 1}), 1, o);
  CHECK(r.outcome == Outcome::max_rejected);
  CHECK(r.bad_element == 1);
  CHECK(r.message.find("2 trial steps") != std::string::npos);
}

TEST_CASE("a fixed step too small for time to advance is an underflow, not a hang") {
  auto p = problems::oscillator();
  const auto r = drive(p, 1e9, vector({1, 0}), 1e9 + 1, options("rk4", 0, 0, 1e-9), {}, {}, {});
  CHECK(r.outcome == Outcome::step_underflow);
  CHECK(r.statistics.steps == 0);
}

TEST_CASE("caps and interruption") {
  auto p = problems::lorenz();
  const Vector x0 = vector({1, 1, 1});
  for (const char* method : {"tsit5", "rk4", "cash_karp54"}) {
    CAPTURE(method);
    auto o = options(method, 1e-6, 1e-9, 1e-3);
    o.max_steps = 7;
    auto r = run(p, x0, 10, o);
    CHECK(r.outcome == Outcome::max_steps);
    CHECK(r.statistics.steps == 7);
    CHECK(r.t > 0);
    o.max_steps = 0;
    o.max_rhs = 100;
    r = run(p, x0, 10, o);
    CHECK(r.outcome == Outcome::max_rhs);
    CHECK(r.statistics.rhs <= 100);
    CHECK(r.statistics.rhs > 100 - 8);
    o.max_rhs = 0;
    o.max_wall_seconds = 0.02;
    r = run(p, x0, 1e9, o);
    CHECK(r.outcome == Outcome::wall_clock);
    CHECK(r.statistics.wall_seconds >= 0.02);
    CHECK(r.statistics.wall_seconds < 0.2);
    o.max_wall_seconds = 0;
    int asked = 0;
    Observer observer;
    observer.interrupt = [&] { return ++asked == 5; };
    r = drive(p, 0, x0, 10, o, {}, {}, observer);
    CHECK(r.outcome == Outcome::interrupted);
    CHECK(r.statistics.steps == 5);
    CHECK(asked == 5);
  }
  // Where the time allowed was enough for a few right-hand sides, no more of them are spent on why.
  int calls = 0;
  Problem slow(1, [&calls](double, const double* x, double* f) {
    ++calls;
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
    f[0] = -x[0];
  });
  auto patient = options("rk4", 0, 0, 1e-3);
  patient.max_wall_seconds = 0.02;
  const auto stopped = run(slow, vector({1}), 10, patient);
  CHECK(stopped.outcome == Outcome::wall_clock);
  CHECK(stopped.message.find("time scale") == std::string::npos);
  CHECK(calls == stopped.statistics.rhs);
  // A cap that is just enough is none.
  auto o = options("rk4", 0, 0, 0.25);
  o.max_steps = 4;
  o.max_rhs = 16;
  CHECK(run(p, x0, 1, o).outcome == Outcome::reached_end);
}

TEST_CASE("an exception of the observer passes through") {
  auto p = problems::oscillator();
  Observer o;
  o.output = [](std::size_t, std::int64_t, double, const Vector&) { throw NumericalError("full"); };
  CHECK_THROWS_AS(drive(p, 0, vector({1, 0}), 1, options("tsit5", 1e-6, 1e-9), {{0}}, {}, o), NumericalError);
}
