#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "neurode/analysis/spectrum.hpp"

namespace neurode::analysis {

/// Newton's method for F(t, x) = 0 at a fixed t.
class Newton {
 public:
  /// Up to `largest_dense` states with the pseudo-inverse of J, so that rest that is not isolated (a conserved sum, a
  /// phase) is found where it is nearest; beyond, with a sparse LU, or GMRES where J is not sparse.
  explicit Newton(System& system, Index largest_dense = 400);
  ~Newton();

  /// Moves x to a zero of F. Steps are halved until the simplified Newton correction shrinks; a step below
  /// 1e-12 |x_i| + 1e-13 in all i ends it. False where that is not reached in `most` steps; x is then anything.
  /// @par Source  P. Deuflhard, Newton Methods for Nonlinear Problems (Springer, 2004), algorithm NLEQ-ERR
  bool solve(double t, Vector& x, int most = 60);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct FixedPoint {
  Vector x;
  double residual = 0;  ///< max |F_i|
  int found = 0;        ///< starts that led there
  Spectrum spectrum;
  Stability stability;
};

struct FixedPointSearch {
  double t = 0;                ///< the time at which F is looked at
  std::vector<Vector> starts;  ///< from which Newton's method is started
  Vector low, high;            ///< a box for further starts, drawn at random; empty: none
  int random = 100;            ///< how many
  std::uint64_t seed = 0;
  double distance = 1e-6;  ///< two are the same where |x_i - y_i| <= distance * (1 + |x_i|) for all i
  std::function<bool()> interrupt{};
};

/// Fixed points of the system at search.t, each once, the stable ones first, then by their first elements. None is
/// promised to be the last: a search that finds nothing new in many starts is what there is.
/// @throws NumericalError where eigenvalues cannot be had
std::vector<FixedPoint> find_fixed_points(System& system, const FixedPointSearch& search);

}  // namespace neurode::analysis
