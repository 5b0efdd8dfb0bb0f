#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "integrate/problems.hpp"
#include "neurode/analysis/family.hpp"

namespace families {

using neurode::Index;
using neurode::Matrix;
using neurode::Vector;

/// x' = F(x; p) out of lambdas.
class Lambda final : public neurode::analysis::Family {
 public:
  using Rhs = std::function<void(double p, const double* x, double* f)>;
  using Jacobian = std::function<void(double p, const double* x, Matrix& j)>;
  Lambda(Index n, Rhs f, Jacobian j)
      : problem_(
            n, [this, f = std::move(f)](double, const double* x, double* out) { f(p_, x, out); },
            [this, j = std::move(j)](double, const double* x, Matrix& out) { j(p_, x, out); }) {}
  neurode::System& at(double p) override {
    p_ = p;
    return problem_;
  }

 private:
  double p_ = 0;
  problems::Problem problem_;
};

/// Stuart and Landau's, with a fifth-order term: r' = p r + a r^3 - b r^5, phase' = omega + c r^2.
inline Lambda oscillator(double a, double b, double omega, double c = 0) {
  return {2,
          [=](double p, const double* x, double* f) {
            const double r2 = x[0] * x[0] + x[1] * x[1], g = p + a * r2 - b * r2 * r2, w = omega + c * r2;
            f[0] = g * x[0] - w * x[1];
            f[1] = w * x[0] + g * x[1];
          },
          [=](double p, const double* x, Matrix& j) {
            const double r2 = x[0] * x[0] + x[1] * x[1], g = p + a * r2 - b * r2 * r2, w = omega + c * r2;
            const double dg = a - 2 * b * r2;  // by r^2
            j(0, 0) = g + 2 * x[0] * (dg * x[0] - c * x[1]);
            j(0, 1) = -w + 2 * x[1] * (dg * x[0] - c * x[1]);
            j(1, 0) = w + 2 * x[0] * (c * x[0] + dg * x[1]);
            j(1, 1) = g + 2 * x[1] * (c * x[0] + dg * x[1]);
          }};
}

}  // namespace families
