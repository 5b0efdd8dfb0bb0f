#pragma once

#include "integrate/problems.hpp"

/// Stiff test problems, with reference values from the literature, recomputed in quadruple precision.
namespace problems {

struct Case {
  Problem problem;
  Vector x0;
  double end;
  Vector solution;
  double floor;  ///< atol / rtol of its runs, and of mescd()
};

inline Problem autonomous(Index n, std::function<void(const double*, double*)> f,
                          std::function<void(const double*, Matrix&)> j) {
  return {n, [f](double, const double* x, double* out) { f(x, out); },
          [j](double, const double* x, Matrix& out) { j(x, out); },
          [n](double, const double*, double* ft) { std::fill_n(ft, n, 0.0); }};
}

inline Problem robertson() {
  return autonomous(
      3,
      [](const double* y, double* f) {
        f[0] = -0.04 * y[0] + 1e4 * y[1] * y[2];
        f[2] = 3e7 * y[1] * y[1];
        f[1] = -f[0] - f[2];
      },
      [](const double* y, Matrix& j) {
        j.row(0) << -0.04, 1e4 * y[2], 1e4 * y[1];
        j.row(2) << 0, 6e7 * y[1], 0;
        j.row(1) = -j.row(0) - j.row(2);
      });
}
inline Case robertson_40() {
  return {robertson(), vector({1, 0, 0}), 40,
          vector({0.715827068719405090, 9.18553476455776390e-6, 0.284163745745830352}), 1e-6};
}
inline Case robertson_late() {
  return {robertson(), vector({1, 0, 0}), 1e11,
          vector({2.08334014970129423e-8, 8.33336077033478340e-14, 0.999999979166515169}), 1e-6};
}

inline Case hires() {
  return {autonomous(
              8,
              [](const double* y, double* f) {
                f[0] = -1.71 * y[0] + 0.43 * y[1] + 8.32 * y[2] + 0.0007;
                f[1] = 1.71 * y[0] - 8.75 * y[1];
                f[2] = -10.03 * y[2] + 0.43 * y[3] + 0.035 * y[4];
                f[3] = 8.32 * y[1] + 1.71 * y[2] - 1.12 * y[3];
                f[4] = -1.745 * y[4] + 0.43 * (y[5] + y[6]);
                f[5] = -280 * y[5] * y[7] + 0.69 * y[3] + 1.71 * y[4] - 0.43 * y[5] + 0.69 * y[6];
                f[6] = 280 * y[5] * y[7] - 1.81 * y[6];
                f[7] = -f[6];
              },
              [](const double* y, Matrix& j) {
                const double a = 280 * y[7], b = 280 * y[5];
                j.row(0) << -1.71, 0.43, 8.32, 0, 0, 0, 0, 0;
                j.row(1) << 1.71, -8.75, 0, 0, 0, 0, 0, 0;
                j.row(2) << 0, 0, -10.03, 0.43, 0.035, 0, 0, 0;
                j.row(3) << 0, 8.32, 1.71, -1.12, 0, 0, 0, 0;
                j.row(4) << 0, 0, 0, 0, -1.745, 0.43, 0.43, 0;
                j.row(5) << 0, 0, 0, 0.69, 1.71, -a - 0.43, 0.69, -b;
                j.row(6) << 0, 0, 0, 0, 0, a, -1.81, b;
                j.row(7) = -j.row(6);
              }),
          vector({1, 0, 0, 0, 0, 0, 0, 0.0057}), 321.8122,
          vector({0.7371312573325668e-3, 0.1442485726316185e-3, 0.5888729740967575e-4, 0.1175651343283149e-2,
                  0.2386356198831331e-2, 0.6238968252742796e-2, 0.2849998395185769e-2, 0.2850001604814231e-2}),
          1e-4};
}

/// y2' = ((1 - y1^2) y2 - y1) / 1e-6
inline Case van_der_pol_singular() {
  return {autonomous(
              2,
              [](const double* y, double* f) {
                f[0] = y[1];
                f[1] = ((1 - y[0] * y[0]) * y[1] - y[0]) * 1e6;
              },
              [](const double* y, Matrix& j) {
                j.row(0) << 0, 1;
                j.row(1) << (-2 * y[0] * y[1] - 1) * 1e6, (1 - y[0] * y[0]) * 1e6;
              }),
          vector({2, 0}), 2, vector({1.70616773217046501, -0.892809701024816548}), 1};
}
inline Case van_der_pol_1000() {
  return {van_der_pol(1000), vector({2, 0}), 2000, vector({1.70616773217046501, -8.92809701024816548e-4}), 1e-2};
}

/// y' = lambda (y - phi) + phi', phi = sin(t + pi/4): y = phi.
inline double prothero_solution(double t) { return std::sin(t + std::numbers::pi / 4); }
inline Problem prothero_robinson(double lambda) {
  return {1,
          [lambda](double t, const double* y, double* f) {
            f[0] = lambda * (y[0] - prothero_solution(t)) + std::cos(t + std::numbers::pi / 4);
          },
          [lambda](double, const double*, Matrix& j) { j(0, 0) = lambda; },
          [lambda](double t, const double*, double* ft) {
            ft[0] = -lambda * std::cos(t + std::numbers::pi / 4) - prothero_solution(t);
          }};
}

/// Correct digits: min -log10(|error| / (floor + |solution|)).
inline double mescd(const Vector& x, const Case& c) {
  return -std::log10(((x - c.solution).array().abs() / (c.floor + c.solution.array().abs())).maxCoeff());
}

/// Heat conduction with a cubic reaction on n points, u = 0 at both ends: tridiagonal, stiff, J symmetric.
class Rod : public System {
 public:
  explicit Rod(Index n, bool tells_sparsity) : n_(n), tells_(tells_sparsity) {
    neurode::Slice s;
    s.name = "u";
    s.rows = n;
    layout_.add(s);
    std::vector<std::vector<int>> columns;
    for (int k = 0; k < n; ++k) {
      auto& c = columns.emplace_back();
      for (int i = k - 1; i <= k + 1; ++i) {
        if (i >= 0 && i < n) c.push_back(i);
      }
    }
    sparsity_ = neurode::make_sparsity(columns);
    rate_ = static_cast<double>((n + 1) * (n + 1)) / 10;
  }
  const StateLayout& layout() const override { return layout_; }
  void rhs(double, const double* u, double* f) override {
    for (Index i = 0; i < n_; ++i) f[i] = rate_ * (left(u, i) - 2 * u[i] + right(u, i)) + u[i] - u[i] * u[i] * u[i];
  }
  void jvp(double, const double* u, const double* v, double* f) override {
    ++products;
    for (Index i = 0; i < n_; ++i) f[i] = rate_ * (left(v, i) - 2 * v[i] + right(v, i)) + (1 - 3 * u[i] * u[i]) * v[i];
  }
  void vjp(double t, const double* u, const double* v, double* f) override { jvp(t, u, v, f); }
  bool time_derivative(double, const double*, double*) override { return false; }
  const neurode::Sparsity* sparsity() override { return tells_ ? &sparsity_ : nullptr; }
  Vector start() const {
    return Vector::NullaryExpr(n_, [this](Index i) {
      return std::sin(std::numbers::pi * static_cast<double>(i + 1) / static_cast<double>(n_ + 1));
    });
  }

  int products = 0;

 private:
  double left(const double* u, Index i) const { return i > 0 ? u[i - 1] : 0; }
  double right(const double* u, Index i) const { return i + 1 < n_ ? u[i + 1] : 0; }

  Index n_;
  bool tells_;
  double rate_;
  StateLayout layout_;
  neurode::Sparsity sparsity_;
};

}  // namespace problems
