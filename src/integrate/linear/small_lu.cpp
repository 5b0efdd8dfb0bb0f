#include "integrate/linear/small_lu.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace neurode::integrate {
namespace {

template <int n>
bool factorise(const double* j, double shift, double* lu, int* order) {
  for (int i = 0; i < n * n; ++i) lu[i] = -j[i];
  for (int i = 0; i < n; ++i) {
    lu[i + n * i] += shift;
    order[i] = i;
  }
  for (int k = 0; k < n; ++k) {
    int p = k;
    double most = std::abs(lu[k + n * k]);
    for (int i = k + 1; i < n; ++i) {
      const double size = std::abs(lu[i + n * k]);
      if (size > most) most = size, p = i;
    }
    // Written so that NaN fails as well. An element below a pivot that is NaN may hide from `most`; it then makes a
    // later pivot NaN.
    if (!(most >= std::numeric_limits<double>::min() && most <= std::numeric_limits<double>::max())) return false;
    if (p != k) {
      for (int c = 0; c < n; ++c) std::swap(lu[k + n * c], lu[p + n * c]);
      std::swap(order[k], order[p]);
    }
    const double inverse = 1 / lu[k + n * k];
    lu[k + n * k] = inverse;
    for (int i = k + 1; i < n; ++i) lu[i + n * k] *= inverse;
    for (int c = k + 1; c < n; ++c) {
      const double factor = lu[k + n * c];
      for (int i = k + 1; i < n; ++i) lu[i + n * c] -= lu[i + n * k] * factor;
    }
  }
  return true;
}

template <int n>
void solve(const double* lu, const int* order, double* b) {
  std::array<double, n> y;
  for (int i = 0; i < n; ++i) y[static_cast<std::size_t>(i)] = b[order[i]];
  double* v = y.data();
#pragma GCC unroll 16
  for (int k = 0; k < n; ++k) {
#pragma GCC unroll 16
    for (int i = k + 1; i < n; ++i) v[i] -= lu[i + n * k] * v[k];
  }
#pragma GCC unroll 16
  for (int k = n - 1; k >= 0; --k) {
    v[k] *= lu[k + n * k];
#pragma GCC unroll 16
    for (int i = 0; i < k; ++i) v[i] -= lu[i + n * k] * v[k];
  }
  for (int i = 0; i < n; ++i) b[i] = v[i];
}

template <int... n>
constexpr std::array<SmallLu, sizeof...(n)> make_table(std::integer_sequence<int, n...>) {
  return {SmallLu{&factorise<n + 1>, &solve<n + 1>}...};
}

constexpr auto kTable = make_table(std::make_integer_sequence<int, static_cast<int>(SmallLu::kLargest)>());

}  // namespace

const SmallLu& small_lu(Index n) { return kTable[static_cast<std::size_t>(n - 1)]; }

}  // namespace neurode::integrate
