#include "analysis/snic.hpp"

#include <Eigen/QR>

#include <cmath>
#include <vector>

#include "neurode/analysis/spectrum.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/integrate/drive.hpp"

namespace neurode::analysis {

namespace {

constexpr double kStart = 1e-3;          ///< distance from the fold, in units of the scale
constexpr double kAway = 10, kBack = 3;  ///< distances at which it has left, and has come back, in units of kStart
constexpr double kPatience = 100;        ///< times the time in which it leaves
constexpr double kAngle = 1e-9;          ///< relative change of F over a turn

/// F as it is at one time.
class Frozen final : public System {
 public:
  Frozen(System& system, double t) : system_(system), t_(t) {}
  const StateLayout& layout() const override { return system_.layout(); }
  void rhs(double, const double* x, double* dxdt) override { system_.rhs(t_, x, dxdt); }
  void jvp(double, const double* x, const double* v, double* jv) override { system_.jvp(t_, x, v, jv); }
  void vjp(double, const double* x, const double* u, double* jtu) override { system_.vjp(t_, x, u, jtu); }
  void jacobian(double, const double* x, Matrix& j) override { system_.jacobian(t_, x, j); }

 private:
  System& system_;
  double t_;
};

Vector null_vector(const Matrix& j) {
  const Eigen::ColPivHouseholderQR<Matrix> qr(j.transpose());
  const Index n = j.rows();
  return qr.householderQ() * Vector(Vector::Unit(n, n - 1));
}

/// Elements by which F has the period 2 pi.
std::vector<Index> angles(System& system, double t, const Vector& x, const Vector& scale) {
  const Vector at = x + 0.1 * scale;  // not at rest
  Vector here(x.size()), there(x.size());
  system.rhs(t, at.data(), here.data());
  std::vector<Index> out;
  for (Index k = 0; k < x.size(); ++k) {
    Vector turned = at;
    turned[k] += 2 * M_PI;
    system.rhs(t, turned.data(), there.data());
    if ((there - here).norm() > kAngle * here.norm()) continue;
    turned[k] = at[k] + 1;  // or F does not depend on it
    system.rhs(t, turned.data(), there.data());
    if ((there - here).norm() > kAngle * here.norm()) out.push_back(k);
  }
  return out;
}

}  // namespace

bool on_invariant_circle(System& system, double t, const Vector& x, const Vector& scale,
                         const std::function<bool()>& interrupt) {
  const Index n = x.size();
  Matrix j(n, n);
  system.jacobian(t, x.data(), j);
  const Spectrum s = spectrum(system, t, x);
  Index others = 0;
  const double zero = s.values.cwiseAbs().minCoeff();
  for (const auto& v : s.values) others += v.real() >= 0 && std::abs(v) > zero;
  if (others > 0) return false;
  Vector v = null_vector(j);
  v /= v.cwiseQuotient(scale).cwiseAbs().maxCoeff();
  Vector w = null_vector(j.transpose());
  const double product = w.dot(v);
  if (std::abs(product) < 1e-8 * w.norm() * v.norm()) return false;  // a second eigenvalue is 0
  w /= product;
  // y' = a y^2 along v.
  Vector up(n), down(n);
  const Vector above = x + kStart * v, below = x - kStart * v;
  system.jvp(t, above.data(), v.data(), up.data());
  system.jvp(t, below.data(), v.data(), down.data());
  const double a = w.dot(up - down) / (4 * kStart);
  if (!(std::abs(a) > 0) || !std::isfinite(a)) return false;
  const double side = a > 0 ? 1 : -1;

  const auto turning = angles(system, t, x, scale);
  const auto from = [&](const Vector& at) {
    Vector d = at - x;
    for (const Index k : turning) d[k] = std::remainder(d[k], 2 * M_PI);
    return d;
  };
  const auto distance = [&](const Vector& at) { return from(at).cwiseQuotient(scale).cwiseAbs().maxCoeff() / kStart; };
  bool left = false, returned = false;
  integrate::Observer observer;
  observer.interrupt = [&] { return returned || (interrupt && interrupt()); };
  observer.step = [&](double, double, const Vector& at, const integrate::Statistics&) {
    const double d = distance(at);
    left = left || d > kAway;
    returned = left && d < kBack && side * w.dot(from(at)) < 0;
  };
  Frozen frozen(system, t);
  integrate::Options options;
  options.method = "auto";
  options.rtol = 1e-8;
  options.atol = 1e-10 * scale;
  options.max_steps = 200000;
  const double leaving = 1 / (std::abs(a) * kStart);
  try {
    integrate::drive(frozen, 0, x + side * kStart * v, kPatience * leaving, options, {}, {}, observer, 1e-12);
  } catch (const NumericalError&) {  // it does not come back
  }
  return returned;
}

}  // namespace neurode::analysis
