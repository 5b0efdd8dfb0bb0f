#include "integrate/runge_kutta/tableau.hpp"

namespace neurode::integrate {

const Tableau& heun() {
  static const Tableau t = checked({
      .name = "heun",
      .summary = "explicit trapezoidal rule (Heun, improved Euler): order 2, fixed step",
      .citation = "K. Heun, Z. Math. Phys. 45 (1900) 23-38",
      .order = 2,
      .dense_order = 2,
      .real_stability = 2,
      .a = {{1}},
      .b = {0.5, 0.5},
      .c = {0, 1},
  });
  return t;
}

}  // namespace neurode::integrate
