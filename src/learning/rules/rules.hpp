#pragma once

#include "learning/build.hpp"

namespace neurode::learning {

RuleEntry contrastive_hebbian();
RuleEntry direct_feedback_alignment();
RuleEntry equilibrium_propagation();
RuleEntry feedback_alignment();
RuleEntry gradient_flow();
RuleEntry latent_equilibrium();
RuleEntry predictive_coding();

/// Gradient flow on a recurrent network whose activity sits at its fixed point.
Problem recurrent_adiabatic_problem(const Setup& setup);

}  // namespace neurode::learning
