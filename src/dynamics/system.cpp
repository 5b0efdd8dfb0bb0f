#include "neurode/dynamics/system.hpp"

#include <algorithm>
#include <cmath>

namespace neurode {

/// One J v a colour of `pattern`: set(element, row, column, value) for each element, in its order. `seed` is zero, and
/// left so.
template <class Set>
static void by_colours(System& system, const Sparsity& pattern, double t, const double* x, Vector& seed,
                       Vector& product, const Set& set) {
  for (const auto& group : pattern.groups) {
    for (const int k : group) seed[k] = 1;
    system.jvp(t, x, seed.data(), product.data());
    for (const int k : group) {
      seed[k] = 0;
      const auto column = static_cast<std::size_t>(k);
      for (int e = pattern.start[column]; e < pattern.start[column + 1]; ++e) {
        const int i = pattern.row[static_cast<std::size_t>(e)];
        set(e, i, k, product[i]);
      }
    }
  }
}

bool System::rates_without(Block, double t, const double* x, double* dxdt) {
  rhs(t, x, dxdt);
  return false;
}

void System::jacobian(double t, const double* x, Matrix& j) {
  const Index n = size();
  j.resize(n, n);
  seed_.setZero(n);
  if (const Sparsity* pattern = sparsity()) {
    j.setZero();
    product_.resize(n);
    by_colours(*this, *pattern, t, x, seed_, product_,
               [&j](int, int row, int column, double v) { j(row, column) = v; });
    return;
  }
  for (Index k = 0; k < n; ++k) {
    seed_[k] = 1;
    jvp(t, x, seed_.data(), j.col(k).data());
    seed_[k] = 0;
  }
}

void System::sparse_jacobian(double t, const double* x, double* values) {
  seed_.setZero(size());
  product_.resize(size());
  by_colours(*this, *sparsity(), t, x, seed_, product_, [values](int e, int, int, double v) { values[e] = v; });
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
