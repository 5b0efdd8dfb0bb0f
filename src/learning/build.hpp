#pragma once

#include "neurode/learning/families.hpp"
#include "neurode/learning/problem.hpp"

namespace neurode::learning {

/// What [learning] says, checked.
struct Setup {
  const scenario::Scenario& scenario;
  const network::Network& network;
  const LossEntry* loss = nullptr;
  Parameters loss_parameters;
  Parameters rule;
  int output = -1;      ///< population
  bool steady = false;  ///< every population has a steady state in closed form and no loops
};

/// The loss of an assembly whose clamped populations hold `samples`.
ValueId add_loss(const Setup& setup, network::Assembly& assembly, const network::Samples& samples, bool steady);

Problem plain_problem(const scenario::Scenario& scenario, const network::Network& network, Diagnostics& diagnostics);
Problem layered_adiabatic_problem(const Setup& setup);
Problem recurrent_adiabatic_problem(const Setup& setup);
Problem coupled_problem(const Setup& setup);

/// Wraps a program into system, sampler and recordable names.
Problem wrap(network::Assembly assembly, const network::Network& network, bool symmetric);

/// Adds accuracy on the training samples, and loss and accuracy on the test samples. `weights_offset`: where the moving
/// weights start in the state.
void add_metrics(const Setup& setup, Problem& problem, ValueId loss, ValueId output, Index weights_offset);

}  // namespace neurode::learning
