#include "integrate/exponential/krylov_phi.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <complex>

#include "integrate/exponential_problems.hpp"

using namespace neurode;
using namespace neurode::integrate;
using problems::distance;
using problems::kPi;
using problems::Linear;
using problems::rough;
using problems::vector;

namespace {

/// phi_k(z) in extended precision: the series, or the recurrence where that loses nothing.
template <class Number>
Number phi(int k, Number z) {
  if (std::abs(z) > 20) {
    Number p = std::exp(z);
    long double inverse = 1;
    for (int i = 0; i < k; ++i) {
      p = (p - Number(inverse)) / z;
      inverse /= i + 1;
    }
    return p;
  }
  // Halved until the series has no cancellation, then doubled:
  // phi_k(2z) = (e^z phi_k(z) + sum_j phi_j(z) / (k-j)!) / 2^k
  if (std::abs(z) > 0.5L) {
    const Number h = z / Number(2);
    Number sum = std::exp(h) * phi(k, h);
    for (int j = 1; j <= k; ++j) sum += phi(j, h) / Number(std::tgamma(static_cast<long double>(k - j + 1)));
    return sum / Number(std::pow(2.0L, k));
  }
  Number term = Number(1 / std::tgamma(static_cast<long double>(k + 1))), sum = 0;
  for (int j = 1; j < 25; ++j) {
    sum += term;
    term *= z / Number(static_cast<long double>(k + j));
  }
  return sum;
}

/// sum_k w_k phi_k(c h J) b by Krylov projection, with the error allowed to it.
struct Projected {
  Vector value;
  Index dimension = 0;
  std::int64_t jvps = 0;
  bool accurate = false;
  double longest = 0;
};
Projected project(System& system, const Vector& b, double h, KrylovPhi::Scale c, const KrylovPhi::Weights& w,
                  double tolerance, Index first = 0) {
  Statistics s;
  KrylovPhi krylov(system.size(), system.symmetric_jacobian());
  const ErrorNorm norm(0, Vector::Constant(1, 1), system.size());
  const Vector x = Vector::Zero(system.size());
  KrylovPhi::Weights sizes = w;
  for (double& size : sizes) size = std::abs(size);
  Projected r;
  r.accurate = krylov.project({system, s, 0, x.data()}, b, h, {sizes, norm, x, tolerance, first});
  r.value = Vector::Zero(system.size());
  krylov.add(c, w, r.value);
  r.dimension = krylov.dimension();
  r.jvps = s.jvps;
  r.longest = krylov.longest();
  return r;
}

KrylovPhi::Weights unit(int k) {
  KrylovPhi::Weights w{};
  w[static_cast<std::size_t>(k)] = 1;
  return w;
}

}  // namespace

TEST_CASE("phi functions of a number") {
  for (double z : {-1e8, -750.0, -31.0, -5.0, -2.001, -1.999, -0.5, -1e-9, 0.0, 1e-5, 0.7, 2.5, 12.0}) {
    double values[6];
    scalar_phi(z, 5, values);
    for (int k = 0; k <= 5; ++k) {
      CAPTURE(z);
      CAPTURE(k);
      const double exact = static_cast<double>(phi(k, static_cast<long double>(z)));
      CHECK(std::abs(values[k] - exact) <= 4e-15 * exact);
    }
  }
}

TEST_CASE("phi functions of 2 x 2 matrices: a spiral, a Jordan block, a stiff pair") {
  using Complex = std::complex<long double>;
  const Vector b = vector({0.8, -1.7});
  for (double h : {0.1, 3.0, 40.0}) {
    for (const auto c : {KrylovPhi::kHalf, KrylovPhi::kWhole}) {
      const double tau = c == KrylovPhi::kHalf ? h / 2 : h;
      for (int k = 1; k <= 4; ++k) {
        CAPTURE(h);
        CAPTURE(k);
        problems::Problem spiral(
            2, [](double, const double*, double*) {}, [](double, const double*, Matrix& j) { j << -0.3, -2, 2, -0.3; });
        const Complex rotated = phi(k, Complex(-0.3L * tau, 2.0L * tau)) * Complex(b[0], b[1]);
        const auto r = project(spiral, b, h, c, unit(k), 1e-14);
        CHECK(r.dimension == 2);
        CHECK(distance(r.value, vector({static_cast<double>(rotated.real()), static_cast<double>(rotated.imag())})) <
              2e-14);

        problems::Problem jordan(
            2, [](double, const double*, double*) {}, [](double, const double*, Matrix& j) { j << -2, 1, 0, -2; });
        // The derivative of phi_k is ((z - k) phi_k + 1/(k-1)!) / z, which is phi_k - k phi_{k+1}.
        const long double z = -2.0L * tau;
        const auto value = static_cast<double>(phi(k, z));
        const auto slope = static_cast<double>(tau * (phi(k, z) - k * phi(k + 1, z)));
        CHECK(distance(project(jordan, b, h, c, unit(k), 1e-14).value,
                       vector({value * b[0] + slope * b[1], value * b[1]})) < 1e-14);
      }
    }
  }
  // Eigenvalues -1 and -1e6, eigenvectors (1, 1) and (1, -1).
  for (bool symmetric : {false, true}) {
    Linear stiff(2, 499999.5, -500000.5, 499999.5, symmetric);
    for (int k = 1; k <= 4; ++k) {
      const auto slow = static_cast<double>(phi(k, -1.0L)), fast = static_cast<double>(phi(k, -1e6L));
      const Vector value = project(stiff, vector({2, 0}), 1, KrylovPhi::kWhole, unit(k), 1e-14).value;
      CHECK(distance(value, vector({slow + fast, slow - fast})) < (symmetric ? 1e-10 : 1e-9));
    }
  }
}

