#pragma once

#include "learning/build.hpp"

namespace neurode::learning {

RuleEntry direct_feedback_alignment();
RuleEntry feedback_alignment();
RuleEntry gradient_flow();
RuleEntry predictive_coding();

/// The gradient of the loss on all training samples, activity at its fixed point.
std::unique_ptr<Gradient> fixed_point_gradient(const Setup& setup);
/// Gradient flow on a recurrent network whose activity sits at its fixed point.
Problem recurrent_adiabatic_problem(const Setup& setup);

}  // namespace neurode::learning
