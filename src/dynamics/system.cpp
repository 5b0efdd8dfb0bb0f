#include "neurode/dynamics/system.hpp"

#include <algorithm>
#include <cmath>

namespace neurode {

void System::jacobian(double t, const double* x, Matrix& j) {
  const Index n = size();
  j.resize(n, n);
  seed_.setZero(n);
  const Sparsity* pattern = sparsity();
  if (pattern == nullptr) {
    for (Index k = 0; k < n; ++k) {
      seed_[k] = 1;
      jvp(t, x, seed_.data(), j.col(k).data());
      seed_[k] = 0;
    }
    return;
  }
  j.setZero();
  product_.resize(n);
  for (const auto& group : pattern->groups) {
    for (const int k : group) seed_[k] = 1;
    jvp(t, x, seed_.data(), product_.data());
    for (const int k : group) {
      seed_[k] = 0;
      const auto column = static_cast<std::size_t>(k);
      for (int e = pattern->start[column]; e < pattern->start[column + 1]; ++e) {
        const int i = pattern->row[static_cast<std::size_t>(e)];
        j(i, k) = product_[i];
      }
    }
  }
}

void System::sparse_jacobian(double t, const double* x, double* values) {
  const Sparsity& pattern = *sparsity();
  seed_.setZero(size());
  product_.resize(size());
  for (const auto& group : pattern.groups) {
    for (const int k : group) seed_[k] = 1;
    jvp(t, x, seed_.data(), product_.data());
    for (const int k : group) {
      seed_[k] = 0;
      const auto column = static_cast<std::size_t>(k);
      for (int e = pattern.start[column]; e < pattern.start[column + 1]; ++e) {
        values[e] = product_[pattern.row[static_cast<std::size_t>(e)]];
      }
    }
  }
}

bool System::time_derivative(double t, const double* x, double* ft) {
  const Index n = size();
  // The cube root of the rounding error, to a power of two: t + h and t - h are then exact for small t.
  const double h = std::ldexp(1.0, -17) * std::max(1.0, std::exp2(std::round(std::log2(std::abs(t) + 1e-300))));
  product_.resize(n);
  rhs(t + h, x, ft);
  rhs(t - h, x, product_.data());
  for (Index i = 0; i < n; ++i) ft[i] = (ft[i] - product_[i]) / (2 * h);
  return true;
}

bool System::linear_rates(double, const double*, double*) { return false; }

}  // namespace neurode
