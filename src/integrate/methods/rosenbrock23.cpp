#include <numbers>

#include "integrate/rosenbrock/tableau.hpp"

namespace neurode::integrate {

// The paper's k_1, k_2, k_3 are u_1 / (gamma dt), (u_1 + u_2) / (gamma dt) and (2 u_1 + e32 u_2 + u_3) / (gamma dt),
// its d is gamma.
const RosenbrockTableau& rosenbrock23() {
  static const double e32 = 6 + std::numbers::sqrt2, g = 1 / (2 + std::numbers::sqrt2);
  static const RosenbrockTableau t = checked({
      .name = "rosenbrock23",
      .summary = "Shampine and Reichelt 2(3), L-stable: stiff problems at loose tolerances",
      .citation = "L. F. Shampine, M. W. Reichelt, SIAM J. Sci. Comput. 18 (1997) 1-22",
      .order = 2,
      .embedded_order = 3,
      .dense_order = 2,
      .gamma = g,
      .a = {{0.5 / g}, {1 / g, 1 / g}},
      .c = {{-1 / g}, {-2 / g, -e32 / g}},
      .alpha = {0, 0.5, 1},
      .gamma_sum = {g, 0, -g},
      .m = {1 / g, 1 / g, 0},
      .m_embedded = {7 / (6 * g), (4 + e32) / (6 * g), 1 / (6 * g)},
      .bulge = {{0, -1 / (g * (1 - 2 * g)), 0}},
  });
  return t;
}

}  // namespace neurode::integrate
