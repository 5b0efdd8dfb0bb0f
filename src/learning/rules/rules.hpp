#pragma once

#include "learning/build.hpp"

namespace neurode::learning {

RuleEntry direct_feedback_alignment();
RuleEntry feedback_alignment();
RuleEntry gradient_flow();
RuleEntry predictive_coding();

/// Gradient flow on a recurrent network whose activity sits at its fixed point.
Problem recurrent_adiabatic_problem(const Setup& setup);

}  // namespace neurode::learning
