#pragma once

#include <array>

namespace neurode::integrate {

/// Rows of the extrapolation table, at most; rows and columns are counted from 1 as in the source.
inline constexpr int kRows = 9;

/// Steps of row j: 2, 6, 10, ... . All halves are odd, so that the values at the middle of the step can be extrapolated
/// as well (the dense output).
constexpr int substeps(int row) { return 4 * row - 2; }
/// Right-hand sides of a step that ends with row j, F at its start included.
constexpr int rhs_up_to(int row) { return 1 + 2 * row * row; }

/// Order and step size of an extrapolation method: each row j tells the step h_j at which its error would just be
/// allowed and the work per unit time w_j = rhs_up_to(j) / h_j; the row with the least work is aimed at.
/// @par Source  E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I, 2nd ed. (1993), II.9
/// and the constants of its code ODEX
class OrderControl {
 public:
  enum class Verdict { go_on, accept, reject, diverges };

  OrderControl(double rtol, double largest_step) : first_target_(target_for(rtol)), largest_(largest_step) {}

  /// As for a first step.
  void reset();
  /// The row aimed at: the order aimed at is twice that.
  int target() const { return target_; }
  /// A trial over `h` starts. Its first row that is good enough ends it where `any_row` says so or it is the first one.
  void begin(double h, bool any_row);
  /// Row j > 1 has this error, finite.
  Verdict judge(int row, double err);
  /// The next step after the trial that ended with `row`.
  double accepted(int row);
  double rejected(int row);
  /// The next step after a trial that says nothing about errors: this share of it.
  double shortened(double share);

 private:
  static int target_for(double rtol);

  const int first_target_;
  const double largest_;
  int target_ = 2;
  bool first_ = true, any_row_ = true, after_rejection_ = false;
  double h_ = 0, err_limit_ = 0;
  std::array<double, kRows + 1> step_{}, work_{};  // of each row
};

}  // namespace neurode::integrate
