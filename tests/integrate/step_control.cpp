#include "integrate/step_control.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "integrate/problems.hpp"

using namespace neurode;
using namespace neurode::integrate;
using problems::vector;

namespace {
const double kNan = std::nan(""), kInf = std::numeric_limits<double>::infinity();
}

TEST_CASE("the error norm is the weighted root mean square") {
  const ErrorNorm norm(0.1, vector({1, 2, 0.5}), 3);
  const Vector x0 = vector({1, -20, 0}), x1 = vector({-10, 3, 0}), e = vector({1, -8, 0.25});
  CHECK(norm(e, x0, x1) == doctest::Approx(std::sqrt((0.25 + 4 + 0.25) / 3)).epsilon(1e-15));
  CHECK(norm.at(e, x0) == doctest::Approx(std::sqrt((1 / 1.21 + 4 + 0.25) / 3)).epsilon(1e-15));
  CHECK(norm.worst(e, x0, x1) == 1);
  const ErrorNorm one_for_all(0, vector({2}), 3);
  CHECK(one_for_all(e, x0, x1) == doctest::Approx(std::sqrt((0.25 + 16 + 1.0 / 64) / 3)).epsilon(1e-15));
}

TEST_CASE("nothing that is not finite hides in the error norm, at any place") {
  const Index n = 13;
  const ErrorNorm norm(1e-3, vector({1e-6}), n);
  const Vector zero = Vector::Zero(n), one = Vector::Ones(n);
  CHECK(norm(zero, one, one) == 0);
  for (Index i = 0; i < n; ++i) {
    for (double bad : {kNan, kInf, -kInf}) {
      Vector v = one;
      v[i] = bad;
      CHECK_FALSE(std::isfinite(norm(v, one, one)));
      CHECK_FALSE(std::isfinite(norm(zero, one, v)));
      CHECK_FALSE(all_finite(v));
      CHECK(first_non_finite(v) == i);
    }
  }
  CHECK(all_finite(one));
  CHECK(all_finite(one * 1e308));
  CHECK(first_non_finite(one) == -1);
}

TEST_CASE("without an absolute tolerance an error of zero at zero weighs nothing") {
  const ErrorNorm norm(1e-3, vector({0}), 2);
  CHECK(norm(vector({0, 0}), vector({0, 0}), vector({0, 0})) == 0);
  CHECK(norm(vector({0, 1e-3}), vector({0, 1}), vector({0, 1})) == doctest::Approx(std::sqrt(0.5)));
}

TEST_CASE("proposals of the step control") {
  StepControl c(5);
  // 0.9 err^-(0.17) err_before^(0.04), err_before starting at 1e-4
  CHECK(c.accepted(0.5) == doctest::Approx(0.9 * std::pow(0.5, -0.17) * std::pow(1e-4, 0.04)));
  CHECK(c.accepted(0.8) == doctest::Approx(0.9 * std::pow(0.8, -0.17) * std::pow(0.5, 0.04)));
  CHECK(c.accepted(0) == 10);
  CHECK(c.accepted(1e-9) == 10);
  CHECK(c.rejected(3) == doctest::Approx(0.9 * std::pow(3, -0.2)));
  CHECK(c.accepted(1e-5) == 1);  // no growth after a rejection
  CHECK(c.accepted(1e-5) > 4);
  CHECK(c.rejected(1e9) == 0.2);
  CHECK(c.rejected(kNan) == 0.25);
  CHECK(c.rejected(kInf) == 0.25);
  c.reset();
  CHECK(c.accepted(0.5) == doctest::Approx(0.9 * std::pow(0.5, -0.17) * std::pow(1e-4, 0.04)));
}

TEST_CASE("the first step follows Hairer's rule and costs one right-hand side") {
  auto p = problems::oscillator();
  Statistics s;
  const ErrorNorm norm(1e-6, vector({1e-6}), 2);
  const Vector x = vector({2, 0}), f = vector({0, -2});
  Vector a(2), b(2);
  // d0 = sqrt(2 / (3e-6)^2) ..., worked out by hand: scale (3e-6, 1e-6)
  const double d0 = std::sqrt(0.5) * 2 / 3e-6, d1 = std::sqrt(0.5) * 2 / 1e-6, h0 = 0.01 * d0 / d1;
  const double d2 = std::sqrt(0.5) * (h0 * 2 / 3e-6) / h0;
  const double h1 = std::pow(0.01 / std::max(d1, d2), 0.2);
  bool cut = false;
  CHECK(initial_step(p, 0, x, f, 5, norm, 100, a, b, s, cut) == doctest::Approx(std::min(100 * h0, h1)).epsilon(1e-12));
  CHECK_FALSE(cut);
  CHECK(s.rhs == 1);
  CHECK(initial_step(p, 0, x, f, 5, norm, 1e-9, a, b, s, cut) == 1e-9);
  CHECK(cut);
  // At rest the step is small and finite.
  const double h = initial_step(p, 0, vector({0, 0}), vector({0, 0}), 5, norm, 100, a, b, s, cut);
  CHECK(h == doctest::Approx(1e-6));
}

TEST_CASE("I, PI and PID: their formulas, for three errors one after another") {
  const double e0 = 0.3, e1 = 0.5, e2 = 0.2, k = 4;
  const auto after = [&](Control control, double p, double q, double r) {
    StepControl c(4, control);
    c.accepted(e0);
    c.accepted(e1);
    const double expected = 0.9 * std::pow(e2, -p / k) * std::pow(e1, -q / k) * std::pow(e0, -r / k);
    CHECK(c.accepted(e2) == doctest::Approx(expected).epsilon(1e-14));
  };
  after(Control::i, 1, 0, 0);
  after(Control::pi, 0.85, -0.2, 0);
  after(Control::pid, 0.58, -0.21, 0.1);
}

TEST_CASE("every control gets there, and PI and PID reject less than I where stability limits the step") {
  std::int64_t rejected[3];
  for (const Control control : {Control::i, Control::pi, Control::pid}) {
    problems::Problem p(1, [](double t, const double* x, double* f) { f[0] = -1000 * (x[0] - std::cos(t)); });
    auto o = problems::options("dopri5", 1e-4, 1e-6);
    o.control = control;
    const auto r = drive(p, 0, problems::vector({1}), 10, o, {}, {}, {});
    CHECK(r.outcome == Outcome::reached_end);
    CHECK(std::abs(r.x[0] - (1e6 * std::cos(10.0) + 1e3 * std::sin(10.0)) / (1e6 + 1)) < 4e-5);
    rejected[static_cast<int>(control)] = r.statistics.rejected;
  }
  CHECK(rejected[1] < rejected[0] / 2);
  CHECK(rejected[2] < rejected[0] / 2);
}
