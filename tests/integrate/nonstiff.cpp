// Non-stiff methods: what each promises beyond what all do.
#include <doctest/doctest.h>

#include <boost/numeric/odeint/algebra/vector_space_algebra.hpp>
#include <boost/numeric/odeint/integrate/integrate_adaptive.hpp>
#include <boost/numeric/odeint/stepper/controlled_runge_kutta.hpp>
#include <boost/numeric/odeint/stepper/generation.hpp>
#include <boost/numeric/odeint/stepper/runge_kutta_dopri5.hpp>
#include <cmath>

#include <boost/numeric/odeint/external/eigen/eigen.hpp>

#include "integrate/problems.hpp"

using namespace neurode;
using namespace neurode::integrate;
using problems::options;
using problems::Problem;
using problems::smooth_solution;
using problems::vector;

namespace {

double distance(const Vector& a, const Vector& b) { return (a - b).lpNorm<Eigen::Infinity>(); }

Result run(Problem p, const Vector& x0, double t0, double t1, const Options& o) {
  return drive(p, t0, x0, t1, o, {}, {}, {});
}

// Restricted three-body problem: a satellite, Earth and Moon, in rotating coordinates.
Problem arenstorf() {
  return {4, [](double, const double* x, double* f) {
            const double m = 0.012277471, e = 1 - m;
            const double de = std::pow((x[0] + m) * (x[0] + m) + x[1] * x[1], 1.5);
            const double dm = std::pow((x[0] - e) * (x[0] - e) + x[1] * x[1], 1.5);
            f[0] = x[2];
            f[1] = x[3];
            f[2] = x[0] + 2 * x[3] - e * (x[0] + m) / de - m * (x[0] - e) / dm;
            f[3] = x[1] - 2 * x[2] - e * x[1] / de - m * x[1] / dm;
          }};
}
const Vector kArenstorf = vector({0.994, 0, 0, -2.00158510637908252240537862224});
constexpr double kArenstorfPeriod = 17.0652165601579625588917206249;

// Right-hand sides of each of the steps.
std::vector<std::int64_t> costs(Stepper& stepper, Statistics& s, double& t, Vector& x,
                                std::initializer_list<double> dt) {
  std::vector<std::int64_t> cost;
  Vector x_new = x;
  for (double h : dt) {
    const std::int64_t before = s.rhs;
    stepper.try_step(t, x, h, x_new, nullptr);
    stepper.accept();
    x.swap(x_new);
    t += h;
    cost.push_back(s.rhs - before);
  }
  return cost;
}

}  // namespace

// E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I, II.0: the orbit closes.
TEST_CASE("Arenstorf's orbit closes, at fewer right-hand sides the higher the order") {
  const auto orbit = [](const char* method, double tol) {
    return run(arenstorf(), kArenstorf, 0, kArenstorfPeriod, options(method, tol, tol));
  };
  const auto tsit5 = orbit("tsit5", 1e-12), odeint = orbit("odeint_dopri5", 1e-12);
  CHECK(distance(tsit5.x, kArenstorf) < 1e-8);
  CHECK(distance(odeint.x, kArenstorf) < 1e-7);
  for (const char* method : {"dop853", "bulirsch_stoer"}) {
    CAPTURE(method);
    const auto fine = orbit(method, 1e-12), coarse = orbit(method, 1e-10);
    const double error = distance(fine.x, kArenstorf);
    CHECK(error < 2e-9);
    CHECK(error > 1e-11);
    CHECK(distance(coarse.x, kArenstorf) > 5 * error);
    CHECK(10 * coarse.statistics.rhs < 9 * fine.statistics.rhs);
  }
  const auto dop853 = orbit("dop853", 1e-12), extrapolation = orbit("bulirsch_stoer", 1e-12);
  CHECK(3 * dop853.statistics.rhs < tsit5.statistics.rhs);
  CHECK(3 * dop853.statistics.rhs < odeint.statistics.rhs);
  CHECK(3 * extrapolation.statistics.rhs < 2 * tsit5.statistics.rhs);
}

TEST_CASE("long steps: x between their ends is about as good as at them") {
  for (const char* method : {"dop853", "bulirsch_stoer"}) {
    for (double tol : {1e-4, 1e-7, 1e-10, 1e-12}) {
      CAPTURE(method);
      CAPTURE(tol);
      Problem p = problems::smooth();
      double worst = 0;
      Observer o;
      o.output = [&](std::size_t, std::int64_t, double t, const Vector& x) {
        worst = std::max(worst, distance(x, smooth_solution(t)));
      };
      const auto r = drive(p, 0, smooth_solution(0), 20, options(method, tol, tol), {{0.01}}, {}, o);
      CHECK(distance(r.x, smooth_solution(20)) < 15 * tol);
      CHECK(worst < 100 * tol);
      CHECK(worst > 2 * tol);
      CHECK(r.statistics.dt_max > 0.1);
    }
  }
}

