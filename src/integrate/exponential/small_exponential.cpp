#include "integrate/exponential/small_exponential.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace neurode::integrate {
namespace {

using Map = Eigen::Map<Matrix>;

// Numerator of the approximant (the denominator is the same with -A).
constexpr double kPade[] = {64764752532480000.,
                            32382376266240000.,
                            7771770303897600.,
                            1187353796428800.,
                            129060195264000.,
                            10559470521600.,
                            670442572800.,
                            33522128640.,
                            1323241920.,
                            40840800.,
                            960960.,
                            16380.,
                            182.,
                            1.};
// Largest norm at which the approximant is right to rounding.
constexpr double kTheta = 5.371920351148152;

/// Length of (x, y): hypot() where squares could overflow or vanish, which costs ten times as much.
double length(double x, double y) {
  const double square = x * x + y * y;
  return square > 1e-200 && square < 1e200 ? std::sqrt(square) : std::hypot(x, y);
}

/// x = a^{-1} x by elimination with partial pivoting; a is destroyed.
bool solve(Map a, Map x) {
  const Index n = a.rows();
  for (Index k = 0; k < n; ++k) {
    Index pivot = k;
    for (Index i = k + 1; i < n; ++i) {
      if (std::abs(a(i, k)) > std::abs(a(pivot, k))) pivot = i;
    }
    if (!(std::abs(a(pivot, k)) > 0)) return false;
    if (pivot != k) {
      for (Index j = k; j < n; ++j) std::swap(a(k, j), a(pivot, j));
      for (Index j = 0; j < n; ++j) std::swap(x(k, j), x(pivot, j));
    }
    const Index below = n - k - 1;
    a.col(k).tail(below) /= a(k, k);
    for (Index j = k + 1; j < n; ++j) a.col(j).tail(below) -= a(k, j) * a.col(k).tail(below);
    for (Index j = 0; j < n; ++j) x.col(j).tail(below) -= x(k, j) * a.col(k).tail(below);
  }
  for (Index j = 0; j < n; ++j) {
    for (Index k = n - 1; k >= 0; --k) {
      x(k, j) /= a(k, k);
      x.col(j).head(k) -= x(k, j) * a.col(k).head(k);
    }
  }
  return true;
}

}  // namespace

SmallExponential::SmallExponential(Index largest) : memory_(Matrix::Zero(largest * largest, kMatrices)) {}

bool SmallExponential::compute(Index rows) {
  Map a = view(0, rows), a2 = view(1, rows), a4 = view(2, rows), a6 = view(3, rows);
  Map even = view(4, rows), odd = view(5, rows), w = view(6, rows);
  double norm = 0;
  for (Index j = 0; j < rows; ++j) {
    const double column = a.col(j).lpNorm<1>();
    if (!std::isfinite(column)) return false;
    norm = std::max(norm, column);
  }
  const int squarings = norm > kTheta ? std::max(1, static_cast<int>(std::ceil(std::log2(norm / kTheta)))) : 1;
  a *= std::ldexp(1.0, -squarings);

  const auto& b = kPade;
  a2.noalias() = a * a;
  a4.noalias() = a2 * a2;
  a6.noalias() = a4 * a2;
  w = b[13] * a6 + b[11] * a4 + b[9] * a2;
  even.noalias() = a6 * w;
  even += b[7] * a6 + b[5] * a4 + b[3] * a2;
  even.diagonal().array() += b[1];
  odd.noalias() = a * even;
  w = b[12] * a6 + b[10] * a4 + b[8] * a2;
  even.noalias() = a6 * w;
  even += b[6] * a6 + b[4] * a4 + b[2] * a2;
  even.diagonal().array() += b[0];
  w = even - odd;
  odd += even;
  if (!solve(w, odd)) return false;

  Index last = 5, other = 4;
  for (int k = 0; k < squarings; ++k) {
    view(other, rows).noalias() = view(last, rows) * view(last, rows);
    std::swap(last, other);
  }
  whole_ = last, half_ = other;
  return true;
}

bool diagonalise(Eigen::Ref<Vector> d, Eigen::Ref<Vector> e, Eigen::Ref<Matrix> q) {
  constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
  const auto small = [&](Index k) { return std::abs(e[k]) <= kEpsilon * (std::abs(d[k]) + std::abs(d[k + 1])); };
  Index end = d.size() - 1;
  for (Index left = 40 * d.size(); end > 0;) {
    if (small(end - 1)) {
      --end;
      continue;
    }
    if (left-- == 0) return false;
    Index start = end - 1;
    while (start > 0 && !small(start - 1)) --start;
    const double half = (d[end - 1] - d[end]) / 2, off = e[end - 1];
    const double shift = d[end] - off * off / (half + std::copysign(length(half, off), half));
    double x = d[start] - shift, z = e[start];
    for (Index k = start; k < end; ++k) {
      const double r = length(x, z), c = r > 0 ? x / r : 1, s = r > 0 ? z / r : 0;
      if (k > start) e[k - 1] = r;
      const double upper = d[k], lower = d[k + 1], between = e[k];
      d[k] = c * c * upper + 2 * c * s * between + s * s * lower;
      d[k + 1] = s * s * upper - 2 * c * s * between + c * c * lower;
      e[k] = c * s * (lower - upper) + (c * c - s * s) * between;
      x = e[k];
      if (k + 1 < end) {
        z = s * e[k + 1];
        e[k + 1] *= c;
      }
      for (Index i = 0; i < q.rows(); ++i) {
        const double first = q(i, k), second = q(i, k + 1);
        q(i, k) = c * first + s * second;
        q(i, k + 1) = c * second - s * first;
      }
    }
  }
  return true;
}

void scalar_phi(double z, int top, double* phi) {
  // The recurrence upwards loses a factor 1/|z| each time, the one downwards |z|.
  phi[0] = std::exp(z);
  double inverse_factorial = 1;
  if (std::abs(z) > 2) {
    for (int k = 0; k < top; ++k) {
      phi[k + 1] = (phi[k] - inverse_factorial) / z;
      inverse_factorial /= k + 1;
    }
    return;
  }
  for (int k = 2; k <= top; ++k) inverse_factorial /= k;
  double term = inverse_factorial, sum = 0;
  for (int k = 1; k < 40; ++k) {
    sum += term;
    term *= z / (top + k);
  }
  for (int k = top; k > 0; --k) {
    phi[k] = sum;
    inverse_factorial *= k;  // 1/(k-1)!
    sum = z * sum + inverse_factorial;
  }
}

}  // namespace neurode::integrate
