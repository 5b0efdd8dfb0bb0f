// Delay differential equations: the method of steps, as drive() does it.
#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

#include "allocations.hpp"
#include "integrate/delay_problem.hpp"
#include "integrate/history.hpp"

using namespace neurode;
using namespace neurode::integrate;
using problems::attainable;
using problems::DelayProblem;
using problems::options;
using problems::Polynomials;
using problems::vector;

namespace {

Result run(DelayProblem& p, const Vector& x0, double t1, const Options& o, const Observer& observer = {},
           const std::vector<OutputGrid>& grids = {}) {
  return drive(p, 0, x0, t1, o, grids, {}, observer);
}

void one(double, double* x) { x[0] = 1; }

/// x' = -x(t - 1), x = 1 for t <= 0.
DelayProblem feedback(double delay = 1) {
  return DelayProblem(
      1, {delay}, [](double, const double*, const double* z, double* f) { f[0] = -z[0]; }, one);
}
Polynomials feedback_solution(int pieces) {
  return Polynomials(1, 1, {1}, pieces,
                     [](const Polynomials& p, int k) { return Polynomials::sum(-1, p.piece(k - 1), 0, {}); });
}

/// Largest distance to the solution on a grid of outputs and at the end.
template <class Solution>
double error(DelayProblem& p, double t1, const Options& o, const Solution& solution, double x0 = 1) {
  double worst = 0;
  Observer observer;
  observer.output = [&](std::size_t, std::int64_t, double t, const Vector& x) {
    worst = std::max(worst, std::abs(x[0] - solution(t)));
  };
  const auto r = run(p, vector({x0}), t1, o, observer, {{0.0625}});
  CHECK(r.outcome == Outcome::reached_end);
  return std::max(worst, std::abs(r.x[0] - solution(t1)));
}

bool takes_delays(const MethodEntry& m) { return !m.own_control && !m.multistep && !m.stochastic; }

/// x' = -x(t) x(t - d) + ...: x = sin(w t), smooth from the past on.
DelayProblem sine(double d, double w) {
  return DelayProblem(
      1, {d},
      [=](double t, const double* x, const double* z, double* f) {
        f[0] = -x[0] * z[0] + w * std::cos(w * t) + std::sin(w * t) * std::sin(w * (t - d));
      },
      [=](double t, double* x) { x[0] = std::sin(w * t); });
}

/// Measured order with fixed steps h and h/2 (adaptive methods: whatever the error), from the largest error.
double order(const MethodEntry& m, double delay, double w, double h) {
  double e[2] = {0, 0};
  for (int k = 0; k < 2; ++k) {
    auto p = sine(delay, w);
    Options o = options(m.name, 1e9, 1e9, k == 0 ? h : h / 2);
    if (m.adaptive()) o.dt_max = o.dt;
    Observer observer;
    observer.step = [&](double t, double, const Vector& x, const Statistics&) {
      e[k] = std::max(e[k], std::abs(x[0] - std::sin(w * t)));
    };
    CHECK(run(p, vector({0}), 4, o, observer).outcome == Outcome::reached_end);
  }
  return std::log2(e[0] / e[1]);
}

}  // namespace

TEST_CASE("x' = -x(t - 1) is solved as the method of steps has it") {
  const auto truth = feedback_solution(12);
  CHECK(truth(1) == 0);
  CHECK(truth(2) == -0.5);
  auto tight = feedback();
  CHECK(error(tight, 10, options("tsit5", 1e-10, 1e-12), truth) < 1e-9);
  auto tighter = feedback();
  CHECK(error(tighter, 10, options("dop853", 1e-11, 1e-13), truth) < 1e-11);
  for (const auto& m : methods()) {
    if (!takes_delays(m)) continue;
    CAPTURE(m.name);
    // Half as strong: the solution does not meet a breakpoint at 0, where the implicit methods' relative test of
    // convergence has nothing to go by.
    DelayProblem half(
        1, {1}, [](double, const double*, const double* z, double* f) { f[0] = -0.5 * z[0]; }, one);
    const Polynomials half_truth(
        1, 1, {1}, 6, [](const Polynomials& p, int k) { return Polynomials::sum(-0.5, p.piece(k - 1), 0, {}); });
    const double allowed = m.adaptive() ? 100 * attainable(m.name, 1e-8) : m.order == 1 ? 2e-4 : 1e-7;
    CHECK(error(half, 5, options(m.name, 1e-8, 1e-10, 1e-3), half_truth) < allowed);
  }
}

