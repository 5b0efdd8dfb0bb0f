#pragma once

#include <complex>
#include <memory>
#include <string>
#include <vector>

#include "neurode/integrate/method.hpp"

namespace neurode::integrate {

/// A Rosenbrock method as data, in the form that needs no product with J:
///
///     (I / (gamma dt) - J) u_i = F(t + alpha_i dt, x + sum_{j<i} a_ij u_j) + sum_{j<i} (c_ij / dt) u_j
///                                + gamma_i dt dF/dt,            J and dF/dt at (t, x)
///     x_new = x + sum m_i u_i,   error = sum (m_i - m_embedded_i) u_i
///     x(theta) = (1 - theta) x + theta x_new + theta (1 - theta) sum_m theta^m sum_i bulge[m]_i u_i
///
/// @par Source  E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, 2nd ed. (1996), IV.7
struct RosenbrockTableau {
  std::string name = {};
  std::string summary = {};
  std::string citation = {};
  int order = 1;
  int embedded_order = 0;
  int dense_order = 3;
  double gamma = 0;
  std::vector<std::vector<double>> a = {};  ///< rows 2 ... s; row i has i - 1 numbers
  std::vector<std::vector<double>> c = {};  ///< likewise
  std::vector<double> alpha = {};
  std::vector<double> gamma_sum = {};  ///< gamma_i
  std::vector<double> m = {};
  std::vector<double> m_embedded = {};
  std::vector<std::vector<double>> bulge = {};  ///< empty: the cubic through both ends with their slopes

  std::size_t stages() const { return m.size(); }
  /// Does stage i (from 0) take F at the same point as the stage before?
  bool same_point(std::size_t i) const;
  /// Is the last stage's F that at the end of the step?
  bool fsal() const;
};

/// The coefficients of the untransformed method (Hairer, Wanner IV.7, (7.4)), in which the order conditions are stated:
///
///     k_i = dt F(x + sum alpha_ij k_j) + dt J sum gamma_ij k_j,   u_i = sum gamma_ij k_j,   x_new = x + sum b_i k_i
struct RosenbrockWeights {
  std::vector<std::vector<double>> alpha, gamma;  ///< s rows of s numbers
  std::vector<double> b, b_embedded;
  std::vector<std::vector<double>> bulge;

  /// Weights of k_i in x(theta) - x.
  std::vector<double> dense(double theta) const;
};
RosenbrockWeights untransformed(const RosenbrockTableau& t);

/// The tableau if its shape is right and, in untransformed coefficients, its rows sum to alpha and gamma_sum and its
/// weights to 1. @throws std::logic_error naming the method and the fault.
RosenbrockTableau checked(RosenbrockTableau t);

/// R(z) of x' = z x, dt = 1; with an infinite real part its limit.
std::complex<double> stability_function(const RosenbrockTableau& t, std::complex<double> z);

/// The entry of a tableau, all but `make`. Its stability on the whole negative axis is taken for granted (and tested).
MethodEntry describe(const RosenbrockTableau& t);
std::unique_ptr<Stepper> make_rosenbrock(const RosenbrockTableau& t, System& system, Statistics& statistics);

template <const RosenbrockTableau& (*tableau)()>
MethodEntry rosenbrock_entry() {
  MethodEntry e = describe(tableau());
  e.make = [](System& system, Statistics& statistics, const Options&) {
    return make_rosenbrock(tableau(), system, statistics);
  };
  return e;
}

}  // namespace neurode::integrate
