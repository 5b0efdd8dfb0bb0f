#include "neurode/integrate/method.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "integrate/method_list.hpp"
#include "integrate/problems.hpp"
#include "integrate/rounding.hpp"

using namespace neurode;
using namespace neurode::integrate;
using problems::Problem;
using problems::smooth_solution;

namespace {

constexpr double kStart = 0.3;

double distance(const Vector& a, const Vector& b) { return (a - b).lpNorm<Eigen::Infinity>(); }

// x' = -2 t x^2, x = 1 / (1 + t^2): nonlinear, not autonomous.
Problem runge() {
  return {1, [](double t, const double* x, double* f) { f[0] = -2 * t * x[0] * x[0]; },
          [](double t, const double* x, Matrix& j) { j(0, 0) = -4 * t * x[0]; },
          [](double, const double* x, double* ft) { ft[0] = -2 * x[0] * x[0]; }};
}
Vector runge_solution(double t) { return problems::vector({1 / (1 + t * t)}); }
Vector circle(double t) { return problems::vector({std::cos(t), -std::sin(t)}); }

// Largest error at the ends of `steps` equal steps over [from, to].
template <class Solution>
double global_error(const MethodEntry& m, Problem p, Solution solution, double from, double to, int steps) {
  Statistics s;
  const auto stepper = m.make(p, s, {});
  Vector x = solution(from), x_new = x;
  const double h = (to - from) / steps;
  double worst = 0;
  for (int k = 0; k < steps; ++k) {
    stepper->try_step(from + k * h, x, h, x_new, nullptr);
    stepper->accept();
    x.swap(x_new);
    worst = std::max(worst, distance(x, solution(from + (k + 1) * h)));
  }
  return worst;
}

// Slopes over doubled numbers of steps down to rounding, the last two extrapolated: s = p + O(h).
template <class Error>
double extrapolated_order(int steps, Error error) {
  double slope = 0, slope_before = 0, before = error(steps);
  for (;;) {
    const double now = error(2 * steps);
    if (now < 3e-13) return 2 * slope - slope_before;
    slope_before = slope;
    slope = std::log2(before / now);
    steps *= 2, before = now;
    if (steps > 4000) return 2 * slope - slope_before;
  }
}

struct Trial {
  Vector x, x_new, error;
};

// One step from the exact solution.
Trial one_step(const MethodEntry& m, double h, double theta, Problem p = problems::smooth(),
               Vector (*solution)(double) = smooth_solution) {
  Statistics s;
  const auto stepper = m.make(p, s, {});
  const Vector x0 = solution(kStart);
  Trial t{x0, x0, Vector::Zero(2)};
  stepper->try_step(kStart, x0, h, t.x_new, m.adaptive() ? &t.error : nullptr);
  stepper->interpolate(theta, t.x);
  return t;
}

// The slope over halved steps that asymptotics promise: the middle of those above rounding error.
template <class Error>
double measured_slope(double h, Error error) {
  double slope = 0;
  double before = error(h);
  for (int k = 0; k < 12; ++k) {
    const double now = error(h / 2);
    if (now < 2e-13) break;
    slope = problems::slope(h, before, h / 2, now);
    h /= 2, before = now;
  }
  return slope;
}

// Order of the difference between F and the slope of a dense output (of degree 4 at most) at the start of the step.
double slope_defect_order(const MethodEntry& m) {
  const auto defect = [&m](double h) {
    const Vector start = smooth_solution(kStart);
    Problem p = problems::smooth();
    Vector f(2);
    p.rhs(kStart, start.data(), f.data());
    const auto at = [&](double theta) { return one_step(m, h, theta).x; };
    const Vector slope = (-25 * start + 48 * at(0.1) - 36 * at(0.2) + 16 * at(0.3) - 3 * at(0.4)) / (1.2 * h);
    return distance(slope, f);
  };
  const double a = defect(0.08), b = defect(0.04), c = defect(0.02);
  return 2 * std::log2(b / c) - std::log2(a / b);
}

// The slope of an estimate, which has no rounding error of a solution in it, extrapolated: s = p + O(h).
template <class Estimate>
double extrapolated_slope(double h, Estimate estimate) {
  double slope = 0, slope_before = 0, before = estimate(h);
  for (int k = 0; k < 12; ++k) {
    const double now = estimate(h / 2);
    if (now < 3e-15) break;
    slope_before = slope;
    slope = std::log2(before / now);
    h /= 2, before = now;
  }
  return 2 * slope - slope_before;
}

// x' = t^(degree - 1) * degree: the solution is t^degree. The classical methods are exact for it up to their order.
double polynomial_error(const MethodEntry& m, int degree, bool dense) {
  Problem p(
      1, [degree](double t, const double*, double* f) { f[0] = degree * std::pow(t, degree - 1); },
      [](double, const double*, Matrix&) {},
      [degree](double t, const double*, double* ft) { ft[0] = degree * (degree - 1) * std::pow(t, degree - 2); });
  Statistics s;
  const auto stepper = m.make(p, s, {});
  const double t0 = 0.5, h = 0.75;
  Vector x = problems::vector({std::pow(t0, degree)}), x_new = x;
  stepper->try_step(t0, x, h, x_new, nullptr);
  if (!dense) return std::abs(x_new[0] - std::pow(t0 + h, degree));
  double worst = 0;
  Vector between(1);
  for (double theta : {0.2, 0.5, 0.9}) {
    stepper->interpolate(theta, between);
    worst = std::max(worst, std::abs(between[0] - std::pow(t0 + theta * h, degree)));
  }
  return worst;
}

}  // namespace

