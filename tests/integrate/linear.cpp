#include <doctest/doctest.h>

#include <Eigen/LU>
#include <cmath>
#include <limits>
#include <random>

#include "allocations.hpp"
#include "integrate/linear/gmres.hpp"
#include "integrate/linear/shifted_jacobian.hpp"
#include "integrate/stiff_problems.hpp"

using namespace neurode;
using namespace neurode::integrate;

namespace {

Matrix random_matrix(Index n, unsigned seed) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<double> uniform(-1, 1);
  return Matrix::NullaryExpr(n, n, [&](Index, Index) { return uniform(engine); });
}

// x' = m x
problems::Problem linear(const Matrix& m) {
  const Index n = m.rows();
  return problems::autonomous(
      n, [m, n](const double* x, double* f) { Eigen::Map<Vector>(f, n) = m * Eigen::Map<const Vector>(x, n); },
      [m](const double*, Matrix& j) { j = m; });
}

double residual(const Matrix& m, double shift, const Vector& x, const Vector& b) {
  return (shift * x - m * x - b).norm() / (b.norm() + (std::abs(shift) + m.norm()) * x.norm());
}

}  // namespace

TEST_CASE("shift I - J is factorised and solved at every size, with exchanges of rows") {
  for (Index n : {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 40, 130}) {
    CAPTURE(n);
    Matrix m = random_matrix(n, 7);
    if (n > 1) m.diagonal().setZero();  // with shift 0 no pivot stands where it should
    auto p = linear(m);
    Statistics s;
    ShiftedJacobian matrix(p, s);
    CHECK_FALSE(matrix.sparse());
    const Vector at = Vector::Zero(n), b = Vector::LinSpaced(n, 1, 2);
    matrix.evaluate(0, at.data());
    for (double shift : {0.0, 3.0, 1e8}) {
      CAPTURE(shift);
      REQUIRE(matrix.factorise(shift));
      Vector x = b;
      matrix.solve(x.data());
      CHECK(residual(m, shift, x, b) < 1e-15);
    }
    CHECK(s.jacobians == 1);
    CHECK(s.factorisations == 3);
    CHECK(s.rhs == 0);
    CHECK(s.jvps == 0);
  }
}

TEST_CASE("a matrix that is singular or not finite is reported") {
  for (Index n : {1, 2, 3, 8, 16, 17, 60}) {
    CAPTURE(n);
    const Vector at = Vector::Zero(n);
    const auto fails = [&](const Matrix& m, double shift) {
      auto p = linear(m);
      Statistics s;
      ShiftedJacobian matrix(p, s);
      matrix.evaluate(0, at.data());
      return !matrix.factorise(shift);
    };
    const Matrix zero = Matrix::Zero(n, n);
    CHECK(fails(zero, 0));
    CHECK_FALSE(fails(zero, 1));
    CHECK(fails(Matrix::Identity(n, n), 1));
    Matrix one_row = Matrix::Identity(n, n);
    one_row.row(n - 1).setZero();
    CHECK(fails(one_row, 0));
    for (double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
      for (Index at_row : {Index(0), n - 1}) {
        Matrix spoilt = -Matrix::Identity(n, n);
        spoilt(at_row, at_row) = bad;
        CHECK(fails(spoilt, 1));
      }
    }
  }
}

