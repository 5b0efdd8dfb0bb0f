// States of rest, their kinds, and their branches over a parameter, against what can be written down.
#include <doctest/doctest.h>

#include <cmath>
#include <complex>
#include <vector>

#include "analysis/families.hpp"
#include "neurode/analysis/branch.hpp"
#include "neurode/analysis/fixed_points.hpp"

using namespace neurode;
using namespace neurode::analysis;
using families::Lambda;

namespace {

Spectrum of(std::vector<std::complex<double>> values) {
  Spectrum s;
  s.values = Eigen::Map<Eigen::VectorXcd>(values.data(), static_cast<Index>(values.size()));
  return s;
}

std::vector<const BranchPoint*> specials(const Branch& b, Special s) {
  std::vector<const BranchPoint*> out;
  for (const auto& p : b.points) {
    if (p.special == s) out.push_back(&p);
  }
  return out;
}

BranchOptions range(double low, double high) {
  BranchOptions o;
  o.low = low, o.high = high;
  return o;
}

}  // namespace

TEST_CASE("kinds of rest") {
  using namespace std::complex_literals;
  CHECK(stability(of({-1., -2.})).kind == RestKind::stable_node);
  CHECK(stability(of({-1. + 2.i, -1. - 2.i, -3.})).kind == RestKind::stable_focus);
  CHECK(stability(of({-1., -2. + 2.i, -2. - 2.i})).kind == RestKind::stable_node);
  CHECK(stability(of({2., 1.})).kind == RestKind::unstable_node);
  CHECK(stability(of({1. + 1.i, 1. - 1.i})).kind == RestKind::unstable_focus);
  CHECK(stability(of({1., -1.})).kind == RestKind::saddle);
  CHECK(stability(of({1., -1. + 3.i, -1. - 3.i})).kind == RestKind::saddle_focus);
  CHECK(stability(of({1.i, -1.i})).kind == RestKind::marginal);
  CHECK(stability(of({0., -1.})).kind == RestKind::marginal);
  CHECK(stability(of({2., -4., -0.5})).slowest_time == 2);
  CHECK(stability(of({2., -4., -0.5})).unstable == 1);
}

TEST_CASE("all nine states of rest of two cubics, their kinds and time scales") {
  // x' = x - x^3, y' = 2 (y - y^3): eigenvalues 1 or -2, times 1 or 2.
  problems::Problem p(
      2,
      [](double, const double* x, double* f) {
        f[0] = x[0] - std::pow(x[0], 3), f[1] = 2 * (x[1] - std::pow(x[1], 3));
      },
      [](double, const double* x, Matrix& j) { j(0, 0) = 1 - 3 * x[0] * x[0], j(1, 1) = 2 * (1 - 3 * x[1] * x[1]); });
  FixedPointSearch search;
  search.low = Vector::Constant(2, -2), search.high = Vector::Constant(2, 2);
  search.random = 300;
  const auto found = find_fixed_points(p, search);
  REQUIRE(found.size() == 9);
  int starts = 0;
  for (std::size_t k = 0; k < 9; ++k) {
    const auto& at = found[k];
    CAPTURE(at.x.transpose());
    CHECK(((at.x.array() - at.x.array().round()).abs() < 1e-12).all());
    const Index unstable = (at.x.array().abs() < 0.5).count();
    CHECK(at.stability.unstable == unstable);
    CHECK(at.stability.kind == (unstable == 0   ? RestKind::stable_node
                                : unstable == 1 ? RestKind::saddle
                                                : RestKind::unstable_node));
    CHECK(at.residual < 1e-12);
    starts += at.found;
  }
  CHECK(found[0].stability.slowest_time == doctest::Approx(0.5).epsilon(1e-10));
  CHECK(starts > 250);
}

TEST_CASE("rest that is not isolated: the nearest of a line is found, and is called marginal") {
  // Two numbers whose sum is kept.
  problems::Problem p(
      2, [](double, const double* x, double* f) { f[0] = x[1] - x[0], f[1] = x[0] - x[1]; },
      [](double, const double*, Matrix& j) { j << -1, 1, 1, -1; });
  FixedPointSearch search;
  search.starts = {problems::vector({1, 4})};
  const auto found = find_fixed_points(p, search);
  REQUIRE(found.size() == 1);
  CHECK((found[0].x - problems::vector({2.5, 2.5})).norm() < 1e-12);
  CHECK(found[0].stability.kind == RestKind::marginal);
}

