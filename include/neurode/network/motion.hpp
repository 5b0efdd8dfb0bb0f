#pragma once

#include "neurode/dynamics/program.hpp"

namespace neurode::network {

/// What weights or a bias keep to, whatever rule moves them: keys `rate`, `decay`, `l1`, `bounds`, `bound`, `dale`.
struct Motion {
  double rate = 1;   ///< factor of how fast they move
  double decay = 0;  ///< decay |w|^2/2 is added to what is to be small
  double l1 = 0;     ///< and l1 * sum of (sqrt(w^2 + width^2) - width)
  double l1_width = 1e-3;
  bool soft = false;
  Matrix low, high;  ///< bounds, 1 x 1 or in the shape of the weights; empty: none

  bool bounded() const { return low.size() > 0; }
  bool penalised() const { return decay > 0 || l1 > 0; }
};

/// What decay and l1 add to the slope by each weight; the constant 0 where there are none.
equations::Node penalty_slope(Program& program, const Motion& motion, ValueId weights);
/// What they add to the loss, each weight its part.
equations::Node penalty(Program& program, const Motion& motion, ValueId weights);
/// A rate of the weights within their bounds. Hard: what leads on from a bound is 0, so that the flow is the projected
/// one. Soft: what leads up is multiplied by (high - w)/(high - low), what leads down by (w - low)/(high - low).
/// @par Source  P. Dupuis, A. Nagurney, Ann. Oper. Res. 44 (1993) 9-42; R. Guetig, R. Aharonov, S. Rotter, H.
/// Sompolinsky, J. Neurosci. 23 (2003) 3697-3714 (soft: their mu = 1).
equations::Node within_bounds(Program& program, const Motion& motion, ValueId weights, equations::Node rate);
/// The rate of weights that a rule moves by `rate` (invalid: not at all): factor, penalties, bounds.
ValueId moved(Program& program, const Motion& motion, ValueId weights, ValueId rate);

}  // namespace neurode::network
