#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "integrate/stabilised.hpp"

using namespace stabilised_tests;

TEST_CASE("stabilised: the estimate of the spectral radius") {
  const auto estimate = [](Problem p, const Vector& x, double dt, std::int64_t most, double atol = 1e-9) {
    Statistics s;
    SpectralRadius radius(p, s, problems::options("rock2", 1e-4, atol));
    Vector f(x.size());
    p.rhs(0, x.data(), f.data());
    const double first = radius.estimate(0, x, f, dt, false);
    CHECK(s.rhs == p.calls - 1);
    CHECK(s.rhs <= most);
    // From the direction kept the next one is cheap and finds no less.
    if (first > 0 && s.rhs < 50) {
      const std::int64_t before = s.rhs;
      CHECK(radius.estimate(0, x, f, dt, false) > 0.98 * first);
      CHECK(s.rhs - before <= 8);
    }
    return first;
  };
  const auto within = [](double rho, double low, double high) { return rho >= low && rho <= high; };
  const auto diagonal = [](Vector d) {
    return Problem(d.size(), [d](double, const double* x, double* f) {
      for (Index i = 0; i < d.size(); ++i) f[i] = d[i] * x[i];
    });
  };

  // One eigenvalue far out: found to a percent, times 1.2; also where F has no part along it, or is 0.
  const Vector far = problems::vector({-1e4, -1, -2, -3});
  CHECK(within(estimate(diagonal(far), problems::vector({1, 1, 1, 1}), 1, 6), 1.19e4, 1.21e4));
  CHECK(within(estimate(diagonal(far), problems::vector({0, 1, 0, 0}), 1, 6), 1.19e4, 1.21e4));
  CHECK(within(estimate(diagonal(far), Vector::Zero(4), 1, 6), 1.19e4, 1.21e4));
  CHECK(within(estimate(diagonal(far), Vector::Zero(4), 1, 6, 0), 1.19e4, 1.21e4));
  // Variables in units far apart.
  Problem units(2, [](double, const double* x, double* f) {
    f[0] = -50 * x[0] + 1e-12 * x[1];
    f[1] = 3e12 * x[0] - 2 * x[1];
  });
  CHECK(within(estimate(units, problems::vector({1e-9, 1e3}), 1, 12, 0), 1.19 * 50.06, 1.21 * 50.07));
  // A crowded spectrum, the solution being the slowest mode: a little too low is what the margin is for.
  const Heat heat{100};
  const double truth = heat.rate(100);
  CHECK(within(estimate(heat.problem(), heat.mode(1), 1e-2, 20), 1.0 * truth, 1.2 * truth));

  // F the same everywhere, or nowhere anything; a radius that no step will feel.
  Problem constant(3, [](double, const double*, double* f) { f[0] = 1, f[1] = -2, f[2] = 0; });
  CHECK(estimate(constant, problems::vector({1, 2, 3}), 1, 3) == 0);
  Problem nothing(3, [](double, const double*, double* f) { f[0] = f[1] = f[2] = 0; });
  CHECK(estimate(nothing, Vector::Zero(3), 1, 3, 0) == 0);
  CHECK(estimate(diagonal(problems::vector({-1e-7, -1e-8})), problems::vector({1, 1}), 1, 5) < 1e-5);

  // Complex eigenvalues in a basis far from orthogonal: the ratios alternate between r and 49 / r; 7 is the radius.
  Problem spiral(2, [](double, const double* x, double* f) { f[0] = 70 * x[1], f[1] = -0.7 * x[0]; });
  Problem mirrored(2, [](double, const double* x, double* f) { f[0] = 0.7 * x[1], f[1] = -70 * x[0]; });
  for (const auto& at : {problems::vector({1, 1}), problems::vector({1, 0}), problems::vector({0, 1})}) {
    CHECK(within(estimate(spiral, at, 1, 50, 1e-3), 1.2 * 7, 1.2 * 71));
    CHECK(within(estimate(mirrored, at, 1, 50, 1e-3), 1.2 * 7, 1.2 * 71));
  }

  // F not finite next to x.
  Problem wall(1, [](double, const double* x, double* f) { f[0] = x[0] == 1 ? 1 : std::nan(""); });
  CHECK(std::isnan(estimate(wall, problems::vector({1}), 1, 1)));
}

