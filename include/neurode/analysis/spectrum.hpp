#pragma once

#include <Eigen/Core>
#include <functional>
#include <string_view>

#include "neurode/dynamics/system.hpp"

namespace neurode::analysis {

/// Eigenvalues of J(t, x), by falling real part; of a complex pair the one with the positive imaginary part first.
struct Spectrum {
  Eigen::VectorXcd values;
  bool whole = true;  ///< all of them; else those furthest to the right
};

/// All eigenvalues up to `largest_dense` states (dense QR iteration); beyond it, the `count` furthest to the right,
/// from products J v alone (implicitly restarted Arnoldi method).
/// @throws NumericalError where J is not finite or the iteration does not converge
Spectrum spectrum(System& system, double t, const Vector& x, Index largest_dense = 1000, Index count = 12);

/// A product with a matrix: av = A v.
using Product = std::function<void(const double* v, double* av)>;

/// The largest |eigenvalue| of a matrix of n rows known by its products: of all up to `largest_dense` rows, beyond it
/// by the implicitly restarted Arnoldi method. @throws NumericalError as spectrum()
double spectral_radius(Index n, const Product& product, Index largest_dense = 1000);

/// Eigenvalues of a symmetric matrix, ascending.
struct SymmetricSpectrum {
  Vector values;
  bool whole =
      true;        ///< all of them; else the lowest half of `values` are the lowest of the matrix, the rest the highest
  Matrix vectors;  ///< of length 1, a column each
};

/// All of them up to `largest_dense` rows; beyond it the `count` lowest and the `count` highest, from products alone
/// (implicitly restarted Lanczos method). @throws NumericalError as spectrum()
SymmetricSpectrum symmetric_spectrum(Index n, const Product& product, Index largest_dense = 500, Index count = 10);

/// What a state of rest is by its eigenvalues.
enum class RestKind {
  stable_node,
  stable_focus,  ///< the slowest decay turns
  unstable_node,
  unstable_focus,
  saddle,        ///< some directions decay, others grow
  saddle_focus,  ///< the same, where the slowest decay or the fastest growth turns
  marginal,      ///< an eigenvalue has no real part, up to rounding: rest is not isolated, or at a bifurcation
};
std::string_view rest_kind_name(RestKind k);

struct Stability {
  RestKind kind = RestKind::marginal;
  Index unstable = 0;       ///< eigenvalues with a positive real part, of those known
  double slowest_time = 0;  ///< 1 / the smallest |real part| that is not 0 up to rounding; infinite where there is none
};
Stability stability(const Spectrum& s);

}  // namespace neurode::analysis
