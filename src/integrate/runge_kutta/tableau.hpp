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
/// With a second embedded formula, of lower order, `error` is scaled so that its norm becomes
///
///     |error|^2 / sqrt(|error|^2 + 0.01 |low|^2),   low = dt sum (b_i - b_low_i) k_i
///
/// which falls with a higher power of dt than either (E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary
/// Differential Equations I, 2nd ed. (1993), II.10).
///
/// Between the ends, with e the index of F at the end (the last stage of an FSAL method, or one more):
///
///     x(theta) = cubic Hermite through x, x_new with slopes k_1, k_e
///                + theta^2 (1 - theta)^2 dt sum_m (2 theta - 1)^m sum_i bulge[m]_i k_i
///
/// The bulge may use further stages, computed only where x is asked for inside the step (`extra`, numbered after e).
struct Tableau {
  std::string name = {};
  std::string summary = {};
  std::string citation = {};
  int order = 1;
  int embedded_order = 0;
  int low_order = 0;
  int dense_order = 1;
  double real_stability = 0;                ///< |R(z)| <= 1 on [-real_stability, 0]
  bool fsal = false;                        ///< the last stage is F at the end of the step
  std::vector<std::vector<double>> a = {};  ///< rows 2 ... s; row i has i - 1 numbers
  std::vector<double> b = {};
  std::vector<double> c = {};
  std::vector<double> b_embedded = {};  ///< empty: fixed step only
  std::vector<double> b_low = {};       ///< mostly empty
  // Dense output. Left empty it is the cubic alone up to dense order 3; above it checked() makes it (bootstrapped()).
  std::vector<std::vector<double>> bulge = {};
  std::vector<std::vector<double>> extra = {};  ///< a of the further stages: a number for every stage before
  std::vector<double> extra_c = {};

  std::size_t stages() const { return b.size(); }
  /// Index (from 0) of F at the end of the step.
  std::size_t end() const { return fsal ? stages() - 1 : stages(); }
  /// The error estimate is O(dt^error_order()).
  int error_order() const;
  /// Weights w_i(theta) of the dense output x + dt sum w_i k_i, over the stages, F at the end and the extra ones.
  std::vector<double> dense_weights(double theta) const;
};

/// The tableau, complete, if its shape is right, its rows sum to c, its weights to 1 and its bulge to 0, and if its
/// last row is b where it says FSAL. @throws std::logic_error naming the method and the fault.
Tableau checked(Tableau t);

/// `t`, which has no bulge, with one that makes its dense output of the order it claims (4 ... 7, below the method's):
/// F at a point of the cubic gives a quartic, F at two points of the quartic a quintic, and so on: 1, 3, 6 or 10
/// further right-hand sides, in steps where x is asked for between the ends. @par Source  W. H. Enright, K. R. Jackson,
/// S. P. Norsett, P. G. Thomsen, ACM Trans. Math. Softw. 12 (1986) 193-218; the points are our choice
Tableau bootstrapped(Tableau t);

/// What methods() says of a tableau, all but `make`.
MethodEntry describe(const Tableau& t);

/// A stepper that runs this tableau through odeint's generic Runge-Kutta algorithm.
/// @throws std::logic_error for a number of stages that is not instantiated (runge_kutta/stages_*.cpp).
std::unique_ptr<Stepper> make_runge_kutta(const Tableau& t, System& system, Statistics& statistics, const Options& o);

/// The entry of the tableau that `tableau` returns.
template <const Tableau& (*tableau)()>
MethodEntry runge_kutta_entry() {
  MethodEntry e = describe(tableau());
  e.make = [](System& system, Statistics& statistics, const Options& o) {
    return make_runge_kutta(tableau(), system, statistics, o);
  };
  return e;
}

}  // namespace neurode::integrate