TEST_CASE("measured order of every method, its error estimate and its dense output") {
  for (const auto& m : methods()) {
    if (m.own_control) continue;  // no step of a size asked for
    CAPTURE(m.name);
    // Order 8 meets rounding before asymptotics, except where F is linear (all its conditions: tests of the tableau).
    const double order =
        m.order < 8 ? extrapolated_order(12, [&](int n) { return global_error(m, runge(), runge_solution, -1, 2, n); })
                    : std::log2(global_error(m, problems::oscillator(), circle, 0, 20, 64) /
                                global_error(m, problems::oscillator(), circle, 0, 20, 128));
    CHECK(std::abs(order - m.order) < 0.1);
    const double theta = m.order < 8 ? 0.4 : 0.25;
    const double dense = measured_slope(m.order < 8 ? 0.2 : 0.28, [&](double h) {
      return distance(one_step(m, h, theta).x, smooth_solution(kStart + theta * h));
    });
    CHECK(std::abs(dense - (m.dense_order + 1)) < 0.1);
    if (!m.adaptive()) continue;
    const double estimate = extrapolated_slope(m.order < 8 ? 0.2 : 1.0, [&](double h) {
      const auto t = m.order < 8 ? one_step(m, h, 0.5) : one_step(m, h, 0.5, problems::oscillator(), circle);
      return t.error.lpNorm<Eigen::Infinity>();
    });
    const int promised = m.error_order > 0 ? m.error_order : std::min(m.order, m.embedded_order) + 1;
    CHECK(std::abs(estimate - promised) < 0.1);
  }
}

TEST_CASE("polynomials up to the order are solved to rounding, the next one is not") {
  for (const auto& m : methods()) {
    if (m.own_control) continue;  // no step of a size asked for
    CAPTURE(m.name);
    for (int degree = 1; degree <= m.order; ++degree) CHECK(polynomial_error(m, degree, false) < 1e-14);
    for (int degree = 1; degree <= m.dense_order; ++degree) {
      CHECK(polynomial_error(m, degree, true) < 5e-15 * rounding_growth(m.name));
    }
    CHECK(polynomial_error(m, m.dense_order + 1, true) > 1e-6);
  }
  // Quadrature is more exact than the order where the nodes are good: midpoint's and heun's next degree fails, for one.
  CHECK(polynomial_error(*find_entry(methods(), "heun"), 3, false) > 1e-3);
}

TEST_CASE("the stepper does what the tableau says, stage by stage") {
  for (const auto& m : method_list()) {
    if (!m.tableau) continue;
    const Tableau& t = *m.tableau;
    CAPTURE(t.name);
    Problem p = problems::smooth();
    const Vector x0 = smooth_solution(kStart);
    const double h = 0.1;
    std::vector<Vector> k;
    Vector expected = x0, expected_error = Vector::Zero(2), low = Vector::Zero(2);
    for (std::size_t i = 0; i < t.stages(); ++i) {
      Vector x = x0, f(2);
      for (std::size_t j = 0; j < i; ++j) x += h * t.a[i - 1][j] * k[j];
      p.rhs(kStart + t.c[i] * h, x.data(), f.data());
      k.push_back(f);
      expected += h * t.b[i] * f;
      if (t.embedded_order > 0) expected_error += h * (t.b[i] - t.b_embedded[i]) * f;
      if (t.low_order > 0) low += h * (t.b[i] - t.b_low[i]) * f;
    }
    const Options o = problems::options(t.name, 1e-5, 1e-3);
    if (t.low_order > 0) {
      // rtol |x| + atol, by hand, and the norms' 1/n left out.
      const Vector scale = 1e-5 * x0.cwiseMax(expected) + Vector::Constant(2, 1e-3);
      const double high2 = expected_error.cwiseQuotient(scale).squaredNorm();
      expected_error *= std::sqrt(high2 / (high2 + 0.01 * low.cwiseQuotient(scale).squaredNorm()));
    }
    Statistics s;
    const auto stepper = m.entry.make(p, s, o);
    Vector x_new(2), error = Vector::Zero(2);
    stepper->try_step(kStart, x0, h, x_new, m.entry.adaptive() ? &error : nullptr);
    CHECK(distance(x_new, expected) < 2e-15);
    CHECK(distance(error, expected_error) < 2e-15);
    CHECK(s.rhs == static_cast<std::int64_t>(t.stages()));
  }
}

