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

/// A System out of a lambda; jvp and vjp are not there to be called.
class Problem : public System {
 public:
  Problem(Index n, Rhs f) : f_(std::move(f)) {
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
  void jvp(double, const double*, const double*, double*) override {}
  void vjp(double, const double*, const double*, double*) override {}
  std::vector<double> breakpoints(double, double) const override { return breaks; }
  void begin_segment(double a, double b) override { segments.emplace_back(a, b); }

  std::int64_t calls = 0;
  std::vector<double> breaks;
  std::vector<std::pair<double, double>> segments;

 private:
  Rhs f_;
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
  return {2, [](double t, const double* x, double* f) {
            f[0] = x[0] * std::log(x[1]);
            f[1] = -x[1] * std::log(x[0]) + (std::exp(std::cos(t)) - x[1]) * std::cos(t);
          }};
}
inline Vector smooth_solution(double t) { return vector({std::exp(std::sin(t)), std::exp(std::cos(t))}); }

inline Problem oscillator() {
  return {2, [](double, const double* x, double* f) { f[0] = x[1], f[1] = -x[0]; }};
}
inline Problem lorenz() {
  return {3, [](double, const double* x, double* f) {
            f[0] = 10 * (x[1] - x[0]);
            f[1] = x[0] * (28 - x[2]) - x[1];
            f[2] = x[0] * x[1] - 8.0 / 3 * x[2];
          }};
}
inline Problem van_der_pol(double mu) {
  return {2, [mu](double, const double* x, double* f) {
            f[0] = x[1];
            f[1] = mu * (1 - x[0] * x[0]) * x[1] - x[0];
          }};
}

inline neurode::integrate::Options options(const std::string& method, double rtol, double atol, double dt = 0) {
  neurode::integrate::Options o;
  o.method = method;
  o.rtol = rtol;
  o.atol = Vector::Constant(1, atol);
  o.dt = dt;
  return o;
}

/// Slope of log(error) over log(h) between two step sizes.
inline double slope(double h0, double e0, double h1, double e1) { return std::log(e0 / e1) / std::log(h0 / h1); }

}  // namespace problems