TEST_CASE("the sparse factorisation is taken where it pays, and solves the same equations") {
  const auto sparse = [](Index n) {
    problems::Rod p(n, true);
    Statistics s;
    return ShiftedJacobian(p, s).sparse();
  };
  CHECK_FALSE(sparse(16));
  CHECK_FALSE(sparse(50));
  CHECK(sparse(100));
  CHECK(sparse(3000));
  problems::Rod told(200, true), untold(200, false);
  Statistics s;
  ShiftedJacobian a(told, s), b(untold, s);
  CHECK_FALSE(b.sparse());
  const Vector u = told.start();
  a.evaluate(0, u.data());
  b.evaluate(0, u.data());
  CHECK(told.products == 3);
  for (double shift : {1.0, 1e3}) {
    REQUIRE(a.factorise(shift));
    REQUIRE(b.factorise(shift));
    Vector x = u, y = u;
    a.solve(x.data());
    b.solve(y.data());
    CHECK((x - y).norm() < 1e-13 * y.norm());
  }
  // A quarter of the elements at random: the LU is full, the dense one cheaper.
  class Scattered final : public problems::Problem {
   public:
    Scattered() : Problem(120, [](double, const double*, double*) {}) {
      std::mt19937 engine(1);
      std::vector<std::vector<int>> columns(120);
      for (int k = 0; k < 120; ++k) {
        for (int i = 0; i < 120; ++i) {
          if (engine() % 4 == 0) columns[static_cast<std::size_t>(k)].push_back(i);
        }
      }
      pattern_ = make_sparsity(columns);
    }
    const Sparsity* sparsity() override { return &pattern_; }

   private:
    Sparsity pattern_;
  } scattered;
  CHECK(scattered.sparsity()->density() < 1.0 / 3);
  CHECK_FALSE(ShiftedJacobian(scattered, s).sparse());
}

TEST_CASE("above the largest dense size there is a sparse factorisation or none") {
  problems::Rod told(200, true), untold(200, false);
  Statistics s;
  CHECK(ShiftedJacobian(told, s, 100).usable());
  CHECK_FALSE(ShiftedJacobian(untold, s, 199).usable());
  CHECK(ShiftedJacobian(untold, s, 200).usable());
}

TEST_CASE("small and dense factorisations allocate nothing") {
  if (!allocations::active()) return;
  for (Index n : {2, 8, 16, 40, 100}) {
    CAPTURE(n);
    auto p = linear(random_matrix(n, 3));
    Statistics s;
    ShiftedJacobian matrix(p, s);
    Vector x = Vector::Ones(n);
    matrix.evaluate(0, x.data());
    allocations::Count count;
    for (double shift : {10.0, 11.0}) {
      matrix.evaluate(0, x.data());
      matrix.factorise(shift);
      matrix.solve(x.data());
    }
    CHECK(count.so_far() == 0);
  }
}

TEST_CASE("GMRES: the size of the Krylov space, restarts, products counted, failure told") {
  const Index n = 100;
  const Vector at = Vector::Zero(n), b = Vector::LinSpaced(n, 1, 2);
  Vector d(n);
  // Three eigenvalues: three products.
  Matrix three = Matrix::Zero(n, n);
  for (Index i = 0; i < n; ++i) three(i, i) = -1.0 - static_cast<double>(i % 3);
  auto p = linear(three);
  Statistics s;
  CHECK(Gmres(p, s).solve(0, at.data(), 2, b, 1e-13, d) < 1e-13);
  CHECK(s.jvps == 3);
  CHECK(residual(three, 2, d, b) < 1e-15);
  CHECK(s.rhs + s.jacobians + s.factorisations == 0);
  // A random matrix moved off zero, without and with restarts.
  const Matrix m = random_matrix(n, 5);
  auto q = linear(m);
  for (Index restart : {Index(100), Index(30), Index(8)}) {
    CAPTURE(restart);
    CHECK(Gmres(q, s, restart, 40).solve(0, at.data(), 12, b, 1e-12, d) <= 1e-12);
    CHECK(residual(m, 12, d, b) < 1e-12);
  }
  // Too few cycles: the residual reached is told truly.
  const double rest = Gmres(q, s, 3, 1).solve(0, at.data(), 12, b, 1e-12, d);
  CHECK(rest > 1e-3);
  CHECK((12 * d - m * d - b).norm() == doctest::Approx(rest * b.norm()).epsilon(1e-10));
  // Singular, b outside of the range.
  Matrix row = Matrix::Identity(n, n);
  row(0, 0) = 2;
  auto r = linear(row);
  CHECK(Gmres(r, s).solve(0, at.data(), 2, Vector::Unit(n, 0), 1e-10, d) > 0.5);
  CHECK(d.allFinite());
  CHECK(Gmres(q, s).solve(0, at.data(), 12, Vector::Zero(n), 1e-10, d) == 0);
  CHECK(d.isZero(0));
  auto bad = linear(Matrix::Constant(n, n, std::nan("")));
  CHECK_FALSE(std::isfinite(Gmres(bad, s).solve(0, at.data(), 2, b, 1e-10, d)));
}
