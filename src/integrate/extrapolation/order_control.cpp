#include "integrate/extrapolation/order_control.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace neurode::integrate {
namespace {

constexpr int kLargestTarget = kRows - 1;  // there must be a row left to hope for
// Steps change by factors between m / 4 and 1 / m, m = 0.02^(1 / (2 j - 1)).
constexpr double kFactorBase = 0.02, kFactorShare = 4;
constexpr double kSafety = 0.94, kErrorSafety = 0.65;
// A row less pays if its work is below this share, a row more if that of this row is below that share of the last's.
constexpr double kLess = 0.8, kMore = 0.9;

}  // namespace

int OrderControl::target_for(double rtol) {
  return std::clamp(static_cast<int>(-std::log10(rtol) * 0.6 + 1.5), 2, kLargestTarget);
}

void OrderControl::reset() {
  target_ = first_target_;
  first_ = true;
  after_rejection_ = false;
}

void OrderControl::begin(double h, bool any_row) {
  h_ = h;
  any_row_ = any_row || first_;
  err_limit_ = std::numeric_limits<double>::infinity();
}

OrderControl::Verdict OrderControl::judge(int row, double err) {
  const double exponent = 1.0 / (2 * row - 1), least = std::pow(kFactorBase, exponent);
  const double shrink = std::clamp(std::pow(err / kErrorSafety, exponent) / kSafety, least, kFactorShare / least);
  step_[row] = std::min(h_ / shrink, largest_);
  work_[row] = rhs_up_to(row) / step_[row];

  // Rows that get worse converge to nothing.
  if (err > 1e15 || err >= err_limit_) return Verdict::diverges;
  err_limit_ = std::max(4 * err, 1.0);

  const auto square = [](double x) { return x * x; };
  const double next = substeps(target_ + 1), aimed = substeps(target_);
  if (any_row_ || row >= target_ || (row == target_ - 1 && target_ > 2 && !after_rejection_)) {
    if (err <= 1) return Verdict::accept;
  }
  // What the rows to come promise at least: the error times (n_1 / n_j)^2 each.
  if (row == target_ - 1 && target_ > 2 && !any_row_ && !after_rejection_) {
    if (err > square(next * aimed / 4)) return Verdict::reject;
  }
  if (row == target_ && err > square(next / 2)) return Verdict::reject;
  return row > target_ ? Verdict::reject : Verdict::go_on;
}

double OrderControl::accepted(int row) {
  const auto& w = work_;
  first_ = false;
  int best;
  if (row == 2) {
    best = after_rejection_ ? 2 : std::min(3, kLargestTarget);
  } else if (row <= target_) {
    best = row;
    if (w[row - 1] < w[row] * kLess) best = row - 1;
    if (w[row] < w[row - 1] * kMore) best = std::min(row + 1, kLargestTarget);
  } else {
    best = row - 1;
    if (row > 3 && w[row - 2] < w[row - 1] * kLess) best = row - 2;
    if (w[row] < w[best] * kMore) best = std::min(row, kLargestTarget);
  }
  if (after_rejection_) {
    after_rejection_ = false;
    target_ = std::min(best, row);
    return std::min(h_, step_[target_]);
  }
  double next = step_[std::min(best, row)];
  if (best > row) {
    // No row `best` to ask: as much work a unit time as this row, or as the next one where work still falls.
    const bool falls = row < target_ && w[row] < w[row - 1] * kMore;
    const int priced = falls ? std::min(best + 1, kRows) : best;
    next = step_[row] * rhs_up_to(priced) / rhs_up_to(row);
  }
  target_ = best;
  return std::min(next, largest_);
}

double OrderControl::rejected(int row) {
  target_ = std::min({target_, row, kLargestTarget});
  if (target_ > 2 && work_[target_ - 1] < work_[target_] * kLess) --target_;
  after_rejection_ = true;
  return std::min(step_[target_], 0.9 * h_);
}

double OrderControl::shortened(double share) {
  after_rejection_ = true;
  return share * h_;
}

}  // namespace neurode::integrate
