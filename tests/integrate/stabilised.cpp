#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "integrate/stabilised.hpp"
#include "integrate/stabilised/rock.hpp"

using namespace stabilised_tests;

namespace {

/// The choices to test: all, or of many a sample.
std::vector<int> sample(const StabilisedStepper& s) {
  std::vector<int> c;
  for (int k = 0; k < s.choices() && s.stages(k) <= 500; k += 1 + (s.choices() > 100 ? k / 4 : 0)) c.push_back(k);
  return c;
}

/// R(z) of the choice at all z (not too many at a time), by a step of length 1 of x' = z x.
Vector stability(const std::string& name, int choice, const Vector& z) {
  Problem p(z.size(), [&](double, const double* x, double* f) {
    for (Index i = 0; i < z.size(); ++i) f[i] = z[i] * x[i];
  });
  Bench b(name, p);
  b.stabilised.assume_radius(b.stabilised.reach(choice));
  b.x.setOnes();
  CHECK(b.step(0, 1) == Trial::done);
  CHECK(b.s.rhs == b.stabilised.stages(choice) + (entry(name).fsal ? 1 : 0));
  return b.x_new;
}

}  // namespace

TEST_CASE("stabilised: recurrence coefficients published with rock2.f and rock4.f come back from their intervals") {
  const struct {
    bool rock4;
    int degree, j;
    double mu, kappa;
  } published[] = {{false, 2, 2, 0.1268473641290642, 0.02103378190528467},
                   {false, 3, 3, 0.09528922876588625, 0.08723622960881584},
                   {false, 20, 11, 0.007458094741776693, 0.4912372216070018},
                   {false, 66, 40, 0.0009664395984170944, 0.8129275639917815},
                   {false, 198, 2, 4.71390180589219e-5, 0.02545140450924156},
                   {false, 198, 100, 0.000118514551001616, 0.9204877959987503},
                   {false, 198, 198, 0.0001212297589117476, 0.9638702662671197},
                   {true, 2, 2, 0.1296319693918818, 0.006097984609869632},
                   {true, 3, 3, 0.1026802330400501, 0.0302674477990085},
                   {true, 20, 11, 0.01198709958412187, 0.294460708386312},
                   {true, 63, 40, 0.002104596879732886, 0.6781140744196829},
                   {true, 138, 2, 0.0001799742621307956, 0.007143974934319647},
                   {true, 138, 70, 0.0005016828362948059, 0.7980625219048639},
                   {true, 138, 138, 0.0005339962511354281, 0.9087592181279729}};
  const auto of_degree = [](const auto& rows, int degree) {
    return recurrence_of(*std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return r.degree == degree; }));
  };
  for (const auto& p : published) {
    CAPTURE(p.degree);
    CAPTURE(p.rock4);
    const auto r = p.rock4 ? of_degree(rock4_rows(), p.degree) : of_degree(rock2_rows(), p.degree);
    REQUIRE(r.degree() == p.degree);
    const auto& step = r.steps[static_cast<std::size_t>(p.j - 1)];
    const double digits = p.rock4 && p.degree > 80 ? 3e-12 : 3e-14;
    CHECK(std::abs(step.mu / p.mu - 1) < digits);
    CHECK(std::abs(step.kappa / p.kappa - 1) < digits);
  }
}

TEST_CASE("stabilised: polynomials are damped up to their claim, grow soon after, have their order at 0") {
  for (const std::string& name : kNames) {
    Problem any = problems::oscillator();
    const Bench list(name, any);
    double before = 0;
    for (const int choice : sample(list.stabilised)) {
      const double reach = list.stabilised.reach(choice);
      const int s = list.stabilised.stages(choice);
      CAPTURE(name);
      CAPTURE(s);
      CHECK(reach > before);
      before = reach;
      const double order4 = 0.353 * s * s - 3, order2 = 0.811 * s * s - 1.5, rkc = 0.653 * (s * s - 1);
      const double published = name == "rock4" ? order4 : name == "rock2" ? order2 : rkc;
      CHECK(reach > 0.994 * published);
      CHECK(reach < 1.07 * published + 0.2);

      double worst = 0, worst_of_tail = 0;
      constexpr int kBlock = 100;
      for (int k = 0; k < 30 * s; k += kBlock) {
        Vector z(kBlock);
        for (int i = 0; i < kBlock; ++i) z[i] = -reach * std::min(1.0, (k + i + 1) / (30.0 * s));
        const Vector r = stability(name, choice, z);
        worst = std::max(worst, largest(r));
        worst_of_tail = std::max(worst_of_tail, largest((z.array() < -3).select(r, 0.0)));
      }
      CHECK(worst <= 1);
      CHECK(worst_of_tail < 0.9985);
      // Chebyshev polynomials of odd degree end far from 1 in size.
      const double after = 1.02 + (name == "rkc2" ? 1.5 / (s * s) : 0);
      CHECK(std::abs(stability(name, choice, problems::vector({-after * reach}))[0]) > 1);

      const double near = entry(name).order == 4 ? 0.08 : 0.01;
      const Vector at = problems::vector({-near, -2 * near});
      const Vector e = stability(name, choice, at).array() - at.array().exp();
      CHECK(std::abs(std::log2(e[1] / e[0]) - (entry(name).order + 1)) < 0.1);
    }
  }
}

