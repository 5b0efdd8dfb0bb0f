#include "integrate/runge_kutta/tableau.hpp"

namespace neurode::integrate {

const Tableau& rk4() {
  static const Tableau t = checked({
      .name = "rk4",
      .summary = "the classical Runge-Kutta method: order 4, fixed step",
      .citation = "W. Kutta, Z. Math. Phys. 46 (1901) 435-453",
      .order = 4,
      .dense_order = 3,
      .real_stability = 2.785293563405282,
      .a = {{0.5}, {0, 0.5}, {0, 0, 1}},
      .b = {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6},
      .c = {0, 0.5, 0.5, 1},
  });
  return t;
}

}  // namespace neurode::integrate
