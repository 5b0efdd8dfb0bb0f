#include "integrate/history.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "integrate/delay_problem.hpp"

using namespace neurode;
using namespace neurode::integrate;
using problems::DelayProblem;
using problems::vector;

namespace {

/// Steps whose dense output is a polynomial of degree 4 in time.
double quartic(double t) { return 1 + t * (2 + t * (-1 + t * (0.5 + 0.25 * t))); }
double quartic_rate(double t) { return 2 + t * (-2 + t * (1.5 + t)); }

class Exact final : public Stepper {
 public:
  void reset() override {}
  const Vector& prime(double, const Vector&) override { return f_; }
  void accept() override {}
  void interpolate(double theta, Vector& x) override { x[0] = quartic(t + theta * dt); }
  const Vector& derivative_at_end() override { return f_; }
  const Vector& derivative_at_start() const override { return f_; }
  double t = 0, dt = 0;

 private:
  Vector f_ = Vector::Zero(1);
};

DelayProblem problem(std::vector<double> delays) {
  return DelayProblem(
      1, std::move(delays), [](double, const double*, const double*, double*) {},
      [](double t, double* x) { x[0] = 100 + t; });
}

void step(History& h, double from, double to) {
  Exact s;
  s.t = from;
  s.dt = to - from;
  h.sample(s, from, vector({quartic(from)}), s.dt, to, vector({quartic(to)}));
}

double value(const History& h, double t, double where, bool rate = false) {
  Past::Window w;
  std::int64_t hint = 0;
  h.window(t, where, rate, hint, w);
  double x = 0;
  for (int j = 0; j < w.nodes; ++j) x += w.weight[static_cast<std::size_t>(j)] * w.values[j * w.stride];
  return x;
}

}  // namespace

TEST_CASE("pieces hold polynomials of the dense output's order, with their rates; before them stands the history") {
  auto p = problem({0.5});
  History h(p, 4, 0, vector({quartic(0)}));
  CHECK(value(h, 0.2, 0.2) == 1);  // nothing known yet: the start
  for (const auto& [from, to] : {std::pair{0.0, 0.3}, {0.3, 0.35}, {0.35, 1.0}}) {
    step(h, from, to);
    h.keep();
  }
  for (const double t : {0.0, 0.1, 0.3, 0.32, 0.35, 0.7, 1.0, 1.2}) {
    CAPTURE(t);
    CHECK(std::abs(value(h, t, t) - quartic(t)) < 1e-14 * 20);
    CHECK(std::abs(value(h, t, t, true) - quartic_rate(t)) < 1e-12);
  }
  CHECK(value(h, -0.25, -0.25) == 99.75);
  CHECK(value(h, -0.25, -0.25, true) == 0);
  History low(p, 3, 0, vector({quartic(0)}));
  step(low, 0, 1);
  low.keep();
  CHECK(std::abs(value(low, 0.4, 0.4) - quartic(0.4)) > 1e-4);
  CHECK(value(low, 1, 1) == quartic(1));
}

TEST_CASE("the piece is chosen by `where`, and continued to t") {
  auto p = problem({2});
  History h(p, 1, 0, vector({0}));
  Exact s;
  h.sample(s, 0, vector({0}), 1, 1, vector({1}));
  h.keep();
  h.sample(s, 1, vector({5}), 1, 2, vector({4}));
  h.keep();
  CHECK(value(h, 1, 0.99) == 1);
  CHECK(value(h, 1, 1.01) == 5);
  CHECK(std::abs(value(h, 0.9, 1.01) - 5.1) < 1e-14);
}

TEST_CASE("a trial's piece stands in its step until it is discarded or kept") {
  auto p = problem({0.5});
  History h(p, 4, 0, vector({quartic(0)}));
  step(h, 0, 0.5);
  h.keep();
  const auto before = h.version();
  Exact s;
  s.t = 0.5, s.dt = 0.5;
  h.sample(s, 0.5, vector({7}), s.dt, 1, vector({8}));
  CHECK(h.version() > before);
  CHECK(value(h, 0.5, 0.6) == 7);
  CHECK(value(h, 1, 1) == 8);
  CHECK(value(h, 0.4, 0.4) == doctest::Approx(quartic(0.4)));
  h.discard_trial();
  CHECK(std::abs(value(h, 0.6, 0.6) - quartic(0.6)) < 1e-12);
}

TEST_CASE("pieces older than the longest delay go, those within it stay, however many") {
  auto p = problem({0.1, 10});
  History h(p, 1, 0, vector({0}));
  Exact s;
  for (int k = 0; k < 5000; ++k) {
    const double from = 0.01 * k, to = 0.01 * (k + 1);
    h.sample(s, from, vector({from}), to - from, to, vector({to}));
    h.keep();
  }
  CHECK(h.pieces() >= 1000);
  CHECK(h.pieces() <= 1002);
  CHECK(h.capacity() == 1024);
  for (const double t : {40.0, 43.21, 49.999}) CHECK(std::abs(value(h, t, t) - t) < 1e-12);
}

TEST_CASE("steps that overlap the delay a little are cut to it") {
  auto p = problem({0.5, 1});
  const History h(p, 4, 0, vector({0}));
  CHECK_FALSE(h.overlaps(0.5));
  CHECK(h.overlaps(0.6));
  CHECK(h.suitable(0.4) == 0.4);
  CHECK(h.suitable(1.2) == 0.5);
  CHECK(h.suitable(1.3) == 1.3);
}

TEST_CASE("breakpoints are followed to sums of delays, level by level, up to a number") {
  auto p = problem({1, 2.5});
  const auto all = delayed_breakpoints({0.25, 10}, p, 0, 10, 2);
  CHECK(all == std::vector<double>{0.25, 1, 1.25, 2, 2.25, 2.5, 2.75, 3.5, 3.75, 5, 5.25, 10});
  CHECK(delayed_breakpoints({10}, p, 0, 10, 0) == std::vector<double>{10});
  CHECK(delayed_breakpoints({10}, p, 0, 10, 5, 4) == std::vector<double>{1, 2.5, 10});
  auto tenth = problem({0.1, 0.3});
  CHECK(delayed_breakpoints({1}, tenth, 0, 1, 4).size() == 10);  // 0.1 + 0.1 + 0.1 is 0.3
  p.followed = false;
  CHECK(delayed_breakpoints({0.25, 10}, p, 0, 10, 2) == std::vector<double>{0.25, 10});
}
