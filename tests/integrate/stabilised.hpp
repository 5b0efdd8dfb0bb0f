#pragma once

#include <cmath>
#include <memory>
#include <numbers>
#include <string>
#include <utility>

#include "integrate/problems.hpp"
#include "integrate/stabilised/stepper.hpp"

/// What the tests of stabilised methods share.
namespace stabilised_tests {

using namespace neurode;
using namespace neurode::integrate;
using problems::Problem;

inline const std::string kNames[] = {"rkc2", "rock2", "rock4"};

inline const MethodEntry& entry(const std::string& name) { return *find_entry(methods(), name); }

/// A method at work, with its rho under control.
struct Bench {
  Problem& p;
  Statistics s;
  std::unique_ptr<Stepper> stepper;
  StabilisedStepper& stabilised;
  Vector x, x_new, error;
  Bench(const std::string& name, Problem& problem, double rtol = 10)
      : p(problem),
        stepper(entry(name).make(p, s, problems::options(name, rtol, 1e-3 * rtol))),
        stabilised(dynamic_cast<StabilisedStepper&>(*stepper)),
        x(Vector::Zero(p.size())),
        x_new(x),
        error(x) {}
  Trial step(double t, double dt) { return stepper->try_step(t, x, dt, x_new, &error); }
};

/// Linear, with the spectrum of `rates` in a basis without zeros: x' = -H diag(rates) H (x - m), H a reflection.
struct Flow {
  Vector rates, normal, minimum, work;
  explicit Flow(Vector r) : rates(std::move(r)), normal(rates.size()), minimum(rates.size()), work(rates.size()) {
    for (Index i = 0; i < rates.size(); ++i)
      normal[i] = std::sin(static_cast<double>(i + 1)), minimum[i] = std::cos(static_cast<double>(i));
    normal.normalize();
  }
  void reflect(Vector& v) const { v -= (2 * normal.dot(v)) * normal; }
  Problem problem() {
    return {rates.size(), [this](double, const double* x, double* f) {
              const Index n = rates.size();
              work = Eigen::Map<const Vector>(x, n) - minimum;
              reflect(work);
              work = -rates.cwiseProduct(work);
              reflect(work);
              Eigen::Map<Vector>(f, n) = work;
            }};
  }
  Vector solution(const Vector& x0, double t) const {
    Vector v = x0 - minimum;
    reflect(v);
    v = v.cwiseProduct((-t * rates).array().exp().matrix());
    reflect(v);
    return v + minimum;
  }
};

/// u_t = u_xx on (0, 1), u = 0 at both ends, n points inside.
struct Heat {
  int n;
  double per_square = (n + 1.0) * (n + 1.0);
  double rate(int mode) const {
    const double s = 2 * std::sin(mode * std::numbers::pi / (2 * (n + 1)));
    return per_square * s * s;
  }
  Vector mode(int k) const {
    Vector v(n);
    for (int i = 0; i < n; ++i) v[i] = std::sin(k * std::numbers::pi * (i + 1) / (n + 1));
    return v;
  }
  void apply(const double* x, double* f) const {
    for (int i = 0; i < n; ++i) {
      f[i] = per_square * ((i > 0 ? x[i - 1] : 0) - 2 * x[i] + (i + 1 < n ? x[i + 1] : 0));
    }
  }
  Problem problem() const {
    return {n, [this](double, const double* x, double* f) { apply(x, f); }};
  }
};

inline double largest(const Vector& v) { return v.lpNorm<Eigen::Infinity>(); }

}  // namespace stabilised_tests
