// Every adaptive method on published problems: the steps it takes, the digits it gets, and the problems it is not
// expected to survive, with how it fails.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "integrate/problems.hpp"
#include "integrate/stiff_problems.hpp"

using namespace neurode;
using namespace neurode::integrate;
using problems::Case;
using problems::options;

namespace {

Case lorenz() {
  return {problems::lorenz(), problems::vector({1, 1, 1}), 1,
          problems::vector({-9.37857001092506236, -8.35703378842664473, 29.3623253373634282}), 1e-3};
}
// Dissipative and mildly stiff: what stabilised methods are for.
Case relaxing() {
  return {problems::Problem(
              1, [](double t, const double* y, double* f) { f[0] = -50 * (y[0] - std::cos(t)); },
              [](double, const double*, Matrix& j) { j(0, 0) = -50; },
              [](double t, const double*, double* ft) { ft[0] = -50 * std::sin(t); }),
          problems::vector({0}), 1.5, problems::vector({0.0906508410633586552}), 1};
}
Case smooth() { return {problems::smooth(), problems::smooth_solution(0), 2, problems::smooth_solution(2), 1}; }

/// At rtol 1e-6: steps (a tenth more or less is a change of the method) and correct digits (0.5 either way: some hang
/// on rounding); or the failure expected.
struct Expected {
  int steps;
  double digits;
};
constexpr Expected kTooManySteps{-1, 0}, kTooManyRhs{-2, 0};

struct Line {
  const char* method;
  Expected lorenz, hires, robertson, van_der_pol;
};
const Line kLines[] = {
    {"ark436", {81, 5.6}, {213, 6.6}, {346, 5.9}, {469, 6.2}},
    {"auto", {51, 6.0}, {344, 6.3}, {300, 7.5}, {535, 6.2}},
    {"bs3", {383, 5.9}, {14069, 5.2}, kTooManySteps, kTooManySteps},
    {"bulirsch_stoer", {8, 6.0}, {5395, 5.0}, kTooManySteps, kTooManySteps},
    {"cash_karp54", {46, 5.6}, {9364, 6.5}, kTooManySteps, kTooManySteps},
    {"cvode_adams", {137, 4.7}, kTooManySteps, kTooManySteps, kTooManySteps},
    {"cvode_bdf", {173, 5.1}, {533, 4.7}, {1044, 6.1}, {1370, 4.4}},
    {"dop853", {18, 6.5}, {5423, 7.5}, kTooManySteps, kTooManySteps},
    {"dopri5", {54, 6.3}, {10596, 6.5}, kTooManySteps, kTooManySteps},
    {"exprb32", {523, 5.8}, {2402, 8.4}, {3519, 5.8}, {5087, 6.8}},
    {"exprb43", {189, 6.6}, {423, 5.5}, {877, 5.2}, {1264, 5.6}},
    {"fehlberg78", {19, 6.7}, {6968, 7.0}, kTooManySteps, kTooManySteps},
    {"odeint_dopri5", {54, 6.4}, {10667, 6.5}, kTooManySteps, kTooManySteps},
    {"rkc2", {797, 3.9}, {1391, 4.3}, kTooManyRhs, {4915, 5.1}},
    {"rock2", {5770, 5.4}, {8533, 6.5}, kTooManySteps, kTooManySteps},
    {"rock4", {119, 5.3}, {2998, 5.2}, kTooManySteps, kTooManySteps},
    {"rodas4", {134, 6.0}, {390, 7.0}, {449, 7.6}, {920, 6.2}},
    {"rodas5p", {74, 6.7}, {220, 6.8}, {285, 7.5}, {537, 6.7}},
    {"ros3p", {671, 6.2}, {1751, 5.8}, {1211, 5.9}, {4053, 5.5}},
    {"rosenbrock23", {451, 4.0}, {2061, 5.2}, {2675, 5.2}, {4523, 4.9}},
    {"tsit5", {51, 6.0}, {9944, 6.6}, kTooManySteps, kTooManySteps},
};

constexpr std::int64_t kMostSteps = 20000, kMostRhs = 2000000;

void check(const MethodEntry& m, const char* what, const Case& c, const Expected& expected) {
  CAPTURE(m.name);
  CAPTURE(std::string(what));
  auto o = options(m.name, 1e-6, 1e-6 * c.floor);
  o.max_steps = kMostSteps;
  o.max_rhs = kMostRhs;
  problems::Problem p = c.problem;
  const auto r = drive(p, 0, c.x0, c.end, o, {}, {}, {});
  if (expected.steps < 0) {
    CHECK(r.outcome == (expected.steps == -1 ? Outcome::max_steps : Outcome::max_rhs));
    CHECK(r.t < c.end);
    return;
  }
  CHECK(r.outcome == Outcome::reached_end);
  const auto steps = static_cast<double>(r.statistics.steps);
  CHECK(steps <= 1.1 * expected.steps + 2);
  CHECK(steps >= 0.9 * expected.steps - 2);
  const double digits = problems::mescd(r.x, c);
  CAPTURE(digits);
  CHECK(digits > expected.digits - 0.5);
  CHECK(digits < expected.digits + 0.5);
}

}  // namespace

TEST_CASE("steps and digits of every adaptive method at rtol 1e-6, and where it is expected to fail") {
  std::size_t known = 0;
  for (const auto& line : kLines) {
    const auto* m = find_entry(methods(), line.method);
    if (m == nullptr && !missing_library(line.method).empty()) continue;
    REQUIRE(m != nullptr);
    ++known;
    check(*m, "Lorenz", lorenz(), line.lorenz);
    check(*m, "HIRES", problems::hires(), line.hires);
    check(*m, "Robertson", problems::robertson_late(), line.robertson);
    check(*m, "van der Pol", problems::van_der_pol_1000(), line.van_der_pol);
  }
  // A new method gets its line here.
  const auto adaptive =
      std::count_if(methods().begin(), methods().end(), [](const auto& m) { return m.adaptive() && !m.stochastic; });
  CHECK(known == static_cast<std::size_t>(adaptive));
}

TEST_CASE("every adaptive method gets ten digits somewhere on its ladder, on a problem it is meant for") {
  for (const auto& m : methods()) {
    if (!m.adaptive() || m.stochastic) continue;
    CAPTURE(m.name);
    const bool stabilised = m.varying_stages && !m.stiff && !m.variable_order && m.name != "auto";
    const Case c = m.stiff ? problems::hires() : stabilised ? relaxing() : smooth();
    double best = 0;
    for (double rtol = 1e-8; rtol > 0.9e-14 && best < 10; rtol /= 10) {
      problems::Problem p = c.problem;
      const auto r = drive(p, 0, c.x0, c.end, options(m.name, rtol, rtol * c.floor), {}, {}, {});
      if (r.outcome == Outcome::reached_end) best = std::max(best, problems::mescd(r.x, c));
    }
    CHECK(best >= 10);
  }
}

TEST_CASE("dop853 and rodas5p get eleven digits") {
  for (const char* name : {"dop853", "rodas5p"}) {
    CAPTURE(name);
    const Case c = std::string(name) == "dop853" ? smooth() : problems::hires();
    double best = 0;
    for (const double rtol : {1e-10, 1e-11, 1e-12, 1e-13}) {
      problems::Problem p = c.problem;
      const auto r = drive(p, 0, c.x0, c.end, options(name, rtol, rtol * c.floor), {}, {}, {});
      best = std::max(best, problems::mescd(r.x, c));
    }
    CHECK(best >= 11);
  }
}