TEST_CASE("dense output meets the step's ends with their slopes") {
  for (const auto& m : methods()) {
    if (m.own_control || m.stochastic) continue;  // no step of a size asked for; straight lines
    CAPTURE(m.name);
    const double h = 0.25, tiny = 1e-6;
    const Vector x0 = smooth_solution(kStart);
    Problem p = problems::smooth();
    Statistics s;
    const auto stepper = m.make(p, s, {});
    Vector x_new(2), at(2), f(2);
    stepper->try_step(kStart, x0, h, x_new, nullptr);
    stepper->interpolate(0, at);
    CHECK(distance(at, x0) == 0);
    stepper->interpolate(1, at);
    CHECK(distance(at, x_new) == 0);
    stepper->interpolate(tiny, at);
    const double at_start = distance((at - x0) / (tiny * h), stepper->derivative_at_start());
    stepper->interpolate(1 - tiny, at);
    const double at_end = distance((x_new - at) / (tiny * h), stepper->derivative_at_end());
    if (m.smooth_dense) {
      CHECK(at_start < 2e-4);
      CHECK(at_end < 2e-4);
    } else {
      CHECK(std::max(at_start, at_end) < std::pow(0.7, m.dense_order) * h);
      CHECK(std::abs(slope_defect_order(m) - m.dense_order) < 0.1);
    }
    p.rhs(kStart + h, x_new.data(), f.data());
    CHECK(distance(stepper->derivative_at_end(), f) == 0);
  }
}

TEST_CASE("F at the end is computed once, when asked for, and starts the next step; extra stages once a step") {
  for (const auto& member : method_list()) {
    const auto& m = member.entry;
    if (m.own_control || m.varying_stages) continue;
    const auto extra = member.tableau ? static_cast<std::int64_t>(member.tableau->extra.size()) : 0;
    CAPTURE(m.name);
    Problem p = problems::smooth();
    Statistics s;
    const auto stepper = m.make(p, s, {});
    Vector x = smooth_solution(kStart), x_new = x, at = x;
    double t = kStart;
    const auto take = [&](double dt) {
      stepper->accept();
      x.swap(x_new);
      t += dt;
    };
    // A history is built first, by steps of another cost.
    for (int k = 0; m.multistep && k < 10; ++k) stepper->try_step(t, x, 0.1, x_new, nullptr), take(0.1);
    const std::int64_t before = s.rhs;
    stepper->try_step(t, x, 0.1, x_new, nullptr);
    const std::int64_t first = s.rhs;
    CHECK(first - before == m.stages + (m.fsal && !m.multistep ? 1 : 0));
    for (double theta : {0.1, 0.6}) stepper->interpolate(theta, at);
    stepper->derivative_at_end();
    const std::int64_t asked = s.rhs;
    CHECK(asked == first + (m.fsal ? 0 : 1) + extra);
    take(0.1);
    stepper->try_step(t, x, 0.1, x_new, nullptr);
    CHECK(s.rhs == asked + m.stages - (m.fsal ? 0 : 1));
    CHECK(p.calls == s.rhs);
    // A rejected trial keeps F at its start.
    const std::int64_t tried = s.rhs;
    stepper->try_step(t, x, m.multistep ? 0.1 : 0.05, x_new, nullptr);
    CHECK(s.rhs == tried + m.stages - (m.fsal ? 0 : 1));
  }
}

TEST_CASE("after reset a stepper is as good as new, bit for bit, whatever it did before") {
  for (const auto& m : methods()) {
    if (m.own_control) continue;  // no step of a size asked for
    CAPTURE(m.name);
    Problem p = problems::smooth();
    Statistics s;
    const auto used = m.make(p, s, {});
    Vector x = smooth_solution(1.7), x_new = x, error = x;
    used->try_step(1.7, x, 0.2, x_new, nullptr);
    used->interpolate(0.3, x);
    used->accept();
    used->reset();
    const Vector start = smooth_solution(kStart);
    Vector a = start, b = start, between_a = start, between_b = start;
    used->try_step(kStart, start, 0.1, a, nullptr);
    used->interpolate(0.3, between_a);
    const auto fresh = m.make(p, s, {});
    fresh->try_step(kStart, start, 0.1, b, nullptr);
    fresh->interpolate(0.3, between_b);
    CHECK(a == b);
    CHECK(between_a == between_b);
    CHECK(used->derivative_at_start() == fresh->derivative_at_start());
    CHECK(used->derivative_at_end() == fresh->derivative_at_end());
  }
}
