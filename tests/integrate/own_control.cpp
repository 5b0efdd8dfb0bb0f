// Methods that choose their steps themselves: what drive() does for the others they have to do.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "integrate/problems.hpp"

using namespace neurode;
using namespace neurode::integrate;
using problems::options;
using problems::Problem;
using problems::smooth_solution;
using problems::vector;

namespace {

template <class Test>
void each(Test test) {
  for (const auto& m : methods()) {
    if (!m.own_control) continue;
    CAPTURE(m.name);
    test(m);
  }
}

double distance(const Vector& a, const Vector& b) { return (a - b).lpNorm<Eigen::Infinity>(); }

}  // namespace

TEST_CASE("own control: steps stay within dt_max, the first is dt, the last ends exactly at the end") {
  each([](const MethodEntry& m) {
    Problem p = problems::smooth();
    auto o = options(m.name, 1e-5, 1e-7, 1e-3);
    o.dt_max = 0.04;
    std::vector<double> dt;
    Observer observer;
    observer.step = [&](double, double step, const Vector&, const Statistics&) { dt.push_back(step); };
    const auto r = drive(p, 0.3, smooth_solution(0.3), 1.3, o, {}, {}, observer);
    CHECK(r.outcome == Outcome::reached_end);
    CHECK(r.t == 1.3);
    CHECK(dt.front() == doctest::Approx(1e-3).epsilon(1e-12));
    CHECK(r.statistics.dt_max <= 0.04 * (1 + 1e-14));
    CHECK(r.statistics.dt_max > 0.039);
    o.dt = 0.5;
    CHECK(drive(p, 0.3, smooth_solution(0.3), 1.3, o, {}, {}, {}).statistics.dt_max <= 0.04 * (1 + 1e-14));
  });
}

TEST_CASE("own control: after reset a stepper is as good as new, bit for bit") {
  each([](const MethodEntry& m) {
    Problem p = problems::smooth();
    Statistics s;
    const auto o = options(m.name, 1e-6, 1e-8);
    const auto used = m.make(p, s, o), fresh = m.make(p, s, o);
    Vector x = smooth_solution(1.7), a = x, b = x, between_a = x, between_b = x;
    used->reset();
    used->prime(1.7, x);
    used->advance(1.7, x, 3, a);
    used->interpolate(0.3, between_a);
    used->accept();
    x = smooth_solution(0.3);
    for (auto* stepper : {used.get(), fresh.get()}) stepper->reset(), stepper->prime(0.3, x);
    const Advanced first = used->advance(0.3, x, 9, a), second = fresh->advance(0.3, x, 9, b);
    used->interpolate(0.3, between_a);
    fresh->interpolate(0.3, between_b);
    CHECK(first.t == second.t);
    CHECK(first.t > 0.3);
    CHECK(first.t < 9);
    CHECK(a == b);
    CHECK(between_a == between_b);
    CHECK(used->derivative_at_end() == fresh->derivative_at_end());
  });
}

TEST_CASE("own control: dense output meets the step's ends with their slopes") {
  each([](const MethodEntry& m) {
    Problem p = problems::smooth();
    Statistics s;
    const auto stepper = m.make(p, s, options(m.name, 1e-8, 1e-10));
    const Vector x0 = smooth_solution(0.3);
    Vector x = x0, at = x0, f = x0;
    stepper->reset();
    stepper->prime(0.3, x0);
    const double t = stepper->advance(0.3, x0, 9, x).t, h = t - 0.3, tiny = 1e-6;
    CHECK(distance(x, smooth_solution(t)) < 1e-7);
    stepper->interpolate(0, at);
    CHECK(distance(at, x0) < 1e-15);
    stepper->interpolate(1, at);
    CHECK(distance(at, x) < 1e-15);
    stepper->interpolate(tiny, at);
    CHECK(distance((at - x0) / (tiny * h), stepper->derivative_at_start()) < 2e-4);
    stepper->interpolate(1 - tiny, at);
    CHECK(distance((x - at) / (tiny * h), stepper->derivative_at_end()) < 2e-4);
    p.rhs(t, x.data(), f.data());
    CHECK(distance(stepper->derivative_at_end(), f) < 1e-15);
  });
}

