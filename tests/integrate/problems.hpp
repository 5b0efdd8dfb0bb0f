#pragma once

#include <cmath>
#include <functional>
#include <numbers>
#include <utility>
#include <vector>

#include "neurode/integrate/drive.hpp"

/// Systems with known solutions, for the tests of this layer.
namespace problems {

using neurode::Index;
using neurode::Matrix;
using neurode::StateLayout;
using neurode::System;
using neurode::Vector;
using Rhs = std::function<void(double t, const double* x, double* f)>;

using Jacobian = std::function<void(double t, const double* x, Matrix& j)>;

/// A System out of lambdas: F, and where a test needs them J and dF/dt (central differences stand in for either).
class Problem : public System {
 public:
  Problem(Index n, Rhs f, Jacobian j = {}, Rhs ft = {})
      : f_(std::move(f)), j_(std::move(j)), ft_(std::move(ft)), matrix_(Matrix::Zero(n, n)), a_(n), b_(n), x_(n) {
    neurode::Slice s;
    s.name = "x";
    s.rows = n;
    layout_.add(s);
  }
  const StateLayout& layout() const override { return layout_; }
  void rhs(double t, const double* x, double* f) override {
    ++calls;
    f_(t, x, f);
  }
  void jacobian(double t, const double* x, Matrix& j) override {
    if (j_) {
      j.setZero(size(), size());
      j_(t, x, j);
    } else {
      System::jacobian(t, x, j);
    }
  }
  void jvp(double t, const double* x, const double* v, double* jv) override {
    const Index n = size();
    const Eigen::Map<const Vector> at(x, n), along(v, n);
    Eigen::Map<Vector> out(jv, n);
    if (j_) {
      jacobian(t, x, matrix_);
      out.noalias() = matrix_ * along;
      return;
    }
    const double h = 1e-5;
    x_ = at + h * along;
    f_(t, x_.data(), a_.data());
    x_ = at - h * along;
    f_(t, x_.data(), b_.data());
    out = (a_ - b_) / (2 * h);
  }
  void vjp(double, const double*, const double*, double*) override {}
  bool time_derivative(double t, const double* x, double* ft) override {
    if (!ft_) return System::time_derivative(t, x, ft);
    ft_(t, x, ft);
    return true;
  }
  bool linear_rates(double t, const double* x, double* d) override {
    if (!rates) return false;
    rates(t, x, d);
    return true;
  }
  std::vector<double> breakpoints(double, double) const override { return breaks; }
  void begin_segment(double a, double b) override { segments.emplace_back(a, b); }

  std::int64_t calls = 0;
  Rhs rates;  ///< linear_rates(); empty: not known
  std::vector<double> breaks;
  std::vector<std::pair<double, double>> segments;

 private:
  Rhs f_;
  Jacobian j_;
  Rhs ft_;
  Matrix matrix_;
  Vector a_, b_, x_;
  StateLayout layout_;
};

inline Vector vector(std::initializer_list<double> v) {
  Vector x(static_cast<Index>(v.size()));
  Index i = 0;
  for (double e : v) x[i++] = e;
  return x;
}

/// Nonlinear, not autonomous, coupled; solution (e^{sin t}, e^{cos t}).
inline Problem smooth() {
  return {2,
          [](double t, const double* x, double* f) {
            f[0] = x[0] * std::log(x[1]);
            f[1] = -x[1] * std::log(x[0]) + (std::exp(std::cos(t)) - x[1]) * std::cos(t);
          },
          [](double t, const double* x, Matrix& j) {
            j << std::log(x[1]), x[0] / x[1], -x[1] / x[0], -std::log(x[0]) - std::cos(t);
          },
          [](double t, const double* x, double* ft) {
            const double c = std::cos(t), s = std::sin(t);
            ft[0] = 0;
            ft[1] = -s * std::exp(c) * c - (std::exp(c) - x[1]) * s;
          }};
}
inline Vector smooth_solution(double t) { return vector({std::exp(std::sin(t)), std::exp(std::cos(t))}); }

inline Problem oscillator() {
  return {2, [](double, const double* x, double* f) { f[0] = x[1], f[1] = -x[0]; },
          [](double, const double*, Matrix& j) { j << 0, 1, -1, 0; },
          [](double, const double*, double* ft) { ft[0] = ft[1] = 0; }};
}
inline Problem lorenz() {
  return {3,
          [](double, const double* x, double* f) {
            f[0] = 10 * (x[1] - x[0]);
            f[1] = x[0] * (28 - x[2]) - x[1];
            f[2] = x[0] * x[1] - 8.0 / 3 * x[2];
          },
          [](double, const double* x, Matrix& j) { j << -10, 10, 0, 28 - x[2], -1, -x[0], x[1], x[0], -8.0 / 3; },
          [](double, const double*, double* ft) { ft[0] = ft[1] = ft[2] = 0; }};
}
inline Problem van_der_pol(double mu) {
  return {2,
          [mu](double, const double* x, double* f) {
            f[0] = x[1];
            f[1] = mu * (1 - x[0] * x[0]) * x[1] - x[0];
          },
          [mu](double, const double* x, Matrix& j) { j << 0, 1, -2 * mu * x[0] * x[1] - 1, mu * (1 - x[0] * x[0]); },
          [](double, const double*, double* ft) { ft[0] = ft[1] = 0; }};
}

inline neurode::integrate::Options options(const std::string& method, double rtol, double atol, double dt = 0) {
  neurode::integrate::Options o;
  o.method = method;
  o.rtol = rtol;
  o.atol = Vector::Constant(1, atol);
  o.dt = dt;
  return o;
}

/// What a tolerance means for the error at the end: proportional to it where the step is carried on with the formula of
/// higher order; else the estimate is of the error itself, O(dt^(p + 1)), and errors go with dt^p.
inline double attainable(const std::string& method, double tolerance) {
  const auto* m = neurode::find_entry(neurode::integrate::methods(), method);
  return std::pow(tolerance, m->order > m->embedded_order ? 1.0 : m->order / (m->order + 1.0));
}

/// Slope of log(error) over log(h) between two step sizes.
inline double slope(double h0, double e0, double h1, double e1) { return std::log(e0 / e1) / std::log(h0 / h1); }

}  // namespace problems
