#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "neurode/equations/assignments.hpp"
#include "neurode/network/instantiate.hpp"

namespace neurode::network {

/// A model's threshold and reset as expressions of its local names, definitions inlined.
struct SpikeNodes {
  equations::Node margin;  ///< rises through 0 where the threshold's condition becomes true
  std::vector<std::pair<std::string, equations::Node>> reset;  ///< state -> what it becomes
  std::vector<std::string> held;                               ///< states that stand still while refractory
};

/// Nothing where the model has no threshold. Faults (a threshold that is no condition, a reset of what is no state, a
/// reset or a refractory time without a threshold) go to the diagnostics.
std::optional<SpikeNodes> instantiate_spikes(equations::Graph& graph, const scenario::ModelSection& model,
                                             const Instance& instance, Diagnostics& diagnostics);

/// The model's refractory time as an expression of its parameters, in the model's unit of time; nothing where it has
/// none.
std::optional<equations::Node> refractory_time(equations::Graph& graph, const scenario::ModelSection& model,
                                               Diagnostics& diagnostics);

/// What a spike does: statements about `states`, reading them, `w` (where allowed) and the names in `numbers`.
std::vector<equations::Assignment> spike_effect(equations::Graph& graph, const equations::SourceText& source,
                                                const std::vector<std::string>& states,
                                                const std::vector<std::string>& numbers, bool weight,
                                                Diagnostics& diagnostics);

/// What synapses put into their target: their `current`, else their output; of states, parameters, definitions inlined
/// and `post`. Faults go to the diagnostics.
std::optional<equations::Node> instantiate_current(equations::Graph& graph, const scenario::ModelSection& model,
                                                   const Instance& instance, Diagnostics& diagnostics);

}  // namespace neurode::network
