#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "integrate/problems.hpp"
#include "integrate/rounding.hpp"

using namespace neurode;
using namespace neurode::integrate;
using problems::options;
using problems::vector;

namespace {

/// x' = height inside [from, from + width] of every period, 0 outside; the value inside a segment holds at its ends.
class Pulses : public System {
 public:
  Pulses(double from, double width, double period, double height)
      : from_(from), width_(width), period_(period), height_(height) {
    Slice s;
    s.name = "x";
    s.rows = 1;
    layout_.add(s);
  }
  const StateLayout& layout() const override { return layout_; }
  void rhs(double t, const double*, double* f) override {
    if (t < a_ - 1e-12 || t > b_ + 1e-12) throw std::logic_error("F outside of its segment");
    f[0] = value_;
  }
  void jvp(double, const double*, const double*, double* jv) override { jv[0] = 0; }
  void vjp(double, const double*, const double*, double*) override {}
  // A difference quotient would look outside.
  bool time_derivative(double, const double*, double*) override { return false; }
  std::vector<double> breakpoints(double t0, double t1) const override {
    ++asked;
    std::vector<double> b;
    for (int k = 0; from_ + k * period_ < t1; ++k) {
      for (double t : {from_ + k * period_, from_ + k * period_ + width_}) {
        if (t > t0 && t < t1) b.push_back(t);
      }
    }
    return b;
  }
  void begin_segment(double a, double b) override {
    CHECK(a == b_);  // without gaps
    a_ = a, b_ = b, ++segments;
    const double phase = std::fmod((a + b) / 2 - from_ + period_, period_);
    value_ = phase < width_ ? height_ : 0;
  }

  mutable int asked = 0;
  int segments = 0;

 private:
  double from_, width_, period_, height_, a_ = 0, b_ = 0, value_ = 0;
  StateLayout layout_;
};

}  // namespace

TEST_CASE("a pulse as narrow as 1e-6 is integrated exactly by every method") {
  for (const auto& m : methods()) {
    CAPTURE(m.name);
    Pulses p(3.3, 1e-6, 100, 1e6);
    const double exact = (3.3 + 1e-6 - 3.3) * 1e6;
    const auto r = drive(p, 0, vector({0}), 10, options(m.name, 1e-6, 1e-9, 0.5), {}, {}, {});
    CHECK(r.outcome == Outcome::reached_end);
    // Methods that choose their steps (SUNDIALS) may stop 100 units in the last place of t short of the end.
    const double short_of_end = m.own_control ? 100 * 3.3 * std::numeric_limits<double>::epsilon() * 1e6 : 0;
    // An estimate of order 2 begins with steps shorter than the pulse, whose ends round to ulps of t, 4e-10 of it.
    const double rounding = m.embedded_order == 1 ? 2e-9 : 1e-14 * rounding_growth(m.name);
    CHECK(std::abs(r.x[0] - exact) < short_of_end + rounding);
    CHECK(p.asked == 1);
    CHECK(p.segments == 3);
  }
}

TEST_CASE("a hundred thousand breakpoints") {
  for (const char* method : {"tsit5", "rk4"}) {
    CAPTURE(method);
    Pulses p(0.001, 0.0005, 0.002, 2);
    const auto r = drive(p, 0, vector({0}), 100, options(method, 1e-6, 1e-9, 0.01), {{10}}, {}, {});
    CHECK(r.outcome == Outcome::reached_end);
    CHECK(p.segments == 100001);
    CHECK(r.x[0] == doctest::Approx(50).epsilon(1e-10));
    CHECK(r.statistics.steps <= 3 * 100001);  // in a segment: the first one and two longer ones, at most
    CHECK(r.statistics.rhs <= 7 * r.statistics.steps);
  }
}

TEST_CASE("steps end on breakpoints, and a grid point there has the value of the step that ends there") {
  auto p = problems::oscillator();
  p.breaks = {2.5, 1, 1, -3, 0, 4, 7};  // unsorted, doubled, outside: taken as they should be
  std::vector<double> ends;
  Observer o;
  o.step = [&](double t, double, const Vector&, const Statistics&) { ends.push_back(t); };
  const auto r = drive(p, 0, vector({1, 0}), 4, options("heun", 0, 0, 0.4), {}, {}, o);
  CHECK(r.t == 4);
  const std::vector<std::pair<double, double>> segments = {{0, 1}, {1, 2.5}, {2.5, 4}};
  CHECK(p.segments == segments);
  // 0.4, 0.8, 1; 1 + 0.4 k ..., 2.5; ...: the grid of steps starts anew in each segment
  const std::vector<double> expected = {
      0.4, 2 * 0.4, 1, 1 + 0.4, 1 + 2 * 0.4, 1 + 3 * 0.4, 2.5, 2.5 + 1 * 0.4, 2.5 + 2 * 0.4, 2.5 + 3 * 0.4, 4};
  CHECK(ends == expected);
}

TEST_CASE("a jump at a breakpoint leaves no stale derivative behind") {
  // x' = 0 before t = 1, 3 after; dense output on both sides.
  for (const auto& m : methods()) {
    CAPTURE(m.name);
    Pulses p(1, 50, 100, 3);
    double worst = 0;
    Observer o;
    o.output = [&](std::size_t, std::int64_t, double t, const Vector& x) {
      worst = std::max(worst, std::abs(x[0] - 3 * std::max(0.0, t - 1)));
    };
    drive(p, 0, vector({0}), 2, options(m.name, 1e-6, 1e-9, 0.3), {{0.01}}, {}, o);
    CHECK(worst < 1e-14 * rounding_growth(m.name));
  }
}
