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

/// Gradient flow on a recurrent network whose activity sits at its fixed point.
Problem recurrent_adiabatic_problem(const Setup& setup);
/// The gradient of the loss of such a network on samples of its own (null: none), all at once, with values of its
/// program to sample.
std::unique_ptr<Gradient> fixed_point_gradient(const Setup& setup, const network::Samples* samples, ValueId& loss,
                                               ValueId& output);

}  // namespace neurode::learning
