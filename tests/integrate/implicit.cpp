#include <doctest/doctest.h>

#include <cmath>

#include "allocations.hpp"
#include "integrate/stiff_problems.hpp"

using namespace neurode;
using namespace neurode::integrate;
using problems::options;
using problems::vector;

namespace {

Result run(System& p, const Vector& x0, double end, const char* method, double dt) {
  return drive(p, 0, x0, end, options(method, 0, 0, dt), {}, {}, {});
}

// Euler's equations of a free rigid body, moments of inertia 1, 2, 3.
problems::Problem rigid_body() {
  return problems::autonomous(
      3,
      [](const double* w, double* f) {
        f[0] = (2.0 - 3.0) / 1 * w[1] * w[2];
        f[1] = (3.0 - 1.0) / 2 * w[2] * w[0];
        f[2] = (1.0 - 2.0) / 3 * w[0] * w[1];
      },
      [](const double* w, Matrix& j) { j << 0, -w[2], -w[1], w[2], 0, w[0], -w[1] / 3, -w[0] / 3, 0; });
}

}  // namespace

TEST_CASE("implicit midpoint keeps quadratic invariants to rounding, implicit Euler does not") {
  const auto energy = [](const Vector& w) { return w[0] * w[0] + 2 * w[1] * w[1] + 3 * w[2] * w[2]; };
  const auto momentum = [](const Vector& w) { return w[0] * w[0] + 4 * w[1] * w[1] + 9 * w[2] * w[2]; };
  auto p = rigid_body();
  const Vector w0 = vector({0.5, 1, 0.3});
  const auto r = run(p, w0, 1000, "implicit_midpoint", 0.1);
  CHECK(r.statistics.steps == 10000);
  CHECK(std::abs(energy(r.x) / energy(w0) - 1) < 1e-13);
  CHECK(std::abs(momentum(r.x) / momentum(w0) - 1) < 1e-13);
  const auto e = run(p, w0, 10, "implicit_euler", 0.1);
  CHECK(std::abs(energy(e.x) / energy(w0) - 1) > 1e-3);
}

TEST_CASE("on linear equations both are their stability functions") {
  auto p = problems::oscillator();
  const double h = 0.1;
  const auto m = run(p, vector({1, 0}), 100, "implicit_midpoint", h);
  const double angle = 1000 * 2 * std::atan(h / 2);
  CHECK((m.x - vector({std::cos(angle), -std::sin(angle)})).norm() < 2e-13);
  const auto e = run(p, vector({1, 0}), 10, "implicit_euler", h);
  const double turn = 100 * std::atan(h), size = std::pow(1 + h * h, -50);
  CHECK((e.x - size * vector({std::cos(turn), -std::sin(turn)})).norm() < 1e-14);
  for (const auto* r : {&m, &e}) {
    CHECK(r->statistics.jacobians == 1);
    CHECK(r->statistics.factorisations <= 3);  // the last step's length may differ in its last bits
    CHECK(r->statistics.rhs <= 3 * r->statistics.steps + 1);
  }
}

TEST_CASE("very stiff: two equations with rates 1 and 1e6") {
  const auto make = [] {
    Matrix a(2, 2);
    a << -500000.5, 499999.5, 499999.5, -500000.5;
    return problems::autonomous(
        2, [a](const double* x, double* f) { Eigen::Map<Vector>(f, 2) = a * Eigen::Map<const Vector>(x, 2); },
        [a](const double*, Matrix& j) { j = a; });
  };
  auto p = make();
  const double h = 0.01;
  const auto e = run(p, vector({2, 0}), 1, "implicit_euler", h);
  // The fast mode has gone with (1 + 1e4)^-100, the slow one is (1 + h)^-100.
  CHECK((e.x - Vector::Constant(2, std::pow(1 + h, -100))).norm() < 1e-12);
  const auto m = run(p, vector({2, 0}), 1, "implicit_midpoint", h);
  const double slow = std::pow((1 - h / 2) / (1 + h / 2), 100), fast = std::pow((1 - 5e3) / (1 + 5e3), 100);
  CHECK((m.x - vector({slow + fast, slow - fast})).norm() < 1e-10);
}

