#pragma once

#include <vector>

namespace neurode::integrate {

/// Three-term recurrence of polynomials P_j with P_j(0) = 1:
///
///     P_1(z) = 1 + mu_1 z,   P_j(z) = (1 + kappa_j + mu_j z) P_{j-1}(z) - kappa_j P_{j-2}(z)
///
/// As a Runge-Kutta method: X_j = dt mu_j F(t + c_{j-1} dt, X_{j-1}) + (1 + kappa_j) X_{j-1} - kappa_j X_{j-2}.
struct Recurrence {
  struct Step {
    double mu = 0, kappa = 0;
    double c = 0;  ///< X_j is at t + c dt
  };
  std::vector<Step> steps;

  int degree() const { return static_cast<int>(steps.size()); }
};

/// The recurrence of the polynomials orthogonal on [left, right] with the weight w(z)^2 / sqrt((z - left) (right - z)),
/// w(z) = sum w_i z^i. Discretised Stieltjes procedure with Gauss-Chebyshev nodes, for which all sums are exact.
/// @par Source  W. Gautschi, Orthogonal Polynomials: Computation and Approximation (2004), 2.2.3
Recurrence orthogonal_recurrence(double left, double right, const std::vector<double>& w, int degree);

/// sum c_i z^i
inline double value(const std::vector<double>& c, double z) {
  double v = 0;
  for (auto i = c.rbegin(); i != c.rend(); ++i) v = v * z + *i;
  return v;
}

}  // namespace neurode::integrate