TEST_CASE("large systems: sparse and matrix-free Newton, and the eigenvalues furthest to the right by products alone") {
  // A chain of n cells with leak: J = -1 - 4 sin^2(k pi / 2 (n + 1)) for the uncoupled ends.
  constexpr Index n = 1500;
  class Chain final : public problems::Problem {
   public:
    explicit Chain(bool tell)
        : Problem(n,
                  [](double, const double* x, double* f) {
                    for (Index i = 0; i < n; ++i) {
                      f[i] = 1 - x[i] - 2 * x[i] + (i > 0 ? x[i - 1] : 0) + (i + 1 < n ? x[i + 1] : 0);
                    }
                  }),
          tell_(tell) {
      std::vector<std::vector<int>> columns(n);
      for (int i = 0; i < n; ++i) {
        for (int k = std::max(0, i - 1); k <= std::min<int>(n - 1, i + 1); ++k) {
          columns[static_cast<std::size_t>(i)].push_back(k);
        }
      }
      sparsity_ = make_sparsity(columns);
    }
    void jvp(double, const double*, const double* v, double* jv) override {
      for (Index i = 0; i < n; ++i) jv[i] = -3 * v[i] + (i > 0 ? v[i - 1] : 0) + (i + 1 < n ? v[i + 1] : 0);
    }
    const Sparsity* sparsity() override { return tell_ ? &sparsity_ : nullptr; }

   private:
    bool tell_;
    Sparsity sparsity_;
  };
  Vector solutions[2];
  for (const bool tell : {true, false}) {
    Chain chain(tell);
    Vector x = Vector::Zero(n), f(n);
    REQUIRE(Newton(chain).solve(0, x));
    chain.rhs(0, x.data(), f.data());
    CHECK(f.cwiseAbs().maxCoeff() < 1e-11);
    CHECK(x[n / 2] == doctest::Approx(1).epsilon(1e-10));  // far from the ends
    const Spectrum s = spectrum(chain, 0, x, 1000, 6);
    CHECK_FALSE(s.whole);
    REQUIRE(s.values.size() == 6);
    for (Index k = 0; k < 6; ++k) {
      const double angle = static_cast<double>(k + 1) * M_PI / (2.0 * (n + 1));
      CHECK(s.values[k].real() == doctest::Approx(-1 - 4 * std::pow(std::sin(angle), 2)).epsilon(1e-8));
      CHECK(std::abs(s.values[k].imag()) < 1e-7);
    }
  }
}

TEST_CASE("a fold: x' = p + x^2 turns at 0") {
  Lambda family(
      1, [](double p, const double* x, double* f) { f[0] = p + x[0] * x[0]; },
      [](double, const double* x, Matrix& j) { j(0, 0) = 2 * x[0]; });
  const Branch b = continue_rest(family, problems::vector({-1}), -1, range(-2, 1));
  const auto folds = specials(b, Special::fold);
  REQUIRE(folds.size() == 1);
  CHECK(std::abs(folds[0]->p) < 1e-12);
  CHECK(std::abs(folds[0]->x[0]) < 1e-8);
  CHECK(specials(b, Special::hopf).empty());
  CHECK(specials(b, Special::branch).empty());
  // Both ends lie exactly at the range's end, on the two halves of the parabola.
  const auto ends = specials(b, Special::end);
  REQUIRE(ends.size() == 2);
  for (const auto* e : ends) CHECK(e->p == doctest::Approx(-2).epsilon(1e-10));
  CHECK(ends[0]->x[0] * ends[1]->x[0] == doctest::Approx(-2).epsilon(1e-9));
  for (const auto& at : b.points) {
    CHECK(std::abs(at.p + at.x[0] * at.x[0]) < 1e-10);
    if (at.special == Special::none) CHECK(at.unstable == (at.x[0] > 0 ? 1 : 0));
  }
}

TEST_CASE("the cubic's two folds: x' = p + x - x^3 at p = -+ 2 / sqrt 27") {
  Lambda family(
      1, [](double p, const double* x, double* f) { f[0] = p + x[0] - std::pow(x[0], 3); },
      [](double, const double* x, Matrix& j) { j(0, 0) = 1 - 3 * x[0] * x[0]; });
  const Branch b = continue_rest(family, problems::vector({-1.3}), -1, range(-1, 1));
  const auto folds = specials(b, Special::fold);
  REQUIRE(folds.size() == 2);
  CHECK(std::abs(folds[0]->p - 2 / std::sqrt(27)) < 1e-11);
  CHECK(std::abs(folds[1]->p + 2 / std::sqrt(27)) < 1e-11);
}

