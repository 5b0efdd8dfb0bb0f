// Explicit methods on a ring of leaky rate units, a whole solve each, against odeint's dopri5.
#include <boost/numeric/odeint.hpp>
#include <boost/numeric/odeint/external/eigen/eigen.hpp>
#include <cmath>
#include <cstdlib>
#include <numbers>

#include "bench.hpp"
#include "neurode/integrate/drive.hpp"
#include "work_precision.hpp"

namespace {

using neurode::Index;
using neurode::Vector;
namespace odeint = boost::numeric::odeint;

constexpr double kEnd = 10;
constexpr double kAtol = 1e-3;  // over rtol

/// x_i' = -x_i + 3 (x_{i-1} - x_{i+1}) / (1 + x_i^2) + c_i cos t + s_i sin t: a wave runs round the ring and keeps it
/// moving; errors fade. The right-hand side costs little more than reading its numbers, so what the solver costs shows.
struct Ring {
  explicit Ring(Index size) : n(size), cosine(size), sine(size), start(size) {
    for (Index i = 0; i < n; ++i) {
      const double phase = 2 * std::numbers::pi * static_cast<double>(i) / 17;
      cosine[i] = std::cos(phase), sine[i] = std::sin(phase);
      start[i] = 0.5 + 0.25 * std::sin(3 * phase);
    }
  }
  void rhs(double t, const double* __restrict x, double* __restrict f) const {
    const double c = std::cos(t), s = std::sin(t);
    const double *a = cosine.data(), *b = sine.data();
    const auto at = [=](Index i, Index before, Index after) {
      f[i] = -x[i] + 3 * (x[before] - x[after]) / (1 + x[i] * x[i]) + a[i] * c + b[i] * s;
    };
    at(0, n - 1, 1);
    for (Index i = 1; i < n - 1; ++i) at(i, i - 1, i + 1);
    at(n - 1, n - 2, 0);
  }

  Index n;
  Vector cosine, sine, start;
};

class RingSystem : public neurode::System {
 public:
  explicit RingSystem(const Ring& ring) : ring_(ring) {
    neurode::Slice s;
    s.name = "x";
    s.rows = ring.n;
    layout_.add(s);
  }
  const neurode::StateLayout& layout() const override { return layout_; }
  void rhs(double t, const double* x, double* f) override { ring_.rhs(t, x, f); }
  // No explicit method asks.
  void jvp(double, const double*, const double*, double*) override { std::abort(); }
  void vjp(double, const double*, const double*, double*) override { std::abort(); }

 private:
  const Ring& ring_;
  neurode::StateLayout layout_;
};

Vector solve(const char* method, const Ring& ring, double rtol, double atol) {
  RingSystem system(ring);
  neurode::integrate::Options o;
  o.method = method;
  o.rtol = rtol;
  o.atol = Vector::Constant(1, atol);
  return neurode::integrate::drive(system, 0, ring.start, kEnd, o, {}, {}, {}).x;
}

template <class Algebra, class State>
State solve_odeint(const Ring& ring, double tolerance, State x) {
  using Stepper = odeint::runge_kutta_dopri5<State, double, State, double, Algebra>;
  odeint::integrate_adaptive(
      odeint::make_controlled<Stepper>(kAtol * tolerance, tolerance),
      [&ring](const State& at, State& dxdt, double t) { ring.rhs(t, at.data(), dxdt.data()); }, x, 0.0, kEnd, 0.01);
  return x;
}

}  // namespace

void bench::add_ring() {
  for (const Index n : {17, 1000, 100000}) {
    const auto ring = std::make_shared<Ring>(n);
    Contest c;
    c.problem = "ring of " + std::to_string(n);
    c.tolerance = 1e-6;
    c.target = 1.0;
    c.floor = 0.1;  // of many thousand components some are all but 0
    c.truth = [ring] { return solve("dop853", *ring, 1e-12, 1e-14); };
    for (const char* method : {"dopri5", "tsit5"}) {
      c.ours.push_back({method, [method, ring](double tolerance, Vector& x) {
                          x = solve(method, *ring, tolerance, kAtol * tolerance);
                        }});
    }
    c.yardsticks.push_back({"odeint_eigen", [ring](double tolerance, Vector& x) {
                              x = solve_odeint<odeint::vector_space_algebra>(*ring, tolerance, ring->start);
                            }});
    c.yardsticks.push_back({"odeint_vector", [ring](double tolerance, Vector& x) {
                              const std::vector<double> start(ring->start.begin(), ring->start.end());
                              const auto end = solve_odeint<odeint::range_algebra>(*ring, tolerance, start);
                              x = Eigen::Map<const Vector>(end.data(), ring->n);
                            }});
    add(c);
  }
}
