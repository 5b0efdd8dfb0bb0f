#pragma once

#include "neurode/equations/graph.hpp"

namespace neurode::equations {

/// What an op computes from numbers: the reference that constant folding and evaluate() use and the tape is tested
/// against. NaN operands give NaN (min, max, relu, sign, heaviside included), except in comparisons (false, != true)
/// and in `and`, `or`, `not`, `where`, to which NaN is true like any number that is not 0.
double apply(Op op, double a, double b = 0, double c = 0);

}  // namespace neurode::equations
