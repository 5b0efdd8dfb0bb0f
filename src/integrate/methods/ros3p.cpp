#include <numbers>

#include "integrate/rosenbrock/tableau.hpp"

namespace neurode::integrate {

// Three stages, the paper's 16-digit numbers in closed form, and a fourth of our own for the error: the paper's
// embedded formula, like every second-order one over these stages, has the stability function of the method itself, so
// its estimate is exactly 0 on linear autonomous systems, however large the step. The fourth stage, at the step's end
// (whose F the next step takes over), is that of a stiffly accurate formula of order 2, beta_4 = (-.3145, 0, .5258,
// gamma); a third of it makes the estimate on quadratures the paper's, and about .24 |x| for dt J -> -infinity.
const RosenbrockTableau& ros3p() {
  static const double root = std::numbers::sqrt3, g = 0.5 + root / 6, r = 3 - root;
  static const RosenbrockTableau t = checked({
      .name = "ros3p",
      .summary = "ROS3P 3(2), A-stable, two right-hand sides a step: stiff problems without order reduction",
      .citation = "J. Lang, J. Verwer, BIT 41 (2001) 731-738 (method; the error estimate is our own)",
      .order = 3,
      .embedded_order = 2,
      .dense_order = 3,
      .gamma = g,
      .a = {{r}, {r, 0}, {2, root / 3, 1 - root / 3}},
      .c = {{-r * r}, {-2 * root, -root}, {1 - root, 1 - root / 3, 4 * root / 3 - 2}},
      .alpha = {0, 1, 1, 1},
      .gamma_sum = {g, g - 1, 0.5 - 2 * g, 0},
      .m = {2, root / 3, 1 - root / 3, 0},
      .m_embedded = {2, root / 3, 1 - root / 3, 1.0 / 3},
  });
  return t;
}

}  // namespace neurode::integrate