TEST_CASE("stabilised: rho is estimated at first, every 25 accepted steps, after a rejection and after reset") {
  for (const std::string& name : kNames) {
    CAPTURE(name);
    Flow flow(problems::vector({1000, 100, 10, 1}));
    Problem p = flow.problem();
    Bench b(name, p);
    const double dt = 0.05;  // rho dt is 60
    // Right-hand sides beyond those of the stages.
    const auto surplus = [&](double t, double h) {
      const std::int64_t before = b.s.rhs;
      CHECK(b.step(t, h) == Trial::done);
      int choice = 0;
      while (b.stabilised.reach(choice) < h * b.stabilised.radius()) ++choice;
      return b.s.rhs - before - b.stabilised.stages(choice);
    };
    const std::int64_t start_costs = entry(name).fsal ? 1 : 0;
    CHECK(b.stabilised.largest_step() == std::numeric_limits<double>::infinity());
    for (int k = 0; k < 52; ++k) {
      CAPTURE(k);
      const std::int64_t extra = surplus(k * dt, dt) - (k == 0 ? start_costs : 0);
      CHECK((extra > 0) == (k == 0 || k == 25 || k == 50));
      CHECK(extra <= (k == 0 ? 12 : 6));
      CHECK(b.stabilised.radius() > 1190);
      CHECK(b.stabilised.radius() < 1210);
      b.stepper->accept();
      b.x.swap(b.x_new);
    }
    CHECK(surplus(2.6, dt) == 0);
    // F at the start stands after a rejection; rho is looked at once more, and not again here.
    const std::int64_t kept = 1 - start_costs;
    CHECK(surplus(2.6, dt / 2) + kept >= 5);
    CHECK(surplus(2.6, dt / 4) + kept == 0);
    b.stepper->reset();
    CHECK(b.stabilised.largest_step() == std::numeric_limits<double>::infinity());
    CHECK(surplus(2.6, dt) - start_costs >= 5);
    // A step ten times as long as that of the estimate asks for a new one.
    b.stepper->accept();
    b.x.swap(b.x_new);
    CHECK(surplus(2.65, 11 * dt) > 0);
  }
}

TEST_CASE("stabilised: steps stay within what the largest number of stages can do") {
  for (const std::string& name : kNames) {
    CAPTURE(name);
    Flow flow(problems::vector({1e6, 1e3, 1}));
    Problem p = flow.problem();
    Bench b(name, p, 1e-3);
    // Unknown as yet, too long: the step fails, before any stage.
    const double last = b.stabilised.reach(b.stabilised.choices() - 1);
    CHECK(b.step(0, 2 * last / 1e6) == Trial::solver_failed);
    CHECK(b.s.rhs <= 12);
    CHECK(b.stabilised.largest_step() == doctest::Approx(0.9 * last / b.stabilised.radius()).epsilon(1e-12));
    if (name == "rkc2") continue;  // thousands of stages: no limit in sight
    // The solution rests, so nothing else limits the step: the first one asked for is too long.
    auto o = problems::options(name, 1e-3, 1e-3, 10);
    const auto r = drive(p, 0, flow.minimum, 20, o, {}, {}, {});
    CHECK(r.outcome == Outcome::reached_end);
    CHECK(r.statistics.rejected >= 1);
    CHECK(r.statistics.rejected <= 6);
    CHECK(r.statistics.dt_max <= 0.9 * last / 1e6 / 1.18);
    CHECK(r.statistics.dt_max >= 0.9 * last / 1e6 / 1.22);
    CHECK(largest(r.x - flow.minimum) < 1e-3);
  }
}

TEST_CASE("stabilised: no more stages than leave rounding errors below the tolerance") {
  for (const std::string& name : kNames) {
    CAPTURE(name);
    int before = 1000000;
    for (double rtol : {10.0, 1e-2, 1e-4, 1e-6, 1e-8, 1e-10}) {
      CAPTURE(rtol);
      // At rest, but for rounding.
      Flow flow(problems::vector({1e6, 9e5, 8e5, 1}));
      Problem p = flow.problem();
      Bench b(name, p, rtol);
      const int choice = std::min(b.stabilised.choices() - 1, 500);
      b.stabilised.assume_radius(1e6);
      b.x = flow.minimum;
      REQUIRE(b.step(0, b.stabilised.reach(choice) / 1e6) == Trial::done);
      const double noise = largest(b.x_new - flow.minimum);
      CHECK(noise < (rtol > 1 ? 0.1 : 3 * rtol));
      // That takes fewer at tight tolerances, but leaves some; without the limit rock4 would miss 1e-4.
      const int stages = b.stabilised.stages(b.stabilised.choices() - 1);
      CHECK(stages <= before);
      CHECK(stages >= 10);
      before = stages;
      if (rtol > 1 && name == "rock4") CHECK(noise > 1e-4);
    }
  }
}

TEST_CASE("stabilised: thousands of stages of rkc2 still make a step of the right length") {
  for (double rtol : {1e-4, 1e-8}) {
    Problem p(1, [](double t, const double*, double* f) { f[0] = 2 * t; });
    Bench b("rkc2", p, rtol);
    b.stabilised.assume_radius(1);
    b.stepper->prime(0, b.x);
    const double dt = b.stabilised.reach(b.stabilised.choices() - 1);
    REQUIRE(b.step(0, dt) == Trial::done);
    CHECK(b.stabilised.stages(b.stabilised.choices() - 1) >= 2000);
    CHECK(std::abs(b.x_new[0] / (dt * dt) - 1) < 1e-10);
  }
}

