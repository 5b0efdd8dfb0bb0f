#pragma once

#include "learning/build.hpp"

namespace neurode::learning {

RuleEntry gradient_flow();

/// Gradient flow on a recurrent network whose activity sits at its fixed point.
Problem recurrent_adiabatic_problem(const Setup& setup);

}  // namespace neurode::learning