TEST_CASE("Robertson and HIRES: order 1 and 2, the Jacobian kept") {
  const auto measure = [](problems::Case c, const char* method, double end, double dt, const Vector& truth) {
    const auto r = run(c.problem, c.x0, end, method, dt);
    CHECK(r.outcome == Outcome::reached_end);
    CHECK(r.statistics.jacobians < r.statistics.steps / 20);
    CHECK(r.statistics.rhs < 7 * r.statistics.steps);
    return (r.x - truth).lpNorm<Eigen::Infinity>();
  };
  const auto r = problems::robertson_40();
  const double a = measure(r, "implicit_euler", 40, 0.02, r.solution);
  const double b = measure(r, "implicit_euler", 40, 0.01, r.solution);
  CHECK(std::log2(a / b) == doctest::Approx(1).epsilon(0.02));
  auto h = problems::hires();
  const Vector truth = drive(h.problem, 0, h.x0, 5, options("rodas5p", 1e-12, 1e-14), {}, {}, {}).x;
  for (const auto& [name, order] : {std::pair{"implicit_euler", 1.0}, std::pair{"implicit_midpoint", 2.0}}) {
    const char* method = name;
    CAPTURE(method);
    const double c = measure(h, method, 5, 0.005, truth), d = measure(h, method, 5, 0.0025, truth);
    CHECK(std::abs(std::log2(c / d) - order) < 0.05);
  }
}

TEST_CASE("above 500 variables: products J v instead of a Jacobian, unless it is sparse") {
  const Index n = 520;
  problems::Rod sparse(n, true), free(n, false);
  const double dt = 2e-5;
  for (const char* method : {"implicit_euler", "implicit_midpoint"}) {
    CAPTURE(method);
    const auto a = run(sparse, sparse.start(), 10 * dt, method, dt), b = run(free, free.start(), 10 * dt, method, dt);
    REQUIRE(a.outcome == Outcome::reached_end);
    REQUIRE(b.outcome == Outcome::reached_end);
    CHECK((a.x - b.x).norm() < 1e-12 * a.x.norm());
    CHECK(a.statistics.jvps == 0);
    CHECK(a.statistics.jacobians == 1);
    CHECK(b.statistics.jacobians + b.statistics.factorisations == 0);
    CHECK(b.statistics.jvps == free.products);
    CHECK(b.statistics.jvps > 0);
    free.products = 0;
  }
}

TEST_CASE("neither dense Newton nor GMRES nor a dense Rosenbrock step of some size allocates") {
  if (!allocations::active()) return;
  const auto check = [](Index n, const char* method, double end, double dt) {
    CAPTURE(method);
    problems::Rod p(n, false);
    std::size_t at_first = 0, at_last = 0;
    Observer o;
    o.step = [&](double, double, const Vector&, const Statistics& s) {
      (s.steps == 1 ? at_first : at_last) = allocations::total();
    };
    const auto r = drive(p, 0, p.start(), end, options(method, 1e-6, 1e-8, dt), {{end / 7}}, {}, o);
    CHECK(r.outcome == Outcome::reached_end);
    CHECK(r.statistics.steps > 3);
    CHECK(at_last == at_first);
  };
  for (const char* method : {"implicit_euler", "implicit_midpoint", "rosenbrock23", "ros3p", "rodas4", "rodas5p"}) {
    check(40, method, 0.1, 0.01);
  }
  for (const char* method : {"implicit_euler", "implicit_midpoint"}) check(520, method, 1e-4, 2e-5);
}

TEST_CASE("no solution, a singular matrix: the step fails and says so") {
  // x' = x^2 + 1 by implicit Euler: no real root for dt = 1.
  auto p = problems::autonomous(
      1, [](const double* x, double* f) { f[0] = x[0] * x[0] + 1; },
      [](const double* x, Matrix& j) { j(0, 0) = 2 * x[0]; });
  CHECK(run(p, vector({1}), 3, "implicit_euler", 1).outcome == Outcome::solver_failed);
  // x' = x with dt = 1: 1 / dt - J = 0.
  auto q = problems::autonomous(
      1, [](const double* x, double* f) { f[0] = x[0]; }, [](const double*, Matrix& j) { j(0, 0) = 1; });
  const auto r = run(q, vector({1}), 3, "implicit_euler", 1);
  CHECK(r.outcome == Outcome::solver_failed);
  CHECK(r.t == 0);
  CHECK(r.x[0] == 1);
}
