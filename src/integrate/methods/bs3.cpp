#include "integrate/runge_kutta/tableau.hpp"

namespace neurode::integrate {

const Tableau& bs3() {
  static const Tableau t = checked({
      .name = "bs3",
      .summary = "Bogacki-Shampine 3(2): adaptive, for loose tolerances (1e-2 ... 1e-4)",
      .citation = "P. Bogacki, L. F. Shampine, Appl. Math. Lett. 2 (1989) 321-325",
      .order = 3,
      .embedded_order = 2,
      .dense_order = 3,
      .real_stability = 2.512745326618329,
      .fsal = true,
      .a = {{0.5}, {0, 0.75}, {2.0 / 9, 1.0 / 3, 4.0 / 9}},
      .b = {2.0 / 9, 1.0 / 3, 4.0 / 9, 0},
      .c = {0, 0.5, 0.75, 1},
      .b_embedded = {7.0 / 24, 1.0 / 4, 1.0 / 3, 1.0 / 8},
  });
  return t;
}

}  // namespace neurode::integrate