TEST_CASE("phi functions of 100 x 100 matrices by their eigenvectors") {
  const Index n = 100;
  const Vector b = rough(n);
  struct Case {
    const char* name;
    Linear system;
  };
  Case cases[] = {{"Laplacian, Lanczos", Linear(n, 1, -2, 1, true)},
                  {"Laplacian, Arnoldi", Linear(n, 1, -2, 1, false)},
                  {"convection and diffusion", Linear(n, 1.04, -2, 0.96, false)}};
  for (auto& m : cases) {
    CAPTURE(m.name);
    for (double h : {0.5, 20.0, 2000.0}) {
      CAPTURE(h);
      for (const auto c : {KrylovPhi::kHalf, KrylovPhi::kWhole}) {
        const long double tau = c == KrylovPhi::kHalf ? h / 2 : h;
        for (int k = 1; k <= 4; ++k) {
          CAPTURE(k);
          const Vector exact = m.system.apply([&](double l) { return static_cast<double>(phi(k, l * tau)); }, b);
          const auto r = project(m.system, b, h, c, unit(k), 1e-13);
          CHECK(distance(r.value, exact) < 1e-12);
          CHECK(r.jvps == r.dimension);
          // The whole space only where it is needed.
          CHECK((r.dimension == n) == (h == 2000));
        }
      }
    }
  }
}

TEST_CASE("the bound of the Krylov error holds and is not wasteful; where no space is enough it tells a step") {
  const Index n = 400;
  const Vector b = rough(n);
  const KrylovPhi::Weights w = {0, 0, 0, 16, -48};
  for (bool symmetric : {true, false}) {
    CAPTURE(symmetric);
    Linear laplacian(n, 1, -2, 1, symmetric);
    Index before = 0;
    for (double tolerance : {1e-2, 1e-4, 1e-6, 1e-8, 1e-10}) {
      CAPTURE(tolerance);
      const double h = 100;
      const auto r = project(laplacian, b, h, KrylovPhi::kWhole, w, tolerance);
      REQUIRE(r.accurate);
      const Vector exact = laplacian.apply(
          [&](long double l) { return static_cast<double>(16 * phi(3, l * h) - 48 * phi(4, l * h)); }, b);
      const double error = (r.value - exact).norm() / std::sqrt(static_cast<double>(n));
      CHECK(error < tolerance);
      CHECK(error > 1e-3 * tolerance);
      CHECK(r.dimension >= before);
      before = r.dimension;
    }
    CHECK(before == (symmetric ? 79 : 78));

    const auto long_step = project(laplacian, b, 1e5, KrylovPhi::kWhole, w, 1e-6);
    CHECK_FALSE(long_step.accurate);
    CHECK(long_step.dimension == KrylovPhi::kLargest);
    CHECK(long_step.longest > 500);
    CHECK(long_step.longest < 1e4);
    KrylovPhi::Weights shorter = w;  // as the sizes of a step's terms
    for (double& size : shorter) size *= long_step.longest / 1e5;
    CHECK(project(laplacian, b, long_step.longest, KrylovPhi::kWhole, shorter, 1e-6).accurate);
  }
}

TEST_CASE("an invariant space ends the projection: exact at its dimension") {
  const Index n = 300;
  Linear laplacian(n, 1, -2, 1, false);
  Vector b(n), exact = Vector::Zero(n);
  b.setZero();
  // Two eigenvectors.
  for (int k : {150, 290}) {
    Vector v(n);
    for (Index i = 0; i < n; ++i) v[i] = std::sin(static_cast<double>((i + 1) * k % (2 * n + 2)) * kPi / 301);
    const long double lambda = -2 + 2 * std::cos(k * kPi / static_cast<double>(n + 1));
    b += v;
    exact += static_cast<double>(phi(2, 50 * lambda)) * v;
  }
  // Told to look at the bound late, it stops all the same.
  const auto r = project(laplacian, b, 50, KrylovPhi::kWhole, unit(2), 1e-14, 50);
  CHECK(r.dimension == 2);
  CHECK(distance(r.value, exact) < 1e-13);
}
