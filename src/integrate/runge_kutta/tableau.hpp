#pragma once

#include <memory>
#include <string>
#include <vector>

#include "neurode/integrate/method.hpp"

namespace neurode::integrate {

/// An explicit Runge-Kutta method as data: its coefficients and what is claimed of them.
///
///     k_i   = F(t + c_i dt, x + dt sum_{j<i} a_ij k_j)
///     x_new = x + dt sum b_i k_i,   error = dt sum (b_i - b_embedded_i) k_i
///
/// Between the ends: the cubic Hermite polynomial through x, x_new with slopes F at both ends, plus
/// theta^2 (1 - theta)^2 dt sum bulge_i k_i where the method has such a quartic extension.
struct Tableau {
  std::string name;
  std::string summary;
  std::string citation;
  int order = 1;
  int embedded_order = 0;
  int dense_order = 1;
  double real_stability = 0;           ///< |R(z)| <= 1 on [-real_stability, 0]
  bool fsal = false;                   ///< the last stage is F at the end of the step
  std::vector<std::vector<double>> a;  ///< rows 2 ... s; row i has i - 1 numbers
  std::vector<double> b;
  std::vector<double> c;
  std::vector<double> b_embedded;  ///< empty: fixed step only
  std::vector<double> bulge;       ///< empty: the cubic alone

  std::size_t stages() const { return b.size(); }
};

/// The tableau, if its shape is right, its rows sum to c, its weights to 1 and its bulge to 0, and if its last row is b
/// where it says FSAL. @throws std::logic_error naming the method and the fault.
Tableau checked(Tableau t);

/// What methods() says of a tableau, all but `make`.
MethodEntry describe(const Tableau& t);

/// A stepper that runs this tableau through odeint's generic Runge-Kutta algorithm.
/// @throws std::logic_error for a number of stages that is not instantiated (runge_kutta/stages_*.cpp).
std::unique_ptr<Stepper> make_runge_kutta(const Tableau& t, System& system, Statistics& statistics);

/// The entry of the tableau that `tableau` returns.
template <const Tableau& (*tableau)()>
MethodEntry runge_kutta_entry() {
  MethodEntry e = describe(tableau());
  e.make = [](System& system, Statistics& statistics) { return make_runge_kutta(tableau(), system, statistics); };
  return e;
}

}  // namespace neurode::integrate