TEST_CASE("two delays; a jump of the right-hand side, whose traces are followed as well") {
  DelayProblem two(
      1, {0.5, 1}, [](double, const double*, const double* z, double* f) { f[0] = -z[0] + 0.5 * z[1]; }, one);
  const Polynomials both(0.5, 1, {1}, 12, [](const Polynomials& p, int k) {
    return Polynomials::sum(-1, p.piece(k - 1), 0.5, p.piece(k - 2));
  });
  CHECK(error(two, 6, options("tsit5", 1e-10, 1e-12), both) < 1e-9);

  DelayProblem pushed(
      1, {1},
      [&pushed](double, const double*, const double* z, double* f) {
        f[0] = -z[0] + (pushed.segments.back().first >= 0.5 ? 1 : 0);
      },
      one);
  pushed.breaks = {0.5};
  const Polynomials jump(0.5, 1, {1}, 12, [](const Polynomials& p, int k) {
    return Polynomials::sum(-1, p.piece(k - 2), k >= 1 ? 1 : 0, {1});
  });
  CHECK(error(pushed, 6, options("tsit5", 1e-10, 1e-12), jump) < 1e-9);
  std::vector<double> starts;
  for (const auto& [from, to] : pushed.segments) starts.push_back(from);
  CHECK(starts == std::vector<double>{0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5});
}

TEST_CASE("history and initial value differ: the history holds before the start, the value from there on") {
  DelayProblem p(
      1, {1}, [](double, const double*, const double* z, double* f) { f[0] = -z[0]; },
      [](double t, double* x) { x[0] = 3 + t; });
  const Polynomials truth(1, 1, {2, 1}, 6,
                          [](const Polynomials& q, int k) { return Polynomials::sum(-1, q.piece(k - 1), 0, {}); });
  CHECK(error(p, 5, options("tsit5", 1e-10, 1e-12), truth) < 1e-9);
}

TEST_CASE("Mackey-Glass: x = 0 before the start and 1.2 there gives the published numbers") {
  DelayProblem p(
      1, {17},
      [](double, const double* x, const double* z, double* f) {
        f[0] = 0.2 * z[0] / (1 + std::pow(z[0], 10)) - 0.1 * x[0];
      },
      [](double, double* x) { x[0] = 0; });
  std::vector<double> at;
  Observer o;
  o.output = [&](std::size_t, std::int64_t, double, const Vector& x) { at.push_back(x[0]); };
  const auto r = run(p, vector({1.2}), 500, options("dop853", 1e-12, 1e-13), o, {{50}});
  REQUIRE(at.size() == 11);
  CHECK(std::abs(at[1] - 1.1837224) < 1e-7);
  CHECK(std::abs(at[2] - 0.94486198) < 1e-8);
  CHECK(std::abs(at[10] - 0.976547) < 1e-6);
}

TEST_CASE("methods keep their order where delays are longer than the steps") {
  for (const auto& [name, h] : std::initializer_list<std::pair<const char*, double>>{{"euler", 0.005},
                                                                                     {"heun", 0.02},
                                                                                     {"midpoint", 0.02},
                                                                                     {"rk4", 0.05},
                                                                                     {"bs3", 0.05},
                                                                                     {"tsit5", 0.01},
                                                                                     {"cash_karp54", 0.02},
                                                                                     {"dop853", 0.0625},
                                                                                     {"fehlberg78", 0.125},
                                                                                     {"rosenbrock23", 0.02},
                                                                                     {"ros3p", 0.05},
                                                                                     {"rodas4", 0.02},
                                                                                     {"rodas5p", 0.05},
                                                                                     {"implicit_euler", 0.005},
                                                                                     {"implicit_midpoint", 0.02},
                                                                                     {"exponential_euler", 0.005}}) {
    const auto* m = find_entry(methods(), name);
    REQUIRE(m != nullptr);
    CAPTURE(m->name);
    const double measured = order(*m, 1, m->order > 3 ? 6 : 1, h);
    // Two terms of about one size make up the errors of these: the dense output's and the method's own.
    const double slack = m->name == "tsit5" || m->name == "dop853" ? 0.25 : 0.1;
    CHECK(measured > m->order - slack);
    CHECK(measured < m->order + slack);
  }
}

TEST_CASE("fixed-step methods keep their order where delays are shorter than the steps") {
  for (const auto& [name, h] : std::initializer_list<std::pair<const char*, double>>{{"euler", 0.02},
                                                                                     {"heun", 0.05},
                                                                                     {"midpoint", 0.05},
                                                                                     {"rk4", 0.05},
                                                                                     {"implicit_euler", 0.02},
                                                                                     {"implicit_midpoint", 0.05}}) {
    const auto* m = find_entry(methods(), name);
    REQUIRE(m != nullptr);
    CAPTURE(m->name);
    const double measured = order(*m, 0.001, 1, h);
    CHECK(measured > m->order - 0.1);
    CHECK(measured < m->order + 0.1);
  }
}

