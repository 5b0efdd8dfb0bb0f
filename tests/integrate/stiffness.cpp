#include "integrate/stiffness.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "integrate/problems.hpp"

using namespace neurode;
using namespace neurode::integrate;
using problems::options;
using problems::Problem;
using problems::vector;

namespace {

constexpr double kMu = 1e6;

Problem turning() {
  return {2, [](double, const double* x, double* f) { f[0] = 1e5 * x[1], f[1] = -1e5 * x[0]; },
          [](double, const double*, Matrix& j) { j(0, 1) = 1e5, j(1, 0) = -1e5; }};
}

std::string message(Problem& p, const Vector& x0, double t1, const char* method, std::int64_t steps) {
  auto o = options(method, 1e-6, 1e-9);
  o.max_steps = steps;
  return drive(p, 0, x0, t1, o, {}, {}, {}).message;
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the fastest time scale, and what it does") {
  auto p = problems::van_der_pol(kMu);
  const auto decay = fastest_scale(p, 0, vector({2, 0}));
  CHECK(decay.rate == doctest::Approx(3e6).epsilon(0.01));
  CHECK(decay.direction == doctest::Approx(-1).epsilon(0.01));
  auto q = turning();
  const auto turn = fastest_scale(q, 0, vector({1, 0}));
  CHECK(turn.rate == doctest::Approx(1e5).epsilon(0.01));
  CHECK(std::abs(turn.direction) < 0.1);
  Problem still(1, [](double, const double*, double* f) { f[0] = 1; });
  CHECK(fastest_scale(still, 0, vector({1})).rate == 0);
}

TEST_CASE("a stiff problem under an explicit method is called that, with methods for it") {
  auto p = problems::van_der_pol(kMu);
  for (const char* method : {"tsit5", "dop853", "bs3", "bulirsch_stoer"}) {
    CAPTURE(method);
    const std::string text = message(p, vector({2, 0}), 2e6, method, 2000);
    CAPTURE(text);
    CHECK(has(text, "max_steps: 2000 steps"));
    CHECK(has(text, "the fastest time scale there is 3.3e-07 (a decay)"));
    CHECK(has(text, ": stiff; try \"rodas5p\""));
  }
  const std::string text = message(p, vector({2, 0}), 2e6, "rodas5p", 20);
  CAPTURE(text);
  CHECK_FALSE(has(text, ": stiff; try"));
  CHECK(has(text, "something else keeps its steps short"));
}

TEST_CASE("growth without bound is no stiffness") {
  Problem p(
      1, [](double, const double* x, double* f) { f[0] = x[0] * x[0]; },
      [](double, const double* x, Matrix& j) { j(0, 0) = 2 * x[0]; });
  const auto r = drive(p, 0, vector({1}), 2, options("tsit5", 1e-6, 1e-9), {}, {}, {});
  CAPTURE(r.message);
  CHECK(r.outcome == Outcome::step_underflow);
  CHECK(has(r.message, "(a growth)"));
  CHECK(has(r.message, "not stiff; the state grows"));
}

TEST_CASE("a cap met by steps that accuracy keeps short is no stiffness") {
  Problem p(
      1, [](double t, const double*, double* f) { f[0] = std::cos(1000 * t); },
      [](double, const double*, Matrix& j) { j(0, 0) = 0; });
  CHECK(has(message(p, vector({1}), 10, "tsit5", 20), "no time scale can be told"));
  Problem q(
      1, [](double t, const double* x, double* f) { f[0] = -x[0] + 1e3 * std::cos(1000 * t); },
      [](double, const double*, Matrix& j) { j(0, 0) = -1; });
  CHECK(has(message(q, vector({1}), 1000, "tsit5", 20), "not stiff; accuracy keeps the steps short"));
  auto turn = turning();
  CHECK(has(message(turn, vector({1, 0}), 10, "tsit5", 20), "a turning"));
}
