#pragma once

#include "learning/build.hpp"

namespace neurode::learning {

/// Keys of rules whose loss is an integral over an episode. `needed`: the rule cannot do without.
ParameterTable episode_parameters(bool needed);
/// Reports what has no such gradient: white noise, local rules; and episodes that do not fit the data.
void check_episode(const Setup& setup, Diagnostics& diagnostics);

enum class Way { backward, forward };
/// Weights that move by the gradient of the integral of the loss over an episode, from the scenario's initial state:
/// `way` says whether it comes from the adjoint or from sensitivities, which give the same numbers.
Problem episode_problem(const Setup& setup, Way way);
/// States times weights, all samples together.
double sensitivities(const Setup& setup);

}  // namespace neurode::learning
