#include "analysis/hopf.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/LU>

#include <cmath>
#include <complex>
#include <limits>

namespace neurode::analysis {

namespace {

using Complex = std::complex<double>;
using ComplexVector = Eigen::VectorXcd;
using ComplexMatrix = Eigen::MatrixXcd;

/// Directional derivatives of F at (t, x), for vectors of length 1.
class Forms {
 public:
  Forms(System& system, double t, const Vector& x) : system_(system), t_(t), x_(x) {
    const double size = 1 + x.norm();
    second_ = std::cbrt(std::numeric_limits<double>::epsilon()) * size;
    third_ = std::pow(std::numeric_limits<double>::epsilon(), 0.25) * size;
  }

  /// D2F(u, v)
  Vector b(const Vector& u, const Vector& v) {
    return (product(x_ + second_ * u, v) - product(x_ - second_ * u, v)) / (2 * second_);
  }
  /// D3F(u, u, v)
  Vector c(const Vector& u, const Vector& v) {
    return (product(x_ + third_ * u, v) - 2 * product(x_, v) + product(x_ - third_ * u, v)) / (third_ * third_);
  }
  ComplexVector b(const ComplexVector& u, const ComplexVector& v) {
    const Vector ur = u.real(), ui = u.imag(), vr = v.real(), vi = v.imag();
    return (b(ur, vr) - b(ui, vi)).cast<Complex>() + Complex(0, 1) * (b(ur, vi) + b(ui, vr)).cast<Complex>();
  }
  /// D3F(q, q, conj(q))
  ComplexVector c(const ComplexVector& q) {
    const Vector r = q.real(), i = q.imag();
    return (c(r, r) + c(i, r)).cast<Complex>() + Complex(0, 1) * (c(r, i) + c(i, i)).cast<Complex>();
  }

 private:
  Vector product(const Vector& x, const Vector& v) {
    Vector out(x.size());
    system_.jvp(t_, x.data(), v.data(), out.data());
    return out;
  }

  System& system_;
  double t_;
  const Vector& x_;
  double second_ = 0, third_ = 0;
};

/// The eigenvector of m whose eigenvalue is nearest to `value`.
ComplexVector eigenvector(const ComplexMatrix& m, Complex value) {
  const Eigen::ComplexEigenSolver<ComplexMatrix> solver(m);
  Index k = 0;
  (solver.eigenvalues().array() - value).abs().minCoeff(&k);
  return solver.eigenvectors().col(k).normalized();
}

}  // namespace

Complex nearest_pair(const Spectrum& s) {
  Complex best = 0;
  const double rounding = 1e-9 * s.values.cwiseAbs().maxCoeff();
  for (const Complex& v : s.values) {
    if (v.imag() > rounding && (best == Complex(0) || std::abs(v.real()) < std::abs(best.real()))) best = v;
  }
  return best;
}

double first_lyapunov_coefficient(System& system, double t, const Vector& x, double omega) {
  const Index n = x.size();
  Matrix j(n, n);
  system.jacobian(t, x.data(), j);
  const ComplexMatrix a = j.cast<Complex>();
  const ComplexVector q = eigenvector(a, Complex(0, omega));
  ComplexVector p = eigenvector(a.transpose(), Complex(0, -omega));
  p /= std::conj(p.dot(q));  // dot() conjugates its left side; now p.dot(q) = 1
  Forms forms(system, t, x);
  const ComplexVector mixed = forms.b(q, ComplexVector(q.conjugate()));
  const ComplexVector squared = forms.b(q, q);
  const ComplexVector h11 = a.partialPivLu().solve(mixed);
  const ComplexVector h20 =
      (Complex(0, 2 * omega) * ComplexMatrix::Identity(n, n) - a).eval().partialPivLu().solve(squared);
  const Complex sum =
      p.dot(forms.c(q)) - 2.0 * p.dot(forms.b(q, h11)) + p.dot(forms.b(ComplexVector(q.conjugate()), h20));
  return sum.real() / (2 * omega);
}

}  // namespace neurode::analysis