TEST_CASE("branch points: pitchfork and transcritical crossing at 0") {
  for (const int power : {3, 2}) {
    Lambda family(
        1, [=](double p, const double* x, double* f) { f[0] = p * x[0] - std::pow(x[0], power); },
        [=](double p, const double* x, Matrix& j) { j(0, 0) = p - power * std::pow(x[0], power - 1); });
    const Branch b = continue_rest(family, problems::vector({0}), -0.7, range(-1, 1));
    const auto found = specials(b, Special::branch);
    REQUIRE(found.size() == 1);
    CHECK(std::abs(found[0]->p) < 1e-9);
    CHECK(specials(b, Special::fold).empty());
  }
}

TEST_CASE("branch points: a pitchfork met on its prongs is one point, not a fold beside it") {
  Lambda family(
      2, [](double p, const double* x, double* f) { f[0] = p * x[0] - x[0] * x[0] * x[0], f[1] = p + x[0] - x[1]; },
      [](double p, const double* x, Matrix& j) { j << p - 3 * x[0] * x[0], 0, 1, -1; });
  const Branch b = continue_rest(family, problems::vector({0.5, 0.75}), 0.25, range(-1, 1));
  const auto found = specials(b, Special::branch);
  REQUIRE(found.size() == 1);
  CHECK(std::abs(found[0]->p) < 1e-6);
  CHECK(std::abs(found[0]->x[0]) < 1e-3);
  CHECK(specials(b, Special::fold).empty());
}

TEST_CASE("Hopf points: place, period and criticality") {
  // First Lyapunov coefficient of the normal form with |q| = 1: a r^2 in r', twice over (q has length 1 in C^2).
  for (const double a : {-1.0, 1.0}) {
    auto family = families::oscillator(a, 1, 3);
    const Branch b = continue_rest(family, problems::vector({0, 0}), -0.5, range(-1, 1));
    const auto found = specials(b, Special::hopf);
    REQUIRE(found.size() == 1);
    CHECK(std::abs(found[0]->p) < 1e-10);
    CHECK(found[0]->period == doctest::Approx(2 * M_PI / 3).epsilon(1e-10));
    CHECK(found[0]->criticality == doctest::Approx(2 * a / 3).epsilon(1e-5));
    CHECK(specials(b, Special::fold).empty());
    CHECK(specials(b, Special::branch).empty());
  }
}

TEST_CASE("Lorenz: pitchfork at r = 1, subcritical Hopf at r = s (s + b + 3) / (s - b - 1)") {
  constexpr double s = 10, b = 8.0 / 3;
  Lambda family(
      3,
      [](double r, const double* x, double* f) {
        f[0] = s * (x[1] - x[0]), f[1] = r * x[0] - x[1] - x[0] * x[2], f[2] = x[0] * x[1] - b * x[2];
      },
      [=](double r, const double* x, Matrix& j) { j << -s, s, 0, r - x[2], -1, -x[0], x[1], x[0], -b; });
  const Branch rest = continue_rest(family, problems::vector({0, 0, 0}), 0.5, range(0, 30));
  REQUIRE(specials(rest, Special::branch).size() == 1);
  CHECK(std::abs(specials(rest, Special::branch)[0]->p - 1) < 1e-8);
  const double c = std::sqrt(b * 19);
  const Branch side = continue_rest(family, problems::vector({c, c, 19}), 20, range(2, 30));
  const auto hopf = specials(side, Special::hopf);
  REQUIRE(hopf.size() == 1);
  CHECK(std::abs(hopf[0]->p - s * (s + b + 3) / (s - b - 1)) < 1e-8);
  CHECK(hopf[0]->criticality > 0);
  const double r = hopf[0]->p, omega = std::sqrt(b * (s + r));
  CHECK(hopf[0]->period == doctest::Approx(2 * M_PI / omega).epsilon(1e-9));
}

TEST_CASE("an isola is followed once around") {
  // x^2 + p^2 = 1, as rest of x' = 1 - p^2 - x^2.
  Lambda family(
      1, [](double p, const double* x, double* f) { f[0] = 1 - p * p - x[0] * x[0]; },
      [](double, const double* x, Matrix& j) { j(0, 0) = -2 * x[0]; });
  const Branch b = continue_rest(family, problems::vector({1}), 0.1, range(-2, 2));
  const auto folds = specials(b, Special::fold);
  REQUIRE(folds.size() == 2);
  CHECK(std::abs(std::abs(folds[0]->p) - 1) < 1e-11);
  CHECK(folds[0]->p * folds[1]->p == doctest::Approx(-1).epsilon(1e-11));
  CHECK(b.ended[0] == "the curve is closed");
}
