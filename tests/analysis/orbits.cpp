// Branches of periodic orbits against orbits that can be written down.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "analysis/collocation.hpp"
#include "analysis/families.hpp"
#include "neurode/analysis/branch.hpp"
#include "neurode/analysis/period.hpp"

using namespace neurode;
using namespace neurode::analysis;

namespace {

Branch from_hopf(Family& family, Index n, double low, double high,
                 const std::function<void(OrbitOptions&)>& more = {}) {
  OrbitOptions o;
  o.branch.low = low, o.branch.high = high;
  const Branch rest = continue_rest(family, Vector::Zero(n), low + 0.25 * (high - low), o.branch);
  if (more) more(o);
  for (const auto& b : rest.points) {
    if (b.special == Special::hopf) return continue_orbits(family, b, o);
  }
  FAIL("no Hopf point");
  return {};
}

}  // namespace

TEST_CASE("supercritical: circles of radius sqrt p, their periods and multipliers") {
  // r' = p r - r^3, phase' = 3 + 0.5 r^2: period 2 pi / (3 + p / 2), multiplier exp(-2 p T).
  auto family = families::oscillator(-1, 0, 3, 0.5);
  const Branch b = from_hopf(family, 2, -1, 1);
  REQUIRE(b.points.size() > 10);
  for (const auto& at : b.points) {
    CAPTURE(at.p);
    const double period = 2 * M_PI / (3 + at.p / 2);
    CHECK(at.p > 0);
    CHECK(at.x.norm() == doctest::Approx(std::sqrt(at.p)).epsilon(1e-7));
    CHECK(at.period == doctest::Approx(period).epsilon(1e-8));
    REQUIRE(at.spectrum.values.size() == 1);
    CHECK(at.spectrum.values[0].real() == doctest::Approx(std::exp(-2 * at.p * period)).epsilon(1e-6));
    CHECK(at.unstable == 0);
  }
  CHECK(b.points.back().special == Special::end);
  CHECK(b.points.back().p == doctest::Approx(1).epsilon(1e-8));
}

TEST_CASE("subcritical: unstable circles up to a fold at p = -1/4, stable ones behind it") {
  // r' = p r + r^3 - r^5
  auto family = families::oscillator(1, 1, 2);
  const Branch b = from_hopf(family, 2, -1, 1);
  const BranchPoint* fold = nullptr;
  for (const auto& at : b.points) {
    if (at.special == Special::fold) fold = &at;
    const double r2 = at.x.squaredNorm();
    CHECK(std::abs(at.p + r2 - r2 * r2) < 1e-7);
    if (at.special == Special::none) CHECK(at.unstable == (r2 < 0.5 ? 1 : 0));
  }
  REQUIRE(fold != nullptr);
  CHECK(std::abs(fold->p + 0.25) < 1e-9);
  CHECK(fold->x.squaredNorm() == doctest::Approx(0.5).epsilon(1e-6));
  CHECK(fold->spectrum.values[0].real() == doctest::Approx(1).epsilon(1e-5));
}

TEST_CASE("from one Hopf point to the other, and no further") {
  // r' = (1 - p^2) r - r^3, phase' = 2: circles of radius sqrt(1 - p^2), in large steps.
  families::Lambda family(
      2,
      [](double p, const double* x, double* f) {
        const double m = 1 - p * p - x[0] * x[0] - x[1] * x[1];
        f[0] = m * x[0] - 2 * x[1], f[1] = m * x[1] + 2 * x[0];
      },
      [](double p, const double* x, Matrix& j) {
        const double m = 1 - p * p - x[0] * x[0] - x[1] * x[1];
        j << m - 2 * x[0] * x[0], -2 - 2 * x[0] * x[1], 2 - 2 * x[0] * x[1], m - 2 * x[1] * x[1];
      });
  const Branch b = from_hopf(family, 2, -1.9, 2.1, [](OrbitOptions& o) { o.branch.largest = 0.2; });
  REQUIRE(b.points.size() > 5);
  for (const auto& at : b.points) {
    CAPTURE(at.p);
    CHECK(std::abs(at.x.squaredNorm() + at.p * at.p - 1) < 1e-6);
    CHECK(at.special != Special::fold);
  }
  CHECK(b.points.back().special == Special::end);
  CHECK(std::abs(b.points.front().p * b.points.back().p + 1) < 0.01);  // -1 and 1, in either order
}

