#include <algorithm>
#include <cmath>
#include <limits>

#include "integrate/stabilised/stepper.hpp"

namespace neurode::integrate {
namespace {

constexpr double kDamping = 2.0 / 13;
constexpr double kMost = 10000;  // stages

/// T_s, T_s' and T_s'' by their recurrences.
struct Chebyshev {
  double t_before = 1, t = 0, d_before = 0, d = 1, dd_before = 0, dd = 0;
  explicit Chebyshev(double w) : t(w) {}
  void next(double w) {
    const double t_next = 2 * w * t - t_before;
    const double d_next = 2 * w * d - d_before + 2 * t;
    const double dd_next = 2 * w * dd - dd_before + 4 * d;
    t_before = t, t = t_next, d_before = d, d = d_next, dd_before = dd, dd = dd_next;
  }
};

double w0(int s) { return 1 + kDamping / (static_cast<double>(s) * s); }

/// T_s'(w0) / T_s''(w0), by the recurrences as rounded, or the step would not be of the right length.
double w1(int s) {
  const double w = w0(s);
  Chebyshev cheb(w);
  for (int j = 2; j <= s; ++j) cheb.next(w);
  return cheb.d / cheb.dd;
}

/// The same to fewer digits where s is large, from the closed forms.
double w1_closed(int s) {
  const double delta = kDamping / (static_cast<double>(s) * s), square = delta * (2 + delta), root = std::sqrt(square);
  const double arg = s * std::log1p(delta + root), sinh = std::sinh(arg);
  return sinh * square / (std::cosh(arg) * s * root - (1 + delta) * sinh);
}

/// Stability polynomial 1 - b T(w0) + b T(w0 + w1 z) of T = T_s, b = T''(w0) / T'(w0)^2, by the recurrence of T.
class Rkc2 final : public StabilisedStepper {
 public:
  Rkc2(System& system, Statistics& statistics, const Options& o) : StabilisedStepper(system, statistics, o) {
    y_ = before_ = f_ = Vector::Zero(system.size());
    // Rounding errors grow with the square of s.
    const double most = std::sqrt(o.rtol / (10 * std::numeric_limits<double>::epsilon()));
    most_ = static_cast<int>(std::clamp(most, 2.0, kMost));
  }

  int choices() const override { return most_ - 1; }
  int stages(int choice) const override { return choice + 2; }
  double reach(int choice) const override { return (w0(stages(choice)) + 1) / w1_closed(stages(choice)); }

 private:
  void take(int choice, double t, const Vector& x, double dt, Vector& x_new, Vector* error) override {
    const int s = stages(choice);
    const double w = w0(s), dw = w1(s);
    Chebyshev cheb(w);
    double b = 1 / (4 * w * w), b_before = b, c_before = 0, c = dw * b;
    before_ = x;
    y_ = x + (dt * c) * start();
    for (int j = 2; j <= s; ++j) {
      const double a = 1 - b * cheb.t;
      cheb.next(w);
      const double b_next = cheb.dd / (cheb.d * cheb.d);
      const double mu = 2 * w * b_next / b, nu = -b_next / b_before, slope = mu * dw / w;
      rhs(t + c * dt, y_, f_);
      before_ = mu * y_ + nu * before_ + (1 - mu - nu) * x + (slope * dt) * (f_ - a * start());
      before_.swap(y_);
      const double c_next = mu * c + nu * c_before + slope * (1 - a);
      b_before = b, b = b_next, c_before = c, c = c_next;
    }
    x_new = y_;
    if (error) *error = 0.8 * (x - x_new) + (0.4 * dt) * (start() + derivative_at_end());
  }

  int most_;
  Vector y_, before_, f_;
};

}  // namespace

/// The error estimate is that of the paper: O(dt^3), from F at both ends. Departures from the published code: a number
/// of stages is used up to where its polynomial is stable (the code rounds sqrt(1.54 dt rho + 1) up, the same to a
/// stage), and the estimate of rho (SpectralRadius).
MethodEntry rkc2() {
  MethodEntry e;
  e.name = "rkc2";
  e.summary =
      "Runge-Kutta-Chebyshev: stabilised, order 2, for mild stiffness with a real spectrum, any number of stages";
  e.citation = "B. P. Sommeijer, L. F. Shampine, J. G. Verwer, J. Comput. Appl. Math. 88 (1998) 315-326";
  e.order = 2;
  e.embedded_order = 2;
  e.dense_order = 2;
  e.stages = 2;
  e.fsal = true;
  e.varying_stages = true;
  e.make = [](System& system, Statistics& statistics, const Options& o) -> std::unique_ptr<Stepper> {
    return std::make_unique<Rkc2>(system, statistics, o);
  };
  return e;
}

}  // namespace neurode::integrate
