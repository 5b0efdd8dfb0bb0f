#pragma once

#include "neurode/network/instantiate.hpp"

namespace neurode::network {

/// Makes the calls of delay(x, tau) in an instance ready: definitions inlined in them, tau checked to be of parameters
/// alone, and a delay inside a delay written out, as delays of states and inputs: delay(f(x, delay(y, a)), b) is
/// f(delay(x, b), delay(y, a + b)).
void settle_delays(equations::Graph& graph, const scenario::ModelSection& model,
                   const equations::Substitution& definitions, Instance& instance, Diagnostics& diagnostics);

}  // namespace neurode::network
