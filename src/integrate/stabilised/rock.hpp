#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "integrate/stabilised/recurrence.hpp"
#include "integrate/stabilised/stepper.hpp"

namespace neurode::integrate {

/// The numbers that define the ROCK2 method of degree + 2 stages: stability polynomial w(z) P(z), where P, of `degree`,
/// is orthogonal on [left, right] with the weight w^2 / sqrt((z - left) (right - z)), and
/// w(z) = 1 + 2 sigma z + sigma (sigma + rest) z^2 is that of the two-stage finish.
struct Rock2Row {
  int degree;
  double left, right;
  double sigma, rest;
};
const std::vector<Rock2Row>& rock2_rows();
/// Coefficients of w.
std::vector<double> finish(const Rock2Row& row);

/// The same for ROCK4 of degree + 4 stages, whose finish is the four-stage Runge-Kutta method (a21, a31, a32, a41, a42,
/// a43; b), with embedded weights (the fifth: of F at the end).
struct Rock4Row {
  int degree;
  double left, right;
  std::array<double, 6> a;
  std::array<double, 4> b;
  std::array<double, 5> b_embedded;
};
const std::vector<Rock4Row>& rock4_rows();
std::vector<double> finish(const Rock4Row& row);

template <class Row>
Recurrence recurrence_of(const Row& row) {
  return orthogonal_recurrence(row.left, row.right, finish(row), row.degree);
}

/// How many of the rows to use at rtol. The finish multiplies what rounding has done to the state it starts from by
/// w(z), the size of which at the interval's end is 3e8 for 200 stages of ROCK2 and 3e13 for 142 of ROCK4: rounding
/// errors shall stay below rtol. (That they reach s / 5 ulp by then is measured, on a problem of full matrix.)
template <class Row>
int usable(const std::vector<Row>& rows, double rtol) {
  int count = 1;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const double rounding = std::numeric_limits<double>::epsilon() * std::max(1.0, rows[i].degree / 5.0);
    if (rounding * std::abs(value(finish(rows[i]), rows[i].left)) <= rtol) count = static_cast<int>(i) + 1;
  }
  return count;
}

/// Steps along a recurrence: three vectors that take turns.
class RecurrenceSteps {
 public:
  explicit RecurrenceSteps(Index n) : before_(Vector::Zero(n)), now_(before_), f_(before_) {}

  /// X_degree, from x with derivative f0. rhs(t, x, f) writes f = F(t, x).
  template <class Rhs>
  Vector& run(const Recurrence& r, double t, const Vector& x, double dt, const Vector& f0, Rhs&& rhs) {
    before_ = x;
    now_ = x + (dt * r.steps[0].mu) * f0;
    for (std::size_t j = 1; j < r.steps.size(); ++j) {
      const auto& s = r.steps[j];
      rhs(t + r.steps[j - 1].c * dt, now_, f_);
      before_ = (dt * s.mu) * f_ + (1 + s.kappa) * now_ - s.kappa * before_;
      before_.swap(now_);
    }
    return now_;
  }
  /// Free between runs.
  Vector& scratch() { return before_; }
  Vector& f() { return f_; }

 private:
  Vector before_, now_, f_;
};

}  // namespace neurode::integrate
