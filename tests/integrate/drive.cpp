#include "neurode/integrate/drive.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <stdexcept>

#include "integrate/problems.hpp"

using namespace neurode;
using namespace neurode::integrate;
using problems::attainable;
using problems::options;
using problems::Problem;
using problems::vector;

namespace {

Result run(Problem& p, const Vector& x0, double t0, double t1, const Options& o) {
  return drive(p, t0, x0, t1, o, {}, {}, {});
}

double error(const Vector& x, const Vector& truth) { return (x - truth).lpNorm<Eigen::Infinity>(); }

// For the same tolerance BDF's errors at the end are larger than others'.
double slack(const std::string& method) {
  const auto* m = find_entry(methods(), method);
  return m->multistep && m->stiff ? 6 : 1;
}

std::vector<std::string> adaptive_methods() {
  std::vector<std::string> names;
  for (const auto& m : methods()) {
    if (m.adaptive() && !m.stochastic) names.push_back(m.name);
  }
  return names;
}

}  // namespace

TEST_CASE("Lorenz at t = 1") {
  const Vector truth = vector({-9.37857001092506236, -8.35703378842664473, 29.3623253373634282});
  for (const auto& m : adaptive_methods()) {
    CAPTURE(m);
    auto p = problems::lorenz();
    const auto r = run(p, vector({1, 1, 1}), 0, 1, options(m, 1e-11, 1e-12));
    CHECK(r.outcome == Outcome::reached_end);
    CHECK(error(r.x, truth) < 200 * attainable(m, 1e-11) * slack(m));
    CHECK(r.statistics.rhs == p.calls);
  }
}

TEST_CASE("period of the van der Pol oscillator, mu = 1") {
  for (const auto& m : adaptive_methods()) {
    CAPTURE(m);
    auto p = problems::van_der_pol(1);
    std::vector<double> up;
    Observer o;
    o.event = [&](std::size_t, double t, const Vector&) { up.push_back(t); };
    drive(p, 0, vector({2, 0}), 40, options(m, 1e-10, 1e-11), {},
          {{"up", [](double, const Vector& x) { return x[0]; }, 1, false}}, o);
    REQUIRE(up.size() >= 5);
    CHECK(std::abs(up[4] - up[3] - 6.66328686) < 50 * attainable(m, 1e-10));
  }
}

TEST_CASE("y' = -50 (y - cos t) at t = 1.5, and Prothero-Robinson with lambda = -100") {
  for (const auto& m : adaptive_methods()) {
    CAPTURE(m);
    Problem relax(1, [](double t, const double* x, double* f) { f[0] = -50 * (x[0] - std::cos(t)); });
    const auto a = run(relax, vector({0}), 0, 1.5, options(m, 1e-11, 1e-12));
    CHECK(std::abs(a.x[0] - 0.0906508410633586552) < 10 * attainable(m, 1e-11));
    Problem prothero(1, [](double t, const double* x, double* f) {
      const double s = t + std::numbers::pi / 4;
      f[0] = -100 * (x[0] - std::sin(s)) + std::cos(s);
    });
    const auto b = run(prothero, vector({std::sin(std::numbers::pi / 4)}), 0, 5, options(m, 1e-10, 1e-11));
    CHECK(std::abs(b.x[0] - std::sin(5 + std::numbers::pi / 4)) < (m == "bs3" ? 5e-9 : attainable(m, 1e-10)));
  }
}

TEST_CASE("error follows the tolerance") {
  for (const auto& m : adaptive_methods()) {
    CAPTURE(m);
    double before = 1;
    for (double rtol : {1e-4, 1e-6, 1e-8}) {
      auto p = problems::smooth();
      const auto r = run(p, problems::smooth_solution(0), 0, 6, options(m, rtol, rtol));
      const double e = error(r.x, problems::smooth_solution(6));
      CAPTURE(rtol);
      CHECK(e < 60 * attainable(m, rtol) * slack(m));
      CHECK(e > 0.002 * attainable(m, rtol));
      CHECK(e < before / 5);
      before = e;
    }
  }
}

TEST_CASE("steps and right-hand sides of a few runs, pinned") {
  const auto count = [](const char* method, double rtol) {
    auto p = problems::van_der_pol(1);
    const auto s = run(p, vector({2, 0}), 0, 20, options(method, rtol, rtol)).statistics;
    return std::to_string(s.steps) + " " + std::to_string(s.rejected) + " " + std::to_string(s.rhs);
  };
  CHECK(count("tsit5", 1e-6) == "144 27 1028");
  CHECK(count("dopri5", 1e-6) == "148 32 1082");
  CHECK(count("bs3", 1e-4) == "217 22 719");
  CHECK(count("cash_karp54", 1e-6) == "121 29 872");
  CHECK(count("fehlberg78", 1e-10) == "160 23 2357");
}

TEST_CASE("two runs are equal, bit for bit") {
  for (const auto& m : methods()) {
    auto p = problems::lorenz();
    const auto o = options(m.name, 1e-7, 1e-9, 1e-3);
    const auto a = run(p, vector({1, 1, 1}), 0, 2, o), b = run(p, vector({1, 1, 1}), 0, 2, o);
    CHECK(a.x == b.x);
    CHECK(a.statistics.rhs == b.statistics.rhs);
  }
}

