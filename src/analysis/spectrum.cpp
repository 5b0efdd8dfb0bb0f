#include "neurode/analysis/spectrum.hpp"

#include <Spectra/GenEigsSolver.h>
#include <fmt/format.h>
#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <vector>

#include "neurode/core/errors.hpp"

namespace neurode::analysis {

namespace {

using Complex = std::complex<double>;

/// J v, as Spectra asks for it.
class Products {
 public:
  using Scalar = double;
  Products(System& system, double t, const Vector& x) : system_(system), t_(t), x_(x) {}
  Index rows() const { return system_.size(); }
  Index cols() const { return system_.size(); }
  void perform_op(const double* v, double* jv) const { system_.jvp(t_, x_.data(), v, jv); }

 private:
  System& system_;
  double t_;
  const Vector& x_;
};

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
    Products products(system, t, x);
    const Index wanted = std::min(count, n - 2);
    Spectra::GenEigsSolver<Products> solver(products, wanted, std::min(n, std::max<Index>(4 * wanted, 40)));
    solver.init();
    solver.compute(Spectra::SortRule::LargestReal, 2000, 1e-10, Spectra::SortRule::LargestReal);
    if (solver.info() != Spectra::CompInfo::Successful) {
      throw NumericalError(fmt::format("the {} eigenvalues furthest to the right do not converge", wanted));
    }
    out.values = solver.eigenvalues();
    out.whole = false;
  }
  std::sort(out.values.begin(), out.values.end(), before);
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
