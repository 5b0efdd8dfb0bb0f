#include "integrate/runge_kutta/tableau.hpp"

namespace neurode::integrate {

const Tableau& euler() {
  static const Tableau t = checked({
      .name = "euler",
      .summary = "explicit Euler: order 1, the baseline of baselines",
      .citation = "L. Euler, Institutionum calculi integralis I (1768), part 2, ch. 7",
      .order = 1,
      .dense_order = 1,
      .real_stability = 2,
      .b = {1},
      .c = {0},
  });
  return t;
}

}  // namespace neurode::integrate
