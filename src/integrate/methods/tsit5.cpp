#include "integrate/runge_kutta/tableau.hpp"

namespace neurode::integrate {

// The paper gives b - b_embedded with a sign slip in its last number: it is -1/66 (order conditions, tested).
// Its free interpolant is the Hermite cubic plus a bulge whose weights are the polynomials' leading coefficients.
const Tableau& tsit5() {
  static const Tableau t = checked({
      .name = "tsit5",
      .summary = "Tsitouras 5(4): adaptive, the default for problems that are not stiff",
      .citation = "Ch. Tsitouras, Comput. Math. Appl. 62 (2011) 770-775",
      .order = 5,
      .embedded_order = 4,
      .dense_order = 4,
      .real_stability = 3.506847,
      .fsal = true,
      .a = {{0.161},
            {-0.008480655492356988544, 0.3354806554923569885},
            {2.897153057105493432, -6.359448489975074843, 4.362295432869581411},
            {5.325864828439256604, -11.74888356406282788, 7.495539342889836208, -0.09249506636175524925},
            {5.861455442946420029, -12.92096931784710929, 8.159367898576158643, -0.07158497328140099722,
             -0.02826905039406838291},
            {0.09646076681806522952, 0.01, 0.4798896504144995748, 1.379008574103741893, -3.290069515436080680,
             2.324710524099773982}},
      .b = {0.09646076681806522952, 0.01, 0.4798896504144995748, 1.379008574103741893, -3.290069515436080680,
            2.324710524099773982, 0},
      .c = {0, 0.161, 0.327, 0.9, 0.9800255409045096857, 1, 1},
      .b_embedded = {0.09468075576583945807, 0.009183565540343253097, 0.4877705284247615708, 1.234297566930478986,
                     -2.707712349983525455, 1.866628418170587036, 1.0 / 66},
      .bulge = {{-1.0530884977290216, 0.1017, 2.490627285651252793, -16.54810288924490272, 47.37952196281928122,
                 -34.87065786149660974, 2.5}},
  });
  return t;
}

}  // namespace neurode::integrate
