#pragma once

#include <string>

#include "study/units.hpp"

namespace neurode::study {

/// The energy of a network with symmetric W along a trajectory.
///
/// Of units whose rate is linear in their input, dx/dt = A(x) + B(x) I with B > 0, that give g(x), not falling:
///
///     E = -1/2 y^T W y - b^T y - sum_i int_0^x_i A/B dg,    y = g(x),    dE/dt = -sum_i g'(x_i) x_i'^2 / B
///
/// Of units that relax to their output, dx/dt = k (f(I) - x) with k > 0 and f not falling:
///
///     E = -1/2 x^T W x - b^T x + sum_i int_0^x_i f^-1(s) ds,    dE/dt = -sum_i k (f(u_i) - x_i) (u_i - f^-1(x_i))
///
/// @par Source  M. A. Cohen, S. Grossberg, IEEE Trans. Syst. Man Cybern. 13 (1983) 815-826; J. J. Hopfield, PNAS 81
/// (1984) 3088-3092
class HopfieldEnergy {
 public:
  HopfieldEnergy(const network::Network& network, double t, const Vector& x);

  /// Why there is no such energy; "" where there is. An asymmetric W is no reason: E is that of its symmetric part.
  const std::string& refusal() const { return refusal_; }
  /// "Cohen-Grossberg" or "Hopfield, rate form".
  const std::string& form() const { return form_; }
  double asymmetry() const { return asymmetry_; }
  /// Does b depend on time, as far as it was asked for?
  bool driven() const { return driven_; }

  /// E at the next state of the trajectory. NaN outside of the range of f.
  double at(double t, const Vector& x);

 private:
  std::string form_at(double t, const Vector& x);
  Vector inverse(double t, const Vector& x);
  /// The integral of each unit from `from` to `to`: h' g, or f.
  Vector integral(double t, const Vector& from, const Vector& to);
  Vector integrand(double t, const Vector& z);
  Vector h(double t, const Vector& x);

  Units units_;
  std::string refusal_, form_;
  bool relaxes_ = false;  ///< the second form
  double asymmetry_ = 0;
  bool driven_ = false;
  Vector gain_, drive_;  ///< k; b at the start
  Vector last_, sum_;    ///< where the integral ends, and its value there
};

}  // namespace neurode::study
