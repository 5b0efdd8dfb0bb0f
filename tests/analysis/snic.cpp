// Folds on an invariant circle, told from those that are not.
#include <doctest/doctest.h>

#include <cmath>

#include "analysis/families.hpp"
#include "neurode/analysis/branch.hpp"

using namespace neurode;
using namespace neurode::analysis;
using families::Lambda;

namespace {

BranchOptions range(double low, double high) {
  BranchOptions o;
  o.low = low, o.high = high;
  return o;
}

Index count(const Branch& b, Special s) {
  return std::count_if(b.points.begin(), b.points.end(), [s](const auto& at) { return at.special == s; });
}

/// r' = k r (1 - r^2), theta' = p - x + c (r^2 - 1) in the plane: at p = 1 the two states of rest on the circle meet.
/// For k > 0 the circle attracts.
Lambda circle(double k) {
  return {2,
          [=](double p, const double* x, double* f) {
            const double r2 = x[0] * x[0] + x[1] * x[1], g = k * (1 - r2), w = p - x[0];
            f[0] = g * x[0] - w * x[1];
            f[1] = w * x[0] + g * x[1];
          },
          [=](double p, const double* x, Matrix& j) {
            const double r2 = x[0] * x[0] + x[1] * x[1], g = k * (1 - r2), w = p - x[0];
            j(0, 0) = g - 2 * k * x[0] * x[0] + x[1];
            j(0, 1) = -w - 2 * k * x[0] * x[1];
            j(1, 0) = w - x[0] - 2 * k * x[0] * x[1];
            j(1, 1) = g - 2 * k * x[1] * x[1];
          }};
}

}  // namespace

TEST_CASE("a fold on an attracting circle is a SNIC, on a repelling one a fold") {
  for (const double k : {1.0, -1.0}) {
    auto family = circle(k);
    const double p = 0.5;
    const Branch b = continue_rest(family, problems::vector({p, std::sqrt(1 - p * p)}), p, range(0, 1.5));
    CHECK(count(b, Special::snic) == (k > 0 ? 1 : 0));
    CHECK(count(b, Special::fold) == (k > 0 ? 0 : 1));
    for (const auto& at : b.points) {
      if (at.special != Special::snic && at.special != Special::fold) continue;
      CHECK(std::abs(at.p - 1) < 1e-10);
    }
  }
}

TEST_CASE("an angle goes round: theta' = p - cos theta") {
  Lambda family(
      1, [](double p, const double* x, double* f) { f[0] = p - std::cos(x[0]); },
      [](double, const double* x, Matrix& j) { j(0, 0) = std::sin(x[0]); });
  BranchOptions o = range(-1.5, 1.5);
  o.most = 100;
  const Branch b = continue_rest(family, problems::vector({-1}), std::cos(1), o);
  CHECK(count(b, Special::snic) >= 2);  // at p = 1 and p = -1
  CHECK(count(b, Special::fold) == 0);
}

TEST_CASE("folds whose trajectories go elsewhere") {
  // The cubic: to the other branch.
  Lambda cubic(
      1, [](double p, const double* x, double* f) { f[0] = p + x[0] - std::pow(x[0], 3); },
      [](double, const double* x, Matrix& j) { j(0, 0) = 1 - 3 * x[0] * x[0]; });
  const Branch b = continue_rest(cubic, problems::vector({-1.3}), -1, range(-1, 1));
  CHECK(count(b, Special::snic) == 0);
  CHECK(count(b, Special::fold) == 2);
  // x' = p + x^2: to infinity.
  Lambda parabola(
      1, [](double p, const double* x, double* f) { f[0] = p + x[0] * x[0]; },
      [](double, const double* x, Matrix& j) { j(0, 0) = 2 * x[0]; });
  CHECK(count(continue_rest(parabola, problems::vector({-1}), -1, range(-2, 1)), Special::fold) == 1);
}
