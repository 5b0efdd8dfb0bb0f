#include "integrate/extrapolation/midpoint_table.hpp"

#include <cmath>
#include <cstddef>

namespace neurode::integrate {
namespace {

/// The share of row j in the extrapolation of rows first ... last to no substep size.
double share(int j, int first, int last) {
  double product = 1;
  const double nj = substeps(j);
  for (int i = first; i <= last; ++i) {
    const double ratio = substeps(i) / nj;
    if (i != j) product /= 1 - ratio * ratio;
  }
  return product;
}

}  // namespace

MidpointTable::MidpointTable(System& system, Statistics& statistics)
    : system_(system), statistics_(statistics), rates_(static_cast<std::size_t>(2 * kRows * kRows)) {
  // Not set to zero: of rows that are never reached not a page is touched.
  const Index n = system.size();
  for (Vector& v : rates_) v.resize(n);
  for (Vector& v : table_) v.resize(n);
  for (Vector& v : middle_) v.resize(n);
  for (Vector& v : bulge_) v.resize(n);
  for (Vector* v : {&before_, &now_, &next_}) v->resize(n);
}

void MidpointTable::add_row(int row, double t, const Vector& x, const Vector& f, double dt) {
  const int n = substeps(row);
  const double h = dt / n;
  const auto first = static_cast<std::size_t>(2 * (row - 1) * (row - 1));
  before_ = x;
  now_ = x + h * f;
  for (int m = 1; m <= n; ++m) {
    if (2 * m == n) middle_[row] = now_;
    Vector& rate = rates_[first + static_cast<std::size_t>(m - 1)];
    ++statistics_.rhs;
    system_.rhs(m == n ? t + dt : t + m * h, now_.data(), rate.data());
    if (m == n) {
      table_[row] = 0.5 * (before_ + now_ + h * rate);  // Gragg's smoothing
    } else {
      next_ = before_ + (2 * h) * rate;
      before_.swap(now_);
      now_.swap(next_);
    }
  }
  for (int l = row; l > 1; --l) {
    const double ratio = static_cast<double>(n) / substeps(l - 1), weight = 1 / (ratio * ratio - 1);
    table_[l - 1] = (1 + weight) * table_[l] - weight * table_[l - 1];
  }
}

void MidpointTable::add_derivative(int order, int rows, double dt, const Vector& start, Vector& out) const {
  const int differences = order - 1;
  double factorial = 1;
  for (int i = 2; i <= order; ++i) factorial *= i;
  const int first = (order + 1) / 2;  // the first row with enough substeps
  for (int j = first; j <= rows; ++j) {
    const int n = substeps(j);
    // (2 h)^-differences, and (dt / 2)^order for the derivative by u
    double weight = share(j, first, rows) * (dt / 2) * std::pow(n / 4.0, differences) / factorial;
    for (int i = 0; i <= differences; ++i) {
      out += weight * rate(j, n / 2 + differences - 2 * i, start);
      weight *= -static_cast<double>(differences - i) / (i + 1);
    }
  }
}

void MidpointTable::compute_bulge(const Step& s, int first) {
  const double slope = s.dt / 8;
  for (int k = first; k < 2 * s.row - 2; k += 2) {
    Vector& q = bulge_[k];
    // The Taylor series at the middle of the solution minus the cubic, ...
    if (k == 0) {
      q = -0.5 * (s.x + s.x_new) - slope * (s.f - s.f_new);
      for (int j = 1; j <= s.row; ++j) q += share(j, 1, s.row) * middle_[j];
    } else if (k == 1) {
      q = 0.75 * (s.x - s.x_new) + slope * (s.f + s.f_new);
    } else if (k == 2) {
      q = slope * (s.f - s.f_new);
    } else if (k == 3) {
      q = 0.25 * (s.x_new - s.x) - slope * (s.f + s.f_new);
    } else {
      q.setZero();
    }
    if (k > 0) add_derivative(k, s.row, s.dt, s.f, q);
    // ... divided by (1 - u^2)^2 / 16.
    q *= 16;
    if (k > 1) q += 2 * bulge_[k - 2];
    if (k > 3) q -= bulge_[k - 4];
  }
}

void MidpointTable::dense_error(const Step& s, Vector& e) {
  terms_ = 2 * s.row - 2;
  compute_bulge(s, 1);
  // (1 - u^2)^2 u^k / 16 is largest where u^2 = k / (k + 4).
  const double k = terms_ - 1, top = std::pow(k / (k + 4), k / 2) / ((k + 4) * (k + 4));
  e = top * bulge_[terms_ - 1];
}

void MidpointTable::complete_dense(const Step& s) { compute_bulge(s, 0); }

void MidpointTable::add_bulge(double theta, Vector& x) const {
  const double u = 2 * theta - 1;
  double height = theta * theta * (1 - theta) * (1 - theta);
  for (int k = 0; k < terms_; ++k) {
    x += height * bulge_[k];
    height *= u;
  }
}

}  // namespace neurode::integrate