TEST_CASE("errors follow the tolerance where delays are shorter than the steps") {
  for (const char* name : {"bs3", "tsit5", "dop853", "rodas4", "rodas5p", "auto"}) {
    CAPTURE(name);
    for (const double rtol : {1e-5, 1e-7, 1e-9}) {
      CAPTURE(rtol);
      auto p = sine(0.001, 1);
      const auto r = run(p, vector({0}), 4, options(name, rtol, 1e-2 * rtol));
      CHECK(r.outcome == Outcome::reached_end);
      const double e = std::abs(r.x[0] - std::sin(4.0));
      CHECK(e < 20 * rtol);
      CHECK(e > 1e-4 * rtol);
    }
  }
}

TEST_CASE("delays far shorter than the steps do not shorten them, and their right-hand sides are counted") {
  const double d = 1e-6;
  double rate = -1;  // rate = -exp(-rate d)
  for (int k = 0; k < 50; ++k) rate = -std::exp(-rate * d);
  DelayProblem p(
      1, {d}, [](double, const double*, const double* z, double* f) { f[0] = -z[0]; },
      [rate](double t, double* x) { x[0] = std::exp(rate * t); });
  const auto r = run(p, vector({1}), 5, options("tsit5", 1e-8, 1e-10));
  CHECK(std::abs(r.x[0] - std::exp(5 * rate)) < 1e-8);
  CHECK(r.statistics.rhs == p.calls);
  CHECK(r.statistics.steps < 60);
  CHECK(r.statistics.rhs > 6 * 2 * (r.statistics.steps - 12));
  CHECK(r.statistics.rhs < 6 * 5 * r.statistics.steps);
}

TEST_CASE("memory is bounded by the longest delay, and steps allocate nothing once it is reached") {
  auto p = feedback(1);
  p.segments.reserve(100);
  Options o = options("tsit5", 1e-6, 1e-9);
  o.dt_max = 0.004;
  std::size_t warm = 0, last = 0;
  Observer observer;
  observer.step = [&](double t, double, const Vector&, const Statistics&) {
    (t < 2 ? warm : last) = allocations::total();
  };
  const auto r = run(p, vector({1}), 40, o, observer);
  const auto* h = dynamic_cast<const History*>(p.past.get());
  REQUIRE(h != nullptr);
  CHECK(r.statistics.steps > 10000);
  CHECK(h->pieces() >= 250);
  CHECK(h->pieces() < 256);
  CHECK(h->capacity() <= 512);
  if (allocations::active()) CHECK(last == warm);
}

TEST_CASE("after the run the past stays, for who looks at the end") {
  auto p = feedback();
  const auto r = run(p, vector({1}), 2, options("tsit5", 1e-10, 1e-12));
  Vector f(1);
  p.rhs(2, r.x.data(), f.data());
  CHECK(std::abs(f[0] - 0) < 1e-9);  // -x(1)
  p.rhs(1.5, r.x.data(), f.data());
  CHECK(std::abs(f[0] + 0.5) < 1e-9);
}

TEST_CASE("a steady state must have lasted as long as the past is read") {
  // F falls to 0 at t = 1, at the top of a swing.
  DelayProblem p(
      1, {1}, [](double, const double* x, const double* z, double* f) { f[0] = -0.3 * z[0] - 0.2 * x[0]; }, one);
  Options o = options("tsit5", 1e-8, 1e-10);
  o.dt_max = 0.01;
  double since = -1;
  Observer observer;
  observer.step = [&](double t, double, const Vector& x, const Statistics&) {
    Vector f(1);
    p.rhs(t, x.data(), f.data());
    if (std::abs(f[0]) >= 1e-2) since = t;
  };
  const auto r = drive(p, 0, vector({1}), 100, o, {}, {}, observer, 1e-2);
  CHECK(r.outcome == Outcome::steady_state);
  CHECK(std::abs(r.t - since - 1) < 0.03);
  CHECK(std::abs(r.x[0]) < 0.03);
}

TEST_CASE("methods that cannot take delays say so") {
  auto p = feedback();
  int refused = 0;
  for (const auto& m : methods()) {
    if (m.stochastic) continue;  // refused here for want of noise
    CAPTURE(m.name);
    const std::string why = refusal(m, p, options(m.name, 1e-6, 1e-9));
    CHECK(why.empty() == !(m.own_control || m.multistep));
    refused += why.empty() ? 0 : 1;
    if (!why.empty()) CHECK(why.find("tsit5") != std::string::npos);
  }
  CHECK(refused >= 3);
}
