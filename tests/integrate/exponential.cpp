#include <doctest/doctest.h>

#include <cmath>

#include "allocations.hpp"
#include "integrate/exponential_problems.hpp"

using namespace neurode;
using namespace neurode::integrate;
using problems::distance;
using problems::Linear;
using problems::options;
using problems::Parabolic;
using problems::rough;
using problems::vector;

namespace {

double error_of_run(const char* method, Index n, int steps) {
  Parabolic p(n, true);
  Statistics s;
  const auto stepper = find_entry(methods(), method)->make(p, s, options(method, 1e-13, 1e-13));
  Vector x = p.exact(0), x_new = x;
  const double h = 1.0 / steps;
  for (int k = 0; k < steps; ++k) {
    REQUIRE(stepper->try_step(k * h, x, h, x_new, nullptr) == Trial::done);
    stepper->accept();
    x.swap(x_new);
  }
  return distance(x, p.exact(1));
}

}  // namespace

TEST_CASE("stiff order: a parabolic problem is solved with the full order, at whatever stiffness") {
  struct Expected {
    const char* method;
    double order;
  };
  for (const auto& e : {Expected{"exprb32", 3}, Expected{"exprb43", 4}}) {
    CAPTURE(e.method);
    const double coarse = error_of_run(e.method, 40, 32), fine = error_of_run(e.method, 40, 64);
    CHECK(std::abs(std::log2(coarse / fine) - e.order) < 0.1);
    // Six times as stiff, the same error.
    CHECK(error_of_run(e.method, 100, 32) == doctest::Approx(coarse).epsilon(2e-3));
  }
}

TEST_CASE("tolerances are kept down to twelve digits, with few rejections") {
  struct Row {
    const char* method;
    double tolerance;
    double most, least;
    std::int64_t most_steps, most_jvps;
  };
  for (const auto& row : {Row{"exprb43", 1e-4, 1e-4, 1e-8, 12, 1400}, Row{"exprb43", 1e-8, 1e-8, 1e-11, 100, 7500},
                          Row{"exprb43", 1e-12, 1e-12, 1e-16, 1000, 30000}, Row{"exprb32", 1e-4, 1e-4, 1e-8, 30, 1400},
                          Row{"exprb32", 1e-9, 1e-9, 1e-12, 1300, 14000}}) {
    for (bool symmetric : {true, false}) {
      CAPTURE(row.method);
      CAPTURE(row.tolerance);
      Parabolic p(60, symmetric);
      const auto r = drive(p, 0, p.exact(0), 1, options(row.method, row.tolerance, row.tolerance), {}, {}, {});
      CHECK(r.outcome == Outcome::reached_end);
      const double error = distance(r.x, p.exact(1));
      CHECK(error < row.most);
      CHECK(error > row.least);
      CHECK(r.statistics.steps < row.most_steps);
      CHECK(r.statistics.rejected <= 2);
      CHECK(r.statistics.jvps < row.most_jvps);
      auto each = options(row.method, row.tolerance, row.tolerance);
      each.atol = Vector::Constant(60, row.tolerance);
      if (row.tolerance > 1e-5) CHECK(drive(p, 0, p.exact(0), 1, each, {}, {}, {}).x == r.x);
    }
  }
}

TEST_CASE("a stiff linear system: one step is exact, its products are counted") {
  const Index n = 300;
  const Vector b = rough(n);
  for (bool symmetric : {true, false}) {
    Linear laplacian(n, 1e4, -2e4, 1e4, symmetric);
    const double h = 0.01;
    const Vector exact = laplacian.apply([&](double l) { return std::exp(l * h); }, b);
    struct Expected {
      const char* method;
      std::int64_t jvps;
    };
    const std::int64_t space = symmetric ? 86 : 91;
    // The space of F, J (U - x) and 2 for D, which is rounding; with each further stage as much again.
    for (const auto& e : {Expected{"exprb32", space + 3}, Expected{"exprb43", space + 2 * 3}}) {
      CAPTURE(e.method);
      Statistics s;
      const auto stepper = find_entry(methods(), e.method)->make(laplacian, s, options(e.method, 1e-6, 1e-6));
      Vector x_new(n), error(n);
      CHECK(stepper->try_step(0, b, h, x_new, &error) == Trial::done);
      CHECK(distance(x_new, exact) < 1e-8);
      CHECK(error.lpNorm<Eigen::Infinity>() < 1e-9);
      CHECK(s.jvps == e.jvps);
    }
  }
}