TEST_CASE("stabilised: order and order of the estimate with every number of stages, nonlinear, not autonomous") {
  for (const std::string& name : kNames) {
    const auto& m = entry(name);
    Problem p = problems::smooth();
    const Bench list(name, p);
    for (const int choice : sample(list.stabilised)) {
      CAPTURE(name);
      CAPTURE(list.stabilised.stages(choice));
      double error[3], estimate[3];
      double h = m.order == 4 ? 0.1 : 0.02;
      for (int k = 0; k < 3; ++k, h /= 2) {
        Bench b(name, p);
        b.stabilised.assume_radius(b.stabilised.reach(choice) / h);
        b.x = problems::smooth_solution(0.3);
        b.step(0.3, h);
        error[k] = largest(b.x_new - problems::smooth_solution(0.3 + h));
        estimate[k] = largest(b.error);
      }
      CHECK(std::abs(std::log2(error[1] / error[2]) - (m.order + 1)) < 0.1);
      CHECK(std::abs(std::log2(estimate[1] / estimate[2]) - (m.embedded_order + 1)) < 0.1);
    }
  }
}

TEST_CASE("stabilised: order on a stiff nonlinear problem, rho estimated") {
  // u = g(t) times the lowest mode solves u' = A u - (u^3 - (g mode)^3) + source; rho is 4e4.
  const Heat heat{100};
  const Vector mode = heat.mode(1);
  const double rate = heat.rate(1);
  const auto g = [](double t) { return 1 + 0.5 * std::sin(3 * t); };
  for (const std::string& name : kNames) {
    CAPTURE(name);
    const auto error = [&](int steps) {
      Problem p(heat.n, [&](double t, const double* x, double* f) {
        heat.apply(x, f);
        const double source = rate * g(t) + 1.5 * std::cos(3 * t);
        for (int i = 0; i < heat.n; ++i) {
          f[i] += source * mode[i] - x[i] * x[i] * x[i] + std::pow(g(t) * mode[i], 3);
        }
      });
      Bench b(name, p);
      b.x = mode;
      const double h = 1.0 / steps;
      double worst = 0;
      for (int k = 0; k < steps; ++k) {
        REQUIRE(b.step(k * h, h) == Trial::done);
        b.stepper->accept();
        b.x.swap(b.x_new);
        worst = std::max(worst, largest(b.x - g((k + 1) * h) * mode));
      }
      CHECK(b.s.rhs == p.calls);
      CHECK(b.s.rhs > (steps <= (entry(name).order == 4 ? 100 : 200) ? 18 : 8) * steps);
      return worst;
    };
    // Of order p, error * steps^p stays what it is, but for the number of stages, which follows the estimate: an order
    // off by one would change it fivefold. Three neighbours each, since rock4's choice of stages hangs on rounding.
    const int order = entry(name).order, first = order == 4 ? 40 : 100;
    double low = std::numeric_limits<double>::infinity(), high = 0;
    for (int steps = first; steps <= 5 * first; steps += first / 2) {
      double product = 1;
      for (const int n : {9 * steps / 10, steps, 11 * steps / 10}) product *= error(n) * std::pow(n, order);
      const double constant = std::cbrt(product);
      low = std::min(low, constant), high = std::max(high, constant);
    }
    CHECK(high / low < (order == 4 ? 1.6 : 1.07));
  }
}