TEST_CASE("own control: a trial that is not finite is a rejection; too many of them in a row, or too small, an end") {
  each([](const MethodEntry& m) {
    Problem decay(1, [](double, const double* x, double* f) { f[0] = -x[0] * std::sqrt(x[0]); });
    auto r = drive(decay, 0, vector({1}), 20, options(m.name, 1e-8, 1e-10, 50), {}, {}, {});
    CHECK(r.outcome == Outcome::reached_end);
    CHECK(r.statistics.rejected >= 1);
    CHECK(r.x[0] == doctest::Approx(1.0 / 121).epsilon(1e-6));

    const auto wall = [] {
      return Problem(2, [](double t, const double*, double* f) { f[0] = 1, f[1] = t > 1 ? std::nan("") : 1.0; });
    };
    auto o = options(m.name, 1e-6, 1e-9, 100);
    o.max_rejected = 3;
    auto p = wall();
    r = drive(p, 0, vector({0, 0}), 200, o, {}, {}, {});
    CHECK(r.outcome == Outcome::non_finite);
    CHECK(r.statistics.rejected == 3);
    CHECK(r.statistics.steps == 0);
    // SUNDIALS has its own ways to shorten a step; ours divide it by 4.
    if (m.stiff || m.multistep) {
      CHECK(r.bad_time > 1);
      CHECK(r.bad_time < 100);
    } else {
      CHECK(r.bad_time == 100.0 / 16);
    }
    CHECK(r.bad_element == 1);
    o.max_rejected = 0;
    o.dt_min = 1e-3;
    p = wall();
    r = drive(p, 0, vector({0, 0}), 200, o, {}, {}, {});
    CHECK(r.outcome == Outcome::non_finite);
    CHECK(std::abs(r.t - 1) < 2e-3);
    CHECK(r.t <= 1);
    CHECK(r.bad_element == 1);
  });
}

TEST_CASE("own control: a tolerance nothing can meet is an underflow or too many rejections, with the one to blame") {
  each([](const MethodEntry& m) {
    const auto noise = [] {
      return Problem(2, [](double t, const double*, double* f) { f[0] = 0, f[1] = 1 + 1e-3 * std::sin(1e17 * t); });
    };
    auto p = noise();
    auto o = options(m.name, 1e-15, 1e-30);
    o.dt_min = 1e-9;
    auto r = drive(p, 0, vector({1, 1}), 1, o, {}, {}, {});
    CHECK(r.outcome == Outcome::step_underflow);
    CHECK(r.bad_element == 1);
    CHECK(r.message.find("1e-09") != std::string::npos);
    o.dt_min = 0;
    o.max_rejected = 2;
    p = noise();
    r = drive(p, 0, vector({1, 1}), 1, o, {}, {}, {});
    CHECK(r.outcome == Outcome::max_rejected);
    CHECK(r.bad_element == 1);
    CHECK(r.message.find("2 trial steps") != std::string::npos);
  });
}

TEST_CASE("own control: tolerances of single components count, or are refused") {
  each([](const MethodEntry& m) {
    // A slow component and a fast one that nobody wants to know.
    const auto pair = [] {
      return Problem(2, [](double t, const double* x, double* f) { f[0] = -x[0], f[1] = 20 * std::cos(20 * t); });
    };
    auto o = options(m.name, 1e-8, 1e-8);
    auto p = pair();
    const auto both = drive(p, 0, vector({1, 0}), 5, o, {}, {}, {});
    o.atol = vector({1e-8, 1e3});
    p = pair();
    if (m.scalar_atol) {
      CHECK_THROWS_AS(drive(p, 0, vector({1, 0}), 5, o, {}, {}, {}), std::invalid_argument);
      o.atol = vector({1e-8, 1e-8});
      CHECK(drive(p, 0, vector({1, 0}), 5, o, {}, {}, {}).x == both.x);
      return;
    }
    const auto one = drive(p, 0, vector({1, 0}), 5, o, {}, {}, {});
    CHECK(2 * one.statistics.rhs < both.statistics.rhs);
    CHECK(std::abs(one.x[0] - std::exp(-5)) < 1e-6);
    CHECK(std::abs(both.x[1] - std::sin(100)) < (m.multistep ? 2e-6 : 1e-6));
  });
}

TEST_CASE("own control: the cap on right-hand sides") {
  each([](const MethodEntry& m) {
    for (const std::int64_t cap : {30, 57, 200}) {
      auto p = problems::lorenz();
      auto o = options(m.name, 1e-9, 1e-10);
      o.max_rhs = cap;
      const auto r = drive(p, 0, vector({1, 1, 1}), 10, o, {}, {}, {});
      CHECK(r.outcome == Outcome::max_rhs);
      CHECK(r.statistics.rhs <= cap + (m.multistep ? 4 : m.stiff ? 20 : 0));  // iterations are not foreseen
      CHECK(r.statistics.rhs == p.calls);
      CHECK(r.x.allFinite());
    }
  });
}
