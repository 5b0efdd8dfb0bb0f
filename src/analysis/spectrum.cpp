#include "neurode/analysis/spectrum.hpp"

#include <Spectra/GenEigsSolver.h>
#include <Spectra/SymEigsSolver.h>
#include <fmt/format.h>
#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <vector>

#include "neurode/core/errors.hpp"
#include "neurode/core/random.hpp"

namespace neurode::analysis {

namespace {

using Complex = std::complex<double>;

/// A v, as Spectra asks for it.
class Products {
 public:
  using Scalar = double;
  Products(Index n, const Product& product) : n_(n), product_(product) {}
  Index rows() const { return n_; }
  Index cols() const { return n_; }
  void perform_op(const double* v, double* av) const { product_(v, av); }

 private:
  Index n_;
  const Product& product_;
};

constexpr int kRestarts = 2000;
constexpr double kConverged = 1e-10;  ///< residual, relative to the eigenvalue
constexpr double kSymmetric = 1e-8;   ///< the same where the error is its square

/// Numbers of Krylov vectors beside `wanted`, as Spectra's authors advise.
Index krylov(Index n, Index wanted) { return std::min(n, std::max<Index>(4 * wanted, 40)); }

/// About the largest |eigenvalue|, from below.
double power_iteration(Index n, const Product& product) {
  const CounterRandom random(0, "power iteration");
  Vector v(n), av(n);
  for (Index i = 0; i < n; ++i) v[i] = random.normal(static_cast<std::uint64_t>(i));
  for (int k = 0; k < 10 && v.norm() > 0; ++k) {
    v.normalize();
    product(v.data(), av.data());
    v.swap(av);
  }
  return v.norm();
}

Matrix dense(Index n, const Product& product) {
  Matrix a(n, n);
  Vector unit = Vector::Zero(n);
  for (Index k = 0; k < n; ++k) {
    unit[k] = 1;
    product(unit.data(), a.col(k).data());
    unit[k] = 0;
  }
  if (!a.allFinite()) throw NumericalError("a matrix whose eigenvalues are wanted is not finite");
  return a;
}

bool before(const Complex& a, const Complex& b) {
  if (a.real() != b.real()) return a.real() > b.real();
  return a.imag() > b.imag();
}

/// Below this a real part is rounding: the eigenvalues' own size times the error of an eigenvalue of a full matrix.
double rounding_of(const Eigen::VectorXcd& values) {
  return 1e-10 * std::max(values.cwiseAbs().maxCoeff(), std::numeric_limits<double>::min());
}

}  // namespace

Spectrum spectrum(System& system, double t, const Vector& x, Index largest_dense, Index count) {
  const Index n = system.size();
  Spectrum out;
  if (n <= largest_dense) {
    Matrix j(n, n);
    system.jacobian(t, x.data(), j);
    if (!j.allFinite()) throw NumericalError(fmt::format("the Jacobian at t = {:g} is not finite", t));
    const Eigen::EigenSolver<Matrix> solver(j, false);
    if (solver.info() != Eigen::Success) throw NumericalError("the eigenvalues of the Jacobian do not converge");
    out.values = solver.eigenvalues();
  } else {
    const Product product = [&](const double* v, double* jv) { system.jvp(t, x.data(), v, jv); };
    Products products(n, product);
    const Index wanted = std::min(count, n - 2);
    Spectra::GenEigsSolver<Products> solver(products, wanted, krylov(n, wanted));
    solver.init();
    solver.compute(Spectra::SortRule::LargestReal, kRestarts, kConverged, Spectra::SortRule::LargestReal);
    if (solver.info() != Spectra::CompInfo::Successful) {
      throw NumericalError(fmt::format("the {} eigenvalues furthest to the right do not converge", wanted));
    }
    out.values = solver.eigenvalues();
    out.whole = false;
  }
  std::sort(out.values.begin(), out.values.end(), before);
  return out;
}

double spectral_radius(Index n, const Product& product, Index largest_dense) {
  if (n <= std::max<Index>(largest_dense, 3)) {
    const Eigen::EigenSolver<Matrix> solver(dense(n, product), false);
    if (solver.info() != Eigen::Success) throw NumericalError("the eigenvalues of a matrix do not converge");
    return solver.eigenvalues().cwiseAbs().maxCoeff();
  }
  Products products(n, product);
  Spectra::GenEigsSolver<Products> solver(products, 1, krylov(n, 1));
  solver.init();
  solver.compute(Spectra::SortRule::LargestMagn, kRestarts, kConverged);
  if (solver.info() != Spectra::CompInfo::Successful) {
    throw NumericalError("the largest eigenvalue of a matrix does not converge");
  }
  return std::abs(solver.eigenvalues()[0]);
}

SymmetricSpectrum symmetric_spectrum(Index n, const Product& product, Index largest_dense, Index count) {
  SymmetricSpectrum out;
  if (n <= std::max(largest_dense, 2 * count)) {
    const Matrix a = dense(n, product);
    const Eigen::SelfAdjointEigenSolver<Matrix> solver(0.5 * (a + a.transpose()));
    if (solver.info() != Eigen::Success) throw NumericalError("the eigenvalues of a symmetric matrix do not converge");
    out.values = solver.eigenvalues();
    out.vectors = solver.eigenvectors();
    return out;
  }
  // Residuals are compared with the eigenvalue: shifted, none is near 0.
  const double shift = 2 * power_iteration(n, product);
  const Product shifted = [&](const double* v, double* av) {
    product(v, av);
    Eigen::Map<Vector>(av, n) += shift * Eigen::Map<const Vector>(v, n);
  };
  Products products(n, shifted);
  Spectra::SymEigsSolver<Products> solver(products, 2 * count, krylov(n, 2 * count));
  solver.init();
  solver.compute(Spectra::SortRule::BothEnds, kRestarts, kSymmetric, Spectra::SortRule::SmallestAlge);
  if (solver.info() != Spectra::CompInfo::Successful) {
    throw NumericalError(fmt::format("the {} lowest and highest eigenvalues do not converge", count));
  }
  out.values = solver.eigenvalues().array() - shift;
  out.vectors = solver.eigenvectors();
  out.whole = false;
  return out;
}

std::string_view rest_kind_name(RestKind k) {
  switch (k) {
    case RestKind::stable_node:
      return "stable node";
    case RestKind::stable_focus:
      return "stable focus";
    case RestKind::unstable_node:
      return "unstable node";
    case RestKind::unstable_focus:
      return "unstable focus";
    case RestKind::saddle:
      return "saddle";
    case RestKind::saddle_focus:
      return "saddle-focus";
    case RestKind::marginal:
      break;
  }
  return "marginal";
}

Stability stability(const Spectrum& s) {
  Stability out;
  double smallest = 0;  // real part; 0: none
  const double rounding = rounding_of(s.values);
  bool marginal = false, decays = false;
  const Complex* slowest = nullptr;  // decay
  const Complex* growth = nullptr;   // fastest
  for (const Complex& v : s.values) {
    if (std::abs(v.real()) <= rounding) {
      marginal = true;
      continue;
    }
    if (smallest == 0 || std::abs(v.real()) < smallest) smallest = std::abs(v.real());
    if (v.real() > 0) {
      ++out.unstable;
      if (!growth) growth = &v;
    } else {
      decays = true;
      if (!slowest) slowest = &v;
    }
  }
  out.slowest_time = 1 / smallest;
  decays = decays || !s.whole;
  const auto turns = [&](const Complex* v) { return v && std::abs(v->imag()) > rounding; };
  if (marginal) {
    out.kind = RestKind::marginal;
  } else if (out.unstable == 0) {
    out.kind = turns(slowest) ? RestKind::stable_focus : RestKind::stable_node;
  } else if (!decays) {
    out.kind = turns(growth) ? RestKind::unstable_focus : RestKind::unstable_node;
  } else {
    out.kind = turns(slowest) || turns(growth) ? RestKind::saddle_focus : RestKind::saddle;
  }
  return out;
}

}  // namespace neurode::analysis
