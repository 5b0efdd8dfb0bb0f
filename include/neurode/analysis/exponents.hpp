#pragma once

#include <functional>
#include <vector>

#include "neurode/dynamics/system.hpp"
#include "neurode/integrate/options.hpp"

namespace neurode::analysis {

struct ExponentsOptions {
  Index count = 1;      ///< how many, from the largest on
  double t0 = 0;        ///< where x is the state
  double skip = 0;      ///< time that does not count, for the state and the directions to come to the attractor
  double span = 0;      ///< time that does
  double interval = 0;  ///< between two orthonormalisations
  integrate::Options integrator;
  std::function<bool()> interrupt{};
};

struct Exponents {
  Vector values, errors;       ///< 1 / time; the standard error from the means of 20 pieces of the span
  std::vector<double> times;   ///< since the start of what counts
  std::vector<Vector> course;  ///< the means up to those times
  double divergence = 0;       ///< mean of the trace of J, about what all exponents sum to; NaN where not all are known
  /// Kaplan and Yorke's dimension; NaN where the exponents known do not tell.
  double dimension = 0;
  bool complete = true;
};

/// Lyapunov exponents from the variational equations dQ/dt = J(t, x) Q, integrated with x under one error control, made
/// orthonormal by QR decompositions.
/// @par Source  G. Benettin, L. Galgani, A. Giorgilli, J.-M. Strelcyn, Meccanica 15 (1980) 9-20 and 21-30
/// @throws NumericalError where the integration fails
Exponents lyapunov_exponents(System& system, const Vector& x, const ExponentsOptions& options);

}  // namespace neurode::analysis