TEST_CASE("stabilised: diffusion and a gradient flow of condition 1e4, counted") {
  const auto run = [](const std::string& name, Problem p, const Vector& x0, double t1, double rtol) {
    const auto r = drive(p, 0, x0, t1, problems::options(name, rtol, rtol * 1e-2), {}, {}, {});
    CHECK(r.outcome == Outcome::reached_end);
    CHECK(r.statistics.rhs == p.calls);
    return r;
  };
  const Heat heat{100};
  const Vector start = heat.mode(1) + 0.5 * heat.mode(3);
  const Vector end = std::exp(-0.5 * heat.rate(1)) * heat.mode(1) + 0.5 * std::exp(-0.5 * heat.rate(3)) * heat.mode(3);
  Vector rates(20);
  for (Index i = 0; i < 20; ++i) rates[i] = std::pow(10.0, 4.0 * static_cast<double>(i) / 19);
  Flow flow(rates);
  const Vector from = Vector::Zero(20);
  const struct {
    std::string name;
    double heat_rhs, heat_error, flow_rhs, flow_error;
  } expected[] = {{"rkc2", 1700, 2e-5, 2600, 2.8e-5},
                  {"rock2", 2800, 2e-6, 4100, 1.06e-5},
                  {"rock4", 1255, 3.7e-7, 3200, 9e-7},
                  {"dopri5", 36800, 4e-7, 90800, 9.6e-6}};
  double heat_rhs = 0, flow_rhs = 0;
  for (const auto& e : expected) {
    CAPTURE(e.name);
    const auto h = run(e.name, heat.problem(), start, 0.5, 1e-4);
    const auto h_rhs = static_cast<double>(h.statistics.rhs);
    CHECK(std::abs(h_rhs / e.heat_rhs - 1) < 0.1);
    CHECK(largest(h.x - end) < 2.5 * e.heat_error);
    CHECK(largest(h.x - end) > 0.4 * e.heat_error);
    const auto g = run(e.name, flow.problem(), from, 5, 1e-4);
    const auto g_rhs = static_cast<double>(g.statistics.rhs);
    CHECK(std::abs(g_rhs / e.flow_rhs - 1) < 0.1);
    // One run of rock4 makes 2.5e-7 to 3.3e-6, by rounding alone: the geometric mean over tolerances around 1e-4.
    double logs = 0;
    constexpr int kRuns = 24;
    for (int k = 0; k < kRuns; ++k) {
      const auto one = run(e.name, flow.problem(), from, 5, 5e-5 * std::exp2(k / 12.0));
      logs += std::log(largest(one.x - flow.solution(from, 5)));
    }
    const double flow_error = std::exp(logs / kRuns);
    CAPTURE(flow_error);
    CHECK(flow_error < 2 * e.flow_error);
    CHECK(flow_error > 0.5 * e.flow_error);
    if (e.name == "rock2") heat_rhs = h_rhs, flow_rhs = g_rhs;
    if (e.name == "dopri5") {
      CHECK(h_rhs > 12 * heat_rhs);
      CHECK(h_rhs < 15 * heat_rhs);
      CHECK(g_rhs > 20 * flow_rhs);
      CHECK(g_rhs < 25 * flow_rhs);
    }
  }
}

TEST_CASE("stabilised: a gradient flow that stiffens on its way is followed") {
  const auto flow = [](double sign) {
    return Problem(3, [sign](double t, const double* x, double* f) {
      const double stiff = std::exp(4 + sign * (8 * t - 4));  // from 1 to 3000 or back
      f[0] = -stiff * (x[0] - x[1]) + x[2], f[1] = stiff * (x[0] - x[1]) - x[1] * x[1] * x[1], f[2] = -x[2];
    });
  };
  for (const std::string& name : kNames) {
    for (double sign : {1.0, -1.0}) {
      CAPTURE(name);
      CAPTURE(sign);
      auto fast = flow(sign), fine = flow(sign);
      const Vector x0 = problems::vector({1, 2, 0.5});
      const auto a = drive(fast, 0, x0, 1, problems::options(name, 1e-5, 1e-7), {}, {}, {});
      const auto b = drive(fine, 0, x0, 1, problems::options("dopri5", 1e-9, 1e-11), {}, {}, {});
      CHECK(a.outcome == Outcome::reached_end);
      CHECK(largest(a.x - b.x) < 2 * problems::attainable(name, 1e-5));
      CHECK(a.statistics.rejected < 20);
      CHECK(2 * a.statistics.rhs < b.statistics.rhs);  // dopri5 pays for stability
    }
  }
}
