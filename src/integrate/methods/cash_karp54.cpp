#include "integrate/runge_kutta/tableau.hpp"

namespace neurode::integrate {

const Tableau& cash_karp54() {
  static const Tableau t = checked({
      .name = "cash_karp54",
      .summary = "Cash-Karp 5(4): adaptive, as in Numerical Recipes",
      .citation = "J. R. Cash, A. H. Karp, ACM Trans. Math. Softw. 16 (1990) 201-222",
      .order = 5,
      .embedded_order = 4,
      .dense_order = 4,
      .real_stability = 3.7343596,
      .a = {{1.0 / 5},
            {3.0 / 40, 9.0 / 40},
            {3.0 / 10, -9.0 / 10, 6.0 / 5},
            {-11.0 / 54, 5.0 / 2, -70.0 / 27, 35.0 / 27},
            {1631.0 / 55296, 175.0 / 512, 575.0 / 13824, 44275.0 / 110592, 253.0 / 4096}},
      .b = {37.0 / 378, 0, 250.0 / 621, 125.0 / 594, 0, 512.0 / 1771},
      .c = {0, 1.0 / 5, 3.0 / 10, 3.0 / 5, 1, 7.0 / 8},
      .b_embedded = {2825.0 / 27648, 0, 18575.0 / 48384, 13525.0 / 55296, 277.0 / 14336, 1.0 / 4},
  });
  return t;
}

}  // namespace neurode::integrate