TEST_CASE("van der Pol's period, 6.66328686 at mu = 1, from its Hopf point at 0") {
  families::Lambda family(
      2, [](double p, const double* x, double* f) { f[0] = x[1], f[1] = p * (1 - x[0] * x[0]) * x[1] - x[0]; },
      [](double p, const double* x, Matrix& j) {
        j(0, 1) = 1, j(1, 0) = -2 * p * x[0] * x[1] - 1, j(1, 1) = p * (1 - x[0] * x[0]);
      });
  // At mu = 0 all orbits are closed; begin at the circle of radius 2 beside it.
  const Index intervals = 40, points = Orbit::kDegree * intervals + 1;
  Orbit o;
  o.mesh = Vector::LinSpaced(intervals + 1, 0, 1);
  o.period = 2 * M_PI, o.p = 0.1;
  o.u.resize(2, points);
  for (Index c = 0; c < points; ++c) {
    const double angle = 2 * M_PI * static_cast<double>(c) / static_cast<double>(points - 1);
    o.u.col(c) = problems::vector({2 * std::cos(angle), -2 * std::sin(angle)});
  }
  OrbitCurve curve(family, 0, Vector::Ones(2), 1, 6, Vector::Zero(2));
  OrbitCurve::Place at, next;
  REQUIRE(curve.settle(o, at));
  int iterations = 0;
  for (int k = 0; at.orbit.p < 0.95; ++k) {
    REQUIRE(k < 100);
    REQUIRE(curve.go(at, 0.1, next, iterations));
    at = next;
    curve.adapt(at, intervals);
  }
  Orbit there = at.orbit;
  there.p = 1;
  REQUIRE(curve.settle(there, at));
  CHECK(at.orbit.p == doctest::Approx(1).epsilon(1e-12));
  CHECK(std::abs(at.orbit.period - 6.66328686) < 1e-8);
}

TEST_CASE("Roessler: the first period doubling at a = b = 0.2") {
  families::Lambda family(
      3,
      [](double c, const double* x, double* f) {
        f[0] = -x[1] - x[2], f[1] = x[0] + 0.2 * x[1], f[2] = 0.2 + x[2] * (x[0] - c);
      },
      [](double c, const double* x, Matrix& j) { j << 0, -1, -1, 1, 0.2, 0, x[2], 0, x[0] - c; });
  // Its orbit at c = 2.5 from a simulation.
  System& system = family.at(2.5);
  PeriodSearch search;
  search.skip = 400, search.span = 100;
  search.integrator = problems::options("dop853", 1e-11, 1e-12);
  const Period found = find_period(system, problems::vector({1, 1, 1}), search);
  REQUIRE(found.found);
  CHECK(found.turns == 1);
  Cycle cycle{2.5, found.period, Matrix(3, 401)};
  integrate::Observer observer;
  observer.output = [&](std::size_t, std::int64_t k, double, const Vector& x) { cycle.states.col(k) = x; };
  integrate::drive(system, 0, found.x, found.period, search.integrator, {{found.period / 400}}, {}, observer);
  OrbitOptions o;
  o.branch.low = 2, o.branch.high = 3;
  const Branch b = continue_orbits(family, cycle, o);
  std::vector<double> doublings;
  for (const auto& at : b.points) {
    if (at.special == Special::period_doubling) doublings.push_back(at.p);
    if (at.special == Special::start) CHECK(at.period == doctest::Approx(found.period).epsilon(1e-8));
  }
  REQUIRE(doublings.size() == 1);
  CHECK(std::abs(doublings[0] - 2.832) < 1e-3);
}
