#pragma once

#include <array>
#include <functional>
#include <vector>

#include "integrate/extrapolation/order_control.hpp"
#include "neurode/dynamics/system.hpp"
#include "neurode/integrate/statistics.hpp"

namespace neurode::integrate {

/// One step by Gragg's midpoint rule with more and more substeps, extrapolated in their squares to none (Aitken,
/// Neville), with what a polynomial over the step needs. Keeps every F of the step: 2 kRows^2 states.
/// @par Source  W. B. Gragg, SIAM J. Numer. Anal. 2 (1965) 384-403; R. Bulirsch, J. Stoer, Numer. Math. 8 (1966) 1-13;
/// E. Hairer, A. Ostermann, Numer. Math. 58 (1990) 419-439 (dense output)
class MidpointTable {
 public:
  MidpointTable(System& system, Statistics& statistics);

  /// Row `row` of the step from (t, x) over dt, f = F(t, x): after rows 1 ... row - 1 of it.
  void add_row(int row, double t, const Vector& x, const Vector& f, double dt);
  /// The last row's best value, of order 2 row, and in `error` its distance to the one of order 2 row - 2 (row > 1).
  const Vector& best() const { return table_[1]; }
  void error(Vector& e) const { e = table_[1] - table_[2]; }

  /// A step as a whole: its last row, length, ends and F there.
  struct Step {
    int row;
    double dt;
    const Vector &x, &f, &x_new, &f_new;
  };
  /// Computes q_1, q_3, ... of add_bulge(), and in `e` the largest value of the last one's term over the step: the
  /// error of the dense output, as the source estimates it.
  void dense_error(const Step& s, Vector& e);
  /// Computes the others. After dense_error() for the same step.
  void complete_dense(const Step& s);
  /// x += theta^2 (1 - theta)^2 sum_k u^k q_k, u = 2 theta - 1: what makes the cubic through the step's ends the
  /// polynomial of degree 2 row + 1 that has x and its first 2 row - 3 derivatives at the middle as well.
  /// Right to order 2 row - 1: at odd substeps the errors do not start from none.
  void add_bulge(double theta, Vector& x) const;

 private:
  /// F after substep m of a row; m = 0: `start`.
  const Vector& rate(int row, int m, const Vector& start) const {
    return m == 0 ? start : rates_[static_cast<std::size_t>(2 * (row - 1) * (row - 1) + m - 1)];
  }
  void compute_bulge(const Step& s, int first);
  /// The `order`-th derivative at the middle by u, over `order` factorial, from F: out += ...
  void add_derivative(int order, int rows, double dt, const Vector& start, Vector& out) const;

  System& system_;
  Statistics& statistics_;
  std::vector<Vector> rates_;
  std::array<Vector, kRows + 1> table_, middle_;
  Vector before_, now_, next_;
  std::array<Vector, 2 * kRows - 2> bulge_;
  int terms_ = 0;
};

}  // namespace neurode::integrate
