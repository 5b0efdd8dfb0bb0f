#include <doctest/doctest.h>

#include <cmath>

#include "integrate/extrapolation/midpoint_table.hpp"
#include "integrate/problems.hpp"

using namespace neurode;
using namespace neurode::integrate;
using problems::options;
using problems::Problem;
using problems::smooth_solution;
using problems::vector;

namespace {

double magnitude(const Vector& v) { return v.lpNorm<Eigen::Infinity>(); }

struct Errors {
  double best, estimate, dense;
};

// One step with `rows` rows from the exact solution at t.
template <class Solution>
Errors one_step(Problem p, Solution solution, double t, double dt, int rows, double theta) {
  Statistics s;
  MidpointTable table(p, s);
  const Vector x = solution(t);
  Vector f = x, f_new = x, e = x;
  p.rhs(t, x.data(), f.data());
  for (int row = 1; row <= rows; ++row) table.add_row(row, t, x, f, dt);
  CHECK(s.rhs == rhs_up_to(rows) - 1);
  const Vector x_new = table.best();
  p.rhs(t + dt, x_new.data(), f_new.data());
  Errors errors{};
  errors.best = magnitude(x_new - solution(t + dt));
  table.error(e);
  errors.estimate = magnitude(e);
  const MidpointTable::Step step{rows, dt, x, f, x_new, f_new};
  table.dense_error(step, e);
  table.complete_dense(step);
  const double rest = 1 - theta;
  Vector between = rest * rest * (1 + 2 * theta) * x + theta * theta * (3 - 2 * theta) * x_new +
                   dt * theta * rest * (rest * f - theta * f_new);
  table.add_bulge(theta, between);
  errors.dense = magnitude(between - solution(t + theta * dt));
  return errors;
}

Vector circle(double t) { return vector({std::cos(t), -std::sin(t)}); }

}  // namespace

TEST_CASE("extrapolated midpoint rule: order of each row, of its error estimate and of its dense output") {
  const auto check = [](int rows, const Errors& whole, const Errors& half) {
    CAPTURE(rows);
    CHECK(std::abs(std::log2(whole.best / half.best) - (2 * rows + 1)) < 0.1);
    CHECK(std::abs(std::log2(whole.estimate / half.estimate) - (2 * rows - 1)) < 0.1);
    CHECK(std::abs(std::log2(whole.dense / half.dense) - 2 * rows) < 0.1);
  };
  // More rows meet rounding before asymptotics, these do so where F is not linear.
  const double steps[] = {0.25, 0.5, 0.5, 1};
  for (int rows = 2; rows <= 5; ++rows) {
    const double h = steps[rows - 2];
    check(rows, one_step(problems::oscillator(), circle, 0, h, rows, 0.3),
          one_step(problems::oscillator(), circle, 0, h / 2, rows, 0.3));
  }
  const double h = 1.0 / 32;
  check(2, one_step(problems::smooth(), smooth_solution, 0.3, h, 2, 0.3),
        one_step(problems::smooth(), smooth_solution, 0.3, h / 2, 2, 0.3));
}

TEST_CASE("extrapolated midpoint rule: polynomials up to the order are solved to rounding, the next one is not") {
  for (int rows = 2; rows <= kRows; ++rows) {
    for (int degree = 1; degree <= 2 * rows + 2; ++degree) {
      CAPTURE(rows);
      CAPTURE(degree);
      const auto power = [degree](double t) { return vector({std::pow(t, degree)}); };
      Problem p(1, [degree](double t, const double*, double* f) { f[0] = degree * std::pow(t, degree - 1); });
      const Errors e = one_step(p, power, -0.4, 0.9, rows, 0.35);
      if (degree <= 2 * rows) CHECK(e.best < 2e-14);
      if (degree <= 2 * rows - 1) CHECK(e.dense < 2e-14);
      if (rows > 6) continue;
      if (degree == 2 * rows) CHECK(e.dense > 1e-10);
      if (degree == 2 * rows + 2) CHECK(e.best > 1e-13);
    }
  }
}

