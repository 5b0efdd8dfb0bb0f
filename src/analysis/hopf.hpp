#pragma once

#include <complex>

#include "neurode/analysis/spectrum.hpp"

namespace neurode::analysis {

/// Of the complex pairs the one nearest to the imaginary axis; 0 where all eigenvalues are real.
std::complex<double> nearest_pair(const Spectrum& s);

/// The first Lyapunov coefficient of a Hopf point (t, x) whose pair is +-i omega: below 0 the orbit that is born is
/// stable within the plane of the pair, above 0 not. From differences of products J v, right to about 5 digits.
/// @par Source  Y. A. Kuznetsov, Elements of Applied Bifurcation Theory, 3rd ed. (Springer, 2004), eq. 5.62
double first_lyapunov_coefficient(System& system, double t, const Vector& x, double omega);

}  // namespace neurode::analysis
