#pragma once

#include <vector>

#include "neurode/analysis/subsystem.hpp"

namespace neurode::study {

/// A system as activity and error signals, which are fast, and weights with the states of flows and local rules, which
/// are slow: x' = f(x, w), w' = g(x, w).
/// @par Source  P. Kokotovic, H. K. Khalil, J. O'Reilly, Singular Perturbation Methods in Control (Academic Press,
/// 1986), ch. 2
class SlowFast {
 public:
  explicit SlowFast(System& system);

  /// Are there both?
  bool both() const { return !fast_.empty() && !slow_.empty(); }

  struct Rates {
    double fast = 0;  ///< the slowest decay of x while w is held: -max Re of the eigenvalues of f_x; < 0: it grows
    double slow = 0;  ///< the fastest of w while x follows: max |eigenvalue| of g_w - g_x f_x^-1 f_w; NaN: too large
  };
  Rates rates(double t, const Vector& x);

  /// How far the state is from the adiabatic limit, in which x sits where f(x, w) = 0.
  struct Distance {
    double motion = 0;    ///< |w' - w'_adiabatic| / |w'_adiabatic|, of weights alone
    double activity = 0;  ///< |x - x_adiabatic| / |x_adiabatic|, of activity alone
  };
  /// NaN where Newton's method finds no such x from here.
  Distance distance(double t, const Vector& x);

 private:
  System& system_;
  std::vector<Index> fast_, slow_, activity_, weights_;
};

}  // namespace neurode::study