TEST_CASE("adams_bashforth_moulton: polynomials of degree 4 to rounding, the exact error for degree 5") {
  for (int degree = 1; degree <= 5; ++degree) {
    CAPTURE(degree);
    Problem p(1, [degree](double t, const double*, double* f) { f[0] = degree * std::pow(t, degree - 1); });
    const double h = 0.125;
    const auto r = run(p, vector({std::pow(0.5, degree)}), 0.5, 2, options("adams_bashforth_moulton", 0, 0, h));
    const double error = r.x[0] - std::pow(2.0, degree);
    // Simpson's rule errs by h^5 x^(5) / 2880 a step, the corrector by 19 h^5 x^(5) / 720.
    const double expected = degree < 5 ? 0 : std::pow(h, 5) * 120 * (3.0 / 2880 + 9 * 19.0 / 720);
    CHECK(std::abs(error - expected) < 2e-14);
  }
}

TEST_CASE("adams_bashforth_moulton: predictor, evaluation, corrector, by hand") {
  Problem p = problems::smooth();
  Statistics s;
  const auto stepper = find_entry(methods(), "adams_bashforth_moulton")->make(p, s, {});
  const double h = 0.1;
  double t = 0.3;
  Vector x = smooth_solution(t);
  const auto rate = [&p](double at, const Vector& y) {
    Vector f(2);
    p.rhs(at, y.data(), f.data());
    return f;
  };
  std::vector<Vector> f;
  for (int k = 0; k < 3; ++k) {
    f.push_back(rate(t, x));
    costs(*stepper, s, t, x, {h});
  }
  for (int k = 3; k < 6; ++k) {
    f.push_back(rate(t, x));
    const auto n = f.size() - 1;
    const Vector predicted = x + h * (55 * f[n] - 59 * f[n - 1] + 37 * f[n - 2] - 9 * f[n - 3]) / 24;
    const Vector expected = x + h * (9 * rate(t + h, predicted) + 19 * f[n] - 5 * f[n - 1] + f[n - 2]) / 24;
    costs(*stepper, s, t, x, {h});
    CHECK(distance(x, expected) < 2e-15);
  }
}

TEST_CASE("adams_bashforth_moulton: the history goes with reset and with a change of dt") {
  using Costs = std::vector<std::int64_t>;
  Problem p = problems::smooth();
  Statistics s;
  const auto stepper = find_entry(methods(), "adams_bashforth_moulton")->make(p, s, {});
  double t = 0.3;
  Vector x = smooth_solution(t);
  CHECK(costs(*stepper, s, t, x, {0.1, 0.1, 0.1, 0.1, 0.1}) == Costs{4, 4, 4, 2, 2});
  CHECK(costs(*stepper, s, t, x, {0.05, 0.05, 0.05, 0.05, 0.1}) == Costs{4, 4, 4, 2, 4});
  stepper->reset();
  CHECK(costs(*stepper, s, t, x, {0.1, 0.1, 0.1, 0.1}) == Costs{4, 4, 4, 2});
  // A trial of another size, not accepted, takes nothing away.
  Vector x_new = x;
  stepper->try_step(t, x, 0.02, x_new, nullptr);
  CHECK(costs(*stepper, s, t, x, {0.1}) == Costs{1});
  // Equal steps but for rounding are equal; the shortened last one is not.
  const auto o = options("adams_bashforth_moulton", 0, 0, 0.1);
  CHECK(run(problems::oscillator(), vector({1, 0}), 0, 1, o).statistics.rhs == 3 * 4 + 7 * 2);
  CHECK(run(problems::oscillator(), vector({1, 0}), 0, 1.05, o).statistics.rhs == 3 * 4 + 7 * 2 + 4);
}

TEST_CASE("odeint_dopri5 is what odeint does on its own") {
  namespace odeint = boost::numeric::odeint;
  using Dopri5 = odeint::runge_kutta_dopri5<Vector, double, Vector, double, odeint::vector_space_algebra>;
  for (double tol : {1e-3, 1e-6, 1e-9}) {
    CAPTURE(tol);
    Problem p = problems::lorenz();
    const Vector x0 = vector({1, 1, 1});
    std::vector<double> times;
    Vector expected = x0;
    odeint::integrate_adaptive(
        odeint::make_controlled(tol, 10 * tol, Dopri5()),
        [&p](const Vector& x, Vector& f, double t) { f.resize(3), p.rhs(t, x.data(), f.data()); }, expected, 0.0, 5.0,
        0.01, [&](const Vector&, double t) { times.push_back(t); });
    const auto calls = p.calls;

    std::vector<double> ours;
    Observer o;
    o.step = [&](double t, double, const Vector&, const Statistics&) { ours.push_back(t); };
    const auto r = drive(p, 0, x0, 5, options("odeint_dopri5", 10 * tol, tol, 0.01), {}, {}, o);
    CHECK(r.statistics.steps + 1 == static_cast<std::int64_t>(times.size()));
    CHECK(r.statistics.rhs == calls);
    times.erase(times.begin());
    CHECK(r.statistics.rejected > 5);
    CHECK(r.x == expected);
    times.back() = 5;
    CHECK(ours == times);
  }
}