TEST_CASE("a step too long for any Krylov space fails, and the method says how long one may be") {
  const Index n = 200;
  for (const char* method : {"exprb32", "exprb43"}) {
    CAPTURE(method);
    Linear laplacian(n, 1e6, -2e6, 1e6, true);
    Statistics s;
    const auto stepper = find_entry(methods(), method)->make(laplacian, s, options(method, 1e-6, 1e-6));
    const Vector x = rough(n);
    Vector x_new(n);
    CHECK(std::isinf(stepper->largest_step()));
    CHECK(stepper->try_step(0, x, 1, x_new, nullptr) == Trial::solver_failed);
    const double largest = stepper->largest_step();
    CHECK(largest > 1e-5);
    CHECK(largest < 1e-2);
    CHECK(stepper->try_step(0, x, largest, x_new, nullptr) == Trial::done);
    stepper->reset();
    CHECK(std::isinf(stepper->largest_step()));

    const auto o = options(method, 1e-6, 1e-6, 0.1);
    const auto r = drive(laplacian, 0, x, 0.1, o, {}, {}, {});
    CHECK(r.outcome == Outcome::reached_end);
    CHECK(r.statistics.rejected <= 4);
  }
}

TEST_CASE("nothing is allocated in the steps of large systems") {
  if (!allocations::active()) return;
  for (const char* method : {"exprb32", "exprb43"}) {
    for (bool symmetric : {true, false}) {
      CAPTURE(method);
      CAPTURE(symmetric);
      Parabolic p(150, symmetric);
      std::size_t at_first = 0, at_last = 0;
      Observer o;
      o.step = [&](double, double, const Vector&, const Statistics& s) {
        (s.steps == 1 ? at_first : at_last) = allocations::total();
      };
      // The first step is too long for any space.
      const auto r = drive(p, 0, p.exact(0), 0.5, options(method, 1e-5, 1e-5, 0.5), {{0.01}}, {}, o);
      CHECK(r.outcome == Outcome::reached_end);
      CHECK(r.statistics.rejected >= 1);
      CHECK(at_first == at_last);
    }
  }
}

TEST_CASE("exponential_euler: the gates of Hodgkin and Huxley at a held voltage are exact at any step") {
  for (double v : {-80.0, -64.0, -20.0, 35.0}) {
    const double alpha[] = {0.1 * (v + 40) / (1 - std::exp(-(v + 40) / 10)), 0.07 * std::exp(-(v + 65) / 20),
                            0.01 * (v + 55) / (1 - std::exp(-(v + 55) / 10))};
    const double beta[] = {4 * std::exp(-(v + 65) / 18), 1 / (1 + std::exp(-(v + 35) / 10)),
                           0.125 * std::exp(-(v + 65) / 80)};
    problems::Problem gates(3, [&](double, const double* x, double* f) {
      for (int i = 0; i < 3; ++i) f[i] = alpha[i] * (1 - x[i]) - beta[i] * x[i];
    });
    gates.rates = [&](double, const double*, double* d) {
      for (int i = 0; i < 3; ++i) d[i] = -alpha[i] - beta[i];
    };
    const Vector start = vector({0.05, 0.6, 0.32});
    for (double dt : {0.001, 0.05, 1.0, 10.0, 1000.0}) {
      const double end = 10 * dt;
      const auto r = drive(gates, 0, start, end, options("exponential_euler", 0, 0, dt), {}, {}, {});
      for (int i = 0; i < 3; ++i) {
        const double limit = alpha[i] / (alpha[i] + beta[i]);
        CHECK(std::abs(r.x[i] - (limit + (start[i] - limit) * std::exp(-(alpha[i] + beta[i]) * end))) < 1e-15);
      }
      CHECK(r.statistics.rhs == 10);
    }
  }
}

TEST_CASE("exponential_euler: order 1 with rates, Euler's steps without") {
  const auto error = [](bool rates, int steps) {
    auto p = problems::smooth();
    // The rate of the first equation alone is known; the second is nonlinear in x_2 alone.
    if (rates) p.rates = [](double, const double* x, double* d) { d[0] = std::log(x[1]), d[1] = 0; };
    const auto r =
        drive(p, 0.3, problems::smooth_solution(0.3), 2.3, options("exponential_euler", 0, 0, 2.0 / steps), {}, {}, {});
    return distance(r.x, problems::smooth_solution(2.3));
  };
  CHECK(std::abs(std::log2(error(true, 400) / error(true, 800)) - 1) < 0.05);
  CHECK(std::abs(error(true, 400) / error(false, 400) - 1) > 0.1);

  auto p = problems::smooth();
  const auto plain = drive(p, 0.3, problems::smooth_solution(0.3), 2.3, options("euler", 0, 0, 0.1), {}, {}, {});
  const auto same =
      drive(p, 0.3, problems::smooth_solution(0.3), 2.3, options("exponential_euler", 0, 0, 0.1), {}, {}, {});
  CHECK(distance(plain.x, same.x) < 1e-14);
}
