#pragma once

#include <cmath>
#include <numbers>

#include "integrate/problems.hpp"

/// Systems for the tests of the exponential methods.
namespace problems {

using neurode::Slice;
constexpr double kPi = std::numbers::pi;

inline double distance(const Vector& a, const Vector& b) { return (a - b).lpNorm<Eigen::Infinity>(); }

/// x' = J x, J tridiagonal with constant diagonals.
class Linear : public System {
 public:
  Linear(Index n, double lower, double diagonal, double upper, bool symmetric)
      : n_(n), lower_(lower), diagonal_(diagonal), upper_(upper), symmetric_(symmetric) {
    Slice s;
    s.name = "x";
    s.rows = n;
    layout_.add(s);
  }
  const StateLayout& layout() const override { return layout_; }
  void rhs(double, const double* x, double* f) override { product(x, f); }
  void jvp(double, const double*, const double* v, double* jv) override { product(v, jv); }
  void vjp(double, const double*, const double*, double*) override {}
  bool time_derivative(double, const double*, double*) override { return false; }
  bool symmetric_jacobian() const override { return symmetric_; }

  /// f(J) b for a scalar function f, by the eigenvectors, which are sines times a geometric sequence.
  template <class Function>
  Vector apply(Function f, const Vector& b) const {
    const double base = std::sqrt(lower_ / upper_), step = kPi / static_cast<double>(n_ + 1);
    Vector scale(n_), result = Vector::Zero(n_), v(n_);
    for (Index i = 0; i < n_; ++i) scale[i] = std::pow(base, static_cast<double>(i - n_ / 2));
    const Vector scaled = b.cwiseQuotient(scale);
    for (Index k = 1; k <= n_; ++k) {
      const double angle = static_cast<double>(k) * step;
      for (Index i = 0; i < n_; ++i) v[i] = std::sin(static_cast<double>(i + 1) * angle);
      const double lambda = diagonal_ + 2 * std::sqrt(lower_ * upper_) * std::cos(angle);
      result += (f(lambda) * v.dot(scaled) * 2 / static_cast<double>(n_ + 1)) * v;
    }
    return result.cwiseProduct(scale);
  }

 private:
  void product(const double* x, double* y) const {
    for (Index i = 0; i < n_; ++i) {
      y[i] = diagonal_ * x[i] + (i > 0 ? lower_ * x[i - 1] : 0) + (i + 1 < n_ ? upper_ * x[i + 1] : 0);
    }
  }
  Index n_;
  double lower_, diagonal_, upper_;
  bool symmetric_;
  StateLayout layout_;
};

/// u_t = u_xx + 1/(1 + u^2) + Phi(t, x), u = 0 at x = 0 and 1, by differences on n points; Phi such that
/// u = e^t sin(pi x), which solves the differences too. Stiffness 4 (n+1)^2.
class Parabolic : public System {
 public:
  Parabolic(Index n, bool symmetric) : n_(n), symmetric_(symmetric), square_(static_cast<double>((n + 1) * (n + 1))) {
    Slice s;
    s.name = "u";
    s.rows = n;
    layout_.add(s);
    sine_.resize(n);
    for (Index i = 0; i < n; ++i) sine_[i] = std::sin(kPi * static_cast<double>(i + 1) / static_cast<double>(n + 1));
    rate_ = square_ * std::pow(2 * std::sin(kPi / 2 / static_cast<double>(n + 1)), 2);
  }
  const StateLayout& layout() const override { return layout_; }
  Vector exact(double t) const { return std::exp(t) * sine_; }
  void rhs(double t, const double* u, double* f) override {
    differences(u, f);
    const double e = std::exp(t);
    for (Index i = 0; i < n_; ++i) {
      const double v = e * sine_[i];
      f[i] += 1 / (1 + u[i] * u[i]) + (1 + rate_) * v - 1 / (1 + v * v);
    }
  }
  void jvp(double, const double* u, const double* v, double* jv) override {
    differences(v, jv);
    for (Index i = 0; i < n_; ++i) jv[i] -= 2 * u[i] / std::pow(1 + u[i] * u[i], 2) * v[i];
  }
  void vjp(double, const double*, const double*, double*) override {}
  bool time_derivative(double t, const double*, double* ft) override {
    const double e = std::exp(t);
    for (Index i = 0; i < n_; ++i) {
      const double v = e * sine_[i];
      ft[i] = (1 + rate_) * v + 2 * v * v / std::pow(1 + v * v, 2);
    }
    return true;
  }
  bool symmetric_jacobian() const override { return symmetric_; }

 private:
  void differences(const double* u, double* f) const {
    for (Index i = 0; i < n_; ++i) {
      f[i] = square_ * ((i > 0 ? u[i - 1] : 0) - 2 * u[i] + (i + 1 < n_ ? u[i + 1] : 0));
    }
  }
  Index n_;
  bool symmetric_;
  double square_, rate_ = 0;
  Vector sine_;
  StateLayout layout_;
};

/// A vector without favoured directions.
inline Vector rough(Index n) {
  Vector b(n);
  for (Index i = 0; i < n; ++i) b[i] = std::sin(1 + 7.3 * static_cast<double>(i * i)) + 0.3;
  return b;
}

}  // namespace problems