TEST_CASE("order control: steps, orders and verdicts as the source has them") {
  using Verdict = OrderControl::Verdict;
  const auto target = [](double rtol) {
    OrderControl c(rtol, 1e9);
    c.reset();
    return c.target();
  };
  CHECK(target(1e-1) == 2);
  CHECK(target(1e-4) == 3);
  CHECK(target(1e-6) == 5);
  CHECK(target(1e-16) == kRows - 1);

  OrderControl c(1e-4, 10);
  c.reset();
  c.begin(0.5, false);  // the first step: any row will do
  CHECK(c.judge(2, 0.5) == Verdict::accept);
  CHECK(c.accepted(2) == doctest::Approx(0.5 * 0.94 * std::cbrt(0.65 / 0.5) * rhs_up_to(3) / rhs_up_to(2)));
  CHECK(c.target() == 3);
  // Work that does not fall: the order stays. Row 2 is not asked to be the last unless good enough.
  c.begin(1, false);
  CHECK(c.judge(2, 400) == Verdict::go_on);
  CHECK(c.judge(3, 0.5) == Verdict::accept);
  const double third = 0.94 * std::pow(0.65 / 0.5, 0.2), second = 0.94 * std::cbrt(0.65 / 400);
  REQUIRE(rhs_up_to(3) / third < 0.9 * rhs_up_to(2) / second);
  CHECK(c.accepted(3) == doctest::Approx(third * rhs_up_to(4) / rhs_up_to(3)));
  CHECK(c.target() == 4);
  // Hopeless at the row before the one aimed at: (n_5 n_4 / 4)^2 = 3969.
  c.begin(1, false);
  CHECK(c.judge(2, 1e5) == Verdict::go_on);
  CHECK(c.judge(3, 3968) == Verdict::go_on);
  c.begin(1, false);
  CHECK(c.judge(2, 1e5) == Verdict::go_on);
  CHECK(c.judge(3, 3970) == Verdict::reject);
  CHECK(c.rejected(3) == doctest::Approx(0.94 * std::pow(0.65 / 3970, 0.2)));
  CHECK(c.target() == 3);
  // After a rejection only the row aimed at, or the one after it, ends the step, and the step does not grow.
  c.begin(0.1, false);
  CHECK(c.judge(2, 0.9) == Verdict::go_on);
  CHECK(c.judge(3, 0.1) == Verdict::accept);
  CHECK(c.accepted(3) == doctest::Approx(0.1 * 0.94 * std::cbrt(0.65 / 0.9)));  // row 2 is cheaper by a fifth
  CHECK(c.target() == 2);
  c.shortened(1);
  c.begin(0.1, false);
  CHECK(c.judge(2, 5) == Verdict::go_on);
  CHECK(c.judge(3, 0.1) == Verdict::accept);
  CHECK(c.accepted(3) == 0.1);
  CHECK(c.target() == 3);
  // Rows that get worse.
  c.begin(0.1, false);
  CHECK(c.judge(2, 2) == Verdict::go_on);
  CHECK(c.judge(3, 9) == Verdict::diverges);
  CHECK(c.shortened(0.5) == 0.05);
  // The longest step allowed.
  c.begin(9, true);
  CHECK(c.judge(2, 1e-6) == Verdict::accept);
  c.accepted(2);
  c.begin(9, true);
  CHECK(c.judge(2, 1e-6) == Verdict::accept);
  CHECK(c.accepted(2) == 10);
  CHECK(c.target() == 3);
  // Where it is all that row 3 could have, row 2 has less work.
  c.begin(9, false);
  CHECK(c.judge(2, 1.5) == Verdict::go_on);
  CHECK(c.judge(3, 1e-8) == Verdict::accept);
  c.accepted(3);
  CHECK(c.target() == 2);
}