TEST_CASE("fixed steps: their grid, their last one, and steps longer than the interval") {
  const auto steps = [](double t1, double dt) {
    Problem p = problems::oscillator();
    std::vector<double> t;
    Observer o;
    o.step = [&](double now, double, const Vector&, const Statistics&) { t.push_back(now); };
    const auto r = drive(p, 1, vector({1, 0}), t1, options("rk4", 0, 0, dt), {}, {}, o);
    CHECK(r.statistics.steps == static_cast<std::int64_t>(t.size()));
    CHECK(r.t == t1);
    return t;
  };
  CHECK(steps(2, 0.4) == std::vector<double>{1.4, 1.8, 2});
  CHECK(steps(2, 0.25) == std::vector<double>{1.25, 1.5, 1.75, 2});
  CHECK(steps(2, 5) == std::vector<double>{2});
  CHECK(steps(2, 0.5 * (1 - 1e-10)).size() == 2);  // the sliver of 1e-10 is no step
  CHECK(steps(2, 0.5 * (1 - 1e-8)).size() == 3);
  CHECK(steps(2, 0.5 * (1 + 1e-10)).size() == 2);
  CHECK(steps(11, 0.1).size() == 100);
  CHECK(steps(1001, 0.001).size() == 1000000);
}

TEST_CASE("an adaptive run keeps to dt, dt_max and its segment's end") {
  auto p = problems::oscillator();
  auto o = options("tsit5", 1e-3, 1e-3, 1e-3);
  o.dt_max = 0.05;
  std::vector<double> dt;
  Observer observer;
  observer.step = [&](double, double h, const Vector&, const Statistics&) { dt.push_back(h); };
  const auto r = drive(p, 0, vector({1, 0}), 1.01, o, {}, {}, observer);
  CHECK(dt.front() == 1e-3);
  CHECK(r.statistics.dt_max == 0.05);
  CHECK(r.statistics.dt_min <= 1e-3);
  CHECK(r.t == 1.01);
}

TEST_CASE("a steady state stops at the first step end where every rate is small") {
  for (const auto& m : methods()) {
    CAPTURE(m.name);
    Problem p(2, [](double, const double* x, double* f) { f[0] = -x[0], f[1] = 2 - 2 * x[1]; });
    std::vector<double> rate;
    Observer o;
    o.step = [&](double, double, const Vector& x, const Statistics&) {
      rate.push_back(std::max(std::abs(x[0]), std::abs(2 - 2 * x[1])));
    };
    const auto r = drive(p, 0, vector({1, 0}), 1000, options(m.name, 1e-6, 1e-9, 0.1), {}, {}, o, 1e-3);
    CHECK(r.outcome == Outcome::steady_state);
    CHECK(rate.back() < 1e-3);
    CHECK(rate[rate.size() - 2] >= 1e-3);
    CHECK(succeeded(r.outcome));
    // One F a step end at most, taken over by the next step; and what choosing the number of stages takes.
    const std::int64_t trials = r.statistics.steps + r.statistics.rejected;
    if (!m.varying_stages) {
      const int history = m.multistep ? 10 : 0;  // its first steps cost more
      CHECK(r.statistics.rhs <= trials * m.stages + 2 + (m.fsal ? 0 : 1) + history);
      continue;
    }
    auto o_same = options(m.name, 1e-6, 1e-9, 0.1);
    o_same.max_steps = r.statistics.steps;
    const auto unasked = drive(p, 0, vector({1, 0}), 1000, o_same, {}, {}, {});
    CHECK(unasked.x == r.x);
    CHECK(r.statistics.rhs <= unasked.statistics.rhs + r.statistics.steps);
  }
}

TEST_CASE("an interval of no length gives the start") {
  auto p = problems::oscillator();
  int points = 0;
  Observer o;
  o.output = [&](std::size_t, std::int64_t, double, const Vector&) { ++points; };
  const auto r = drive(p, 3, vector({1, 2}), 3, options("tsit5", 1e-6, 1e-9), {{0.1}, {0}}, {}, o);
  CHECK(r.outcome == Outcome::reached_end);
  CHECK(r.x == vector({1, 2}));
  CHECK(points == 2);
  CHECK(r.statistics.steps == 0);
}

TEST_CASE("what makes no sense is refused before anything is computed") {
  auto p = problems::oscillator();
  const Vector x0 = vector({1, 0});
  const auto refused = [&](const Options& o, const char* text, double t1 = 1, const Vector* x = nullptr) {
    CHECK_THROWS_WITH_AS(drive(p, 0, x ? *x : x0, t1, o, {}, {}, {}), doctest::Contains(text), std::invalid_argument);
  };
  refused(options("tsit6", 1e-6, 1e-9), "unknown method \"tsit6\"");
  refused(options("rk4", 1e-6, 1e-9), "needs dt");
  refused(options("tsit5", 0, 1e-9), "rtol");
  refused(options("tsit5", 1e-6, -1), "atol");
  refused(options("tsit5", 1e-6, 1e-9), "backwards", -1);
  refused(options("tsit5", 1e-6, 1e-9), "not finite", HUGE_VAL);
  const Vector three = vector({1, 2, 3});
  refused(options("tsit5", 1e-6, 1e-9), "3 elements", 1, &three);
  Options o = options("tsit5", 1e-6, 1e-9);
  o.atol = three;
  refused(o, "atol has 3 elements");
  CHECK(p.calls == 0);
}
