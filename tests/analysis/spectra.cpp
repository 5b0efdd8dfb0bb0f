// Eigenvalues known by products, parts of systems, principal components.
#include <doctest/doctest.h>
#include <Eigen/QR>

#include <cmath>

#include "analysis/families.hpp"
#include "neurode/analysis/components.hpp"
#include "neurode/analysis/spectrum.hpp"
#include "neurode/analysis/subsystem.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/core/random.hpp"

using namespace neurode;
using namespace neurode::analysis;

namespace {

Matrix normals(Index rows, Index cols, std::uint64_t seed) {
  const CounterRandom random(seed, "test");
  Matrix m(rows, cols);
  for (Index k = 0; k < m.size(); ++k) m.data()[k] = random.normal(static_cast<std::uint64_t>(k));
  return m;
}

Matrix orthonormal(Index n, Index columns) {
  const Eigen::HouseholderQR<Matrix> qr(normals(n, columns, 7));
  return qr.householderQ() * Matrix::Identity(n, columns);
}

}  // namespace

TEST_CASE("a symmetric matrix by its products: all eigenvalues, or those at both ends") {
  constexpr Index n = 120;
  const Matrix q = orthonormal(n, n);
  Vector values(n);
  for (Index k = 0; k < n; ++k) values[k] = k < 3 ? -3.0 + static_cast<double>(k) : 0.01 * static_cast<double>(k * k);
  values[50] = 0;  // near the middle one that is none
  const Matrix a = q * values.asDiagonal() * q.transpose();
  const Product product = [&](const double* v, double* av) {
    Eigen::Map<Vector>(av, n) = a * Eigen::Map<const Vector>(v, n);
  };
  Vector sorted = values;
  std::sort(sorted.begin(), sorted.end());
  const double size = sorted.cwiseAbs().maxCoeff();
  const auto all = symmetric_spectrum(n, product);
  CHECK(all.whole);
  CHECK((all.values - sorted).cwiseAbs().maxCoeff() < 1e-12 * size);
  const auto ends = symmetric_spectrum(n, product, 50, 4);
  CHECK(!ends.whole);
  REQUIRE(ends.values.size() == 8);
  CHECK((ends.values.head(4) - sorted.head(4)).cwiseAbs().maxCoeff() < 1e-10 * size);
  CHECK((ends.values.tail(4) - sorted.tail(4)).cwiseAbs().maxCoeff() < 1e-10 * size);
  CHECK((a * ends.vectors - ends.vectors * ends.values.asDiagonal()).cwiseAbs().maxCoeff() < 1e-6 * size);
  for (const auto* s : {&all, &ends}) CHECK(std::abs(std::abs(s->vectors.col(0).dot(q.col(0))) - 1) < 1e-8);
}

TEST_CASE("the spectral radius, of complex pairs too") {
  for (const Index n : {4, 90}) {
    // Blocks r (cos, -sin; sin, cos): |eigenvalue| r.
    Matrix a = Matrix::Zero(n, n);
    for (Index k = 0; k + 1 < n; k += 2) {
      const double r = 1 + 0.1 * static_cast<double>(k), angle = static_cast<double>(k) + 0.5;
      a.block(k, k, 2, 2) << r * std::cos(angle), -r * std::sin(angle), r * std::sin(angle), r * std::cos(angle);
    }
    const Product product = [&](const double* v, double* av) {
      Eigen::Map<Vector>(av, n) = a * Eigen::Map<const Vector>(v, n);
    };
    const double exact = 1 + 0.1 * static_cast<double>(n - 2);
    CHECK(spectral_radius(n, product) == doctest::Approx(exact).epsilon(1e-12));
    CHECK(spectral_radius(n, product, 10) == doctest::Approx(exact).epsilon(1e-9));
  }
}

