#pragma once

#include "learning/build.hpp"

namespace neurode::learning {

RuleEntry adjoint();
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

}  // namespace neurode::learning
