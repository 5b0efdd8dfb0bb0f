#include "integrate/runge_kutta/tableau.hpp"

namespace neurode::integrate {

const Tableau& midpoint() {
  static const Tableau t = checked({
      .name = "midpoint",
      .summary = "explicit midpoint rule: order 2, fixed step",
      .citation = "C. Runge, Math. Ann. 46 (1895) 167-178",
      .order = 2,
      .dense_order = 2,
      .real_stability = 2,
      .a = {{0.5}},
      .b = {0, 1},
      .c = {0, 0.5},
  });
  return t;
}

}  // namespace neurode::integrate