TEST_CASE("some elements of a system, the others held") {
  // F_i = x_i x_{i+1}, around a ring of 4.
  problems::Problem p(
      4,
      [](double, const double* x, double* f) {
        for (int i = 0; i < 4; ++i) f[i] = x[i] * x[(i + 1) % 4];
      },
      [](double, const double* x, Matrix& j) {
        j.setZero();
        for (int i = 0; i < 4; ++i) j(i, i) = x[(i + 1) % 4], j(i, (i + 1) % 4) = x[i];
      });
  Subsystem part(p, {3, 1}, problems::vector({2, 3, 5, 7}));
  const Vector x = problems::vector({11, 13});
  Vector f(2);
  part.rhs(0, x.data(), f.data());
  CHECK(f == problems::vector({22, 65}));  // 11 * 2, 13 * 5
  Matrix j(2, 2);
  part.jacobian(0, x.data(), j);
  CHECK(j == (Matrix(2, 2) << 2, 0, 0, 5).finished());
  CHECK(part.whole(x.data()) == problems::vector({2, 13, 5, 11}));
  CHECK(part.of(problems::vector({2, 3, 5, 7})) == problems::vector({7, 3}));
}

TEST_CASE("k equal directions have the participation ratio k, others what the formula says") {
  constexpr Index n = 6, m = 4000;
  // Observations whose covariance is exact: orthonormal rows less their means.
  Matrix z = normals(n, m, 3);
  z.colwise() -= Vector(z.rowwise().mean());
  const Matrix c = z * z.transpose() / static_cast<double>(m);
  z = Matrix(c.llt().matrixL()).triangularView<Eigen::Lower>().solve(z);
  const Matrix q = orthonormal(n, n);
  for (const Index k : {1, 2, 3, 6}) {
    Vector spread = Vector::Zero(n);
    spread.head(k).setConstant(2);
    const Matrix data = (q * spread.asDiagonal() * z).colwise() + Vector(Vector::Constant(n, 5));
    const auto found = principal_components(data);
    CHECK(found.participation_ratio() == doctest::Approx(static_cast<double>(k)).epsilon(1e-10));
    CHECK(participation_ratio(data) == doctest::Approx(static_cast<double>(k)).epsilon(1e-10));
    CHECK((found.variances.head(k).array() - 4).abs().maxCoeff() < 1e-10);
    CHECK((found.mean.array() - 5).abs().maxCoeff() < 1e-10);
  }
  const Vector spread = problems::vector({3, 2, 1, 0.5, 0.1, 0});
  const Matrix data = q * spread.asDiagonal() * z;
  const Vector v = spread.cwiseAbs2();
  const auto found = principal_components(data);
  CHECK(found.participation_ratio() == doctest::Approx(v.sum() * v.sum() / v.squaredNorm()).epsilon(1e-10));
  for (Index k = 0; k < 5; ++k) {
    CHECK(found.variances[k] == doctest::Approx(v[k]).epsilon(1e-10));
    CHECK(std::abs(std::abs(found.axes.col(k).dot(q.col(k))) - 1) < 1e-10);
    CHECK(found.axes.col(k).maxCoeff() == doctest::Approx(found.axes.col(k).cwiseAbs().maxCoeff()));
  }
}

TEST_CASE("fewer observations than variables give the same components") {
  const Matrix data = normals(40, 9, 5);
  const auto found = principal_components(data);
  REQUIRE(found.variances.size() == 8);  // 9 less the mean
  Matrix tall(40, 90);                   // the same observations ten times: more of them than variables
  for (Index k = 0; k < 10; ++k) tall.middleCols(9 * k, 9) = data;
  const auto other = principal_components(tall);
  for (Index k = 0; k < 8; ++k) {
    CHECK(found.variances[k] == doctest::Approx(other.variances[k]).epsilon(1e-10));
    CHECK((found.axes.col(k) - other.axes.col(k)).norm() < 1e-7);
  }
  CHECK(found.participation_ratio() == doctest::Approx(participation_ratio(data)).epsilon(1e-10));
}

TEST_CASE("what does not vary has no dimension, what is not finite no components") {
  const Matrix same = Matrix::Constant(3, 10, 0.1);
  CHECK(std::isnan(participation_ratio(same)));
  Matrix broken = same;
  broken(1, 1) = std::nan("");
  CHECK_THROWS_AS(principal_components(broken), NumericalError);
}
