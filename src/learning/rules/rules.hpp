#pragma once

#include "learning/build.hpp"

namespace neurode::learning {

RuleEntry contrastive_hebbian();
RuleEntry direct_feedback_alignment();
RuleEntry eprop();
RuleEntry equilibrium_propagation();
RuleEntry feedback_alignment();
RuleEntry force();
RuleEntry gradient_flow();
RuleEntry node_perturbation();
RuleEntry latent_equilibrium();
RuleEntry predictive_coding();
RuleEntry rflo();
RuleEntry rtrl();
RuleEntry three_factor();

/// Sensitivities carried forward with activity: rtrl with mode = "online".
Problem rtrl_online(const Setup& setup);
void check_rtrl_online(const Setup& setup, Diagnostics& diagnostics);

/// Gradient flow on a recurrent network whose activity sits at its fixed point.
Problem recurrent_adiabatic_problem(const Setup& setup);

}  // namespace neurode::learning
