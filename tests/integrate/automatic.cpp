// auto: when it changes methods, when it does not, and what that costs.
#include <doctest/doctest.h>

#include <cmath>

#include "integrate/problems.hpp"
#include "integrate/stiff_problems.hpp"

using namespace neurode;
using namespace neurode::integrate;
using problems::options;
using problems::Problem;

namespace {

constexpr Index kUnits = 100;

/// Half of 100 tanh units are 50 times faster than the others: stiff enough for explicit steps to touch their stability
/// limit, not enough for 100 x 100 factorisations to pay. Eager switching is known to cost others a factor of ten here.
Problem slow_and_fast() {
  Matrix w(kUnits, kUnits);
  unsigned r = 12345;
  for (Index k = 0; k < w.size(); ++k) {
    r = r * 1664525U + 1013904223U;
    w.data()[k] = (r / 4294967296.0 - 0.5) * 1.8 * std::sqrt(12.0 / kUnits);
  }
  return {kUnits,
          [w](double, const double* x, double* f) {
            const Eigen::Map<const Vector> at(x, kUnits);
            Eigen::Map<Vector> out(f, kUnits);
            out = w * at.array().tanh().matrix() - at;
            out.head(kUnits / 2) *= 50;
          },
          [w](double, const double* x, Matrix& j) {
            const Eigen::Map<const Vector> at(x, kUnits);
            j = w * (1 - at.array().tanh().square()).matrix().asDiagonal();
            j.diagonal().array() -= 1;
            j.topRows(kUnits / 2) *= 50;
          },
          [](double, const double*, double* ft) { std::fill_n(ft, kUnits, 0.0); }};
}

Result run(Problem p, const Vector& x0, double end, const Options& o) { return drive(p, 0, x0, end, o, {}, {}, {}); }

}  // namespace

TEST_CASE(
    "auto does not change methods where nothing is stiff: it is tsit5, or dop853 at tight tolerances, bit for bit") {
  for (const auto& [rtol, name] : {std::pair{1e-6, "tsit5"}, std::pair{1e-9, "dop853"}}) {
    const auto a = run(problems::lorenz(), problems::vector({1, 1, 1}), 10, options("auto", rtol, rtol));
    const auto b = run(problems::lorenz(), problems::vector({1, 1, 1}), 10, options(name, rtol, rtol));
    CHECK(a.x == b.x);
    CHECK(a.statistics.rhs - b.statistics.rhs >= 0);  // F at the very end, where stiffness is looked at
    CHECK(a.statistics.rhs - b.statistics.rhs <= 1);
    CHECK(a.statistics.switches == 0);
    CHECK(a.switches.empty());
  }
}

TEST_CASE("auto does not change methods on 100 slow and fast tanh units, where explicit steps are the cheaper ones") {
  Vector x0(kUnits);
  for (Index i = 0; i < kUnits; ++i) x0[i] = 0.5 * std::sin(0.9 * static_cast<double>(i));
  const auto a = run(slow_and_fast(), x0, 50, options("auto", 1e-6, 1e-8));
  const auto b = run(slow_and_fast(), x0, 50, options("tsit5", 1e-6, 1e-8));
  const auto stiff = run(slow_and_fast(), x0, 50, options("rodas5p", 1e-6, 1e-8));
  CHECK(a.statistics.switches == 0);
  CHECK(a.statistics.rhs == b.statistics.rhs);
  CHECK(a.x == b.x);
  CHECK((a.x - stiff.x).lpNorm<Eigen::Infinity>() < 1e-5);
  // Stability does limit the explicit steps: a tolerance a thousand times looser saves next to none.
  const auto loose = run(slow_and_fast(), x0, 50, options("tsit5", 1e-3, 1e-5));
  CHECK(loose.statistics.steps > 0.8 * static_cast<double>(b.statistics.steps));
}

TEST_CASE("auto costs at most half more right-hand sides than the best of its methods, on stiff problems") {
  const struct {
    const char* name;
    problems::Case problem;
    double most;
  } cases[] = {{"hires", problems::hires(), 1.35},
               {"robertson", problems::robertson_late(), 1.15},
               {"van der Pol", problems::van_der_pol_1000(), 1.2}};
  for (const auto& c : cases) {
    CAPTURE(c.name);
    for (const double rtol : {1e-4, 1e-6}) {
      CAPTURE(rtol);
      const auto o = [&](const char* method) { return options(method, rtol, rtol * c.problem.floor); };
      const auto a = run(c.problem.problem, c.problem.x0, c.problem.end, o("auto"));
      const auto best = run(c.problem.problem, c.problem.x0, c.problem.end, o("rodas5p"));
      CHECK(a.outcome == Outcome::reached_end);
      const double ratio = static_cast<double>(a.statistics.rhs) / static_cast<double>(best.statistics.rhs);
      CHECK(ratio < c.most);
      CHECK(ratio > 0.5);
      CHECK(a.statistics.jacobians <= best.statistics.jacobians);
      REQUIRE(a.statistics.switches >= 1);
      CHECK(a.switches.size() == static_cast<std::size_t>(a.statistics.switches));
      CHECK(a.switches[0].to == "rodas5p");
      CHECK(a.switches[0].t > 0);
      for (std::size_t k = 1; k < a.switches.size(); ++k) {
        CHECK(a.switches[k].t > a.switches[k - 1].t);
        CHECK(a.switches[k].to == (k % 2 == 1 ? "tsit5" : "rodas5p"));
      }
    }
  }
}

TEST_CASE("auto on a large stiff system without sparsity takes the method of J v products") {
  const Index n = 320;
  const Problem p(
      n,
      [n](double, const double* x, double* f) {
        for (Index i = 0; i < n; ++i)
          f[i] = -(i < n / 2 ? 1e5 : 1.0) * (x[i] - std::cos(0.01 * static_cast<double>(i)));
      },
      [n](double, const double*, Matrix& j) {
        for (Index i = 0; i < n; ++i) j(i, i) = -(i < n / 2 ? 1e5 : 1.0);
      },
      [n](double, const double*, double* ft) { std::fill_n(ft, n, 0.0); });
  const auto r = run(p, Vector::Zero(n), 5, options("auto", 1e-5, 1e-7));
  CHECK(r.outcome == Outcome::reached_end);
  REQUIRE(r.switches.size() >= 1);
  CHECK(r.switches[0].to == "exprb43");
  CHECK(r.statistics.rhs < 2000);  // tsit5 takes 850000
  for (const Index i : {Index{0}, n - 1}) {
    const double rate = i < n / 2 ? 1e5 : 1.0, goal = std::cos(0.01 * static_cast<double>(i));
    CHECK(std::abs(r.x[i] - goal * (1 - std::exp(-rate * 5))) < 1e-4);
  }
}
