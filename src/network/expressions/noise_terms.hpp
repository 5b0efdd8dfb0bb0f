#pragma once

#include <string>
#include <vector>

#include "neurode/core/diagnostics.hpp"
#include "neurode/equations/parse.hpp"
#include "neurode/network/instantiate.hpp"
#include "neurode/network/network.hpp"

namespace neurode::network {

/// Is it the name of white noise: "xi", "xi_NAME", "xi_shared", "xi_shared_NAME"?
bool is_noise_name(const std::string& name);
/// One for all neurons of the population: "xi_shared", "xi_shared_NAME".
bool is_shared_noise(const std::string& name);

/// Names of white noise among `uses` that are not `known` otherwise, each once, sorted.
std::vector<std::string> noise_names(const equations::Graph& graph, const std::vector<equations::SymbolUse>& uses,
                                     const std::vector<std::string>& known);
/// Does f depend on one of the instance's noises?
bool depends_on_noise(equations::Graph& graph, const Instance& instance, equations::Node f);

/// Reports rates that are not linear in the instance's noises. `where` of each rate.
void check_linear(equations::Graph& graph, const Instance& instance, const std::vector<Location>& where,
                  const std::string& key, Diagnostics& diagnostics);

/// What the amplitudes of a population's noise depend on.
struct Amplitudes {
  std::vector<std::string> states;  ///< states and inputs that projections drive
  bool diagonal = true;             ///< as Noise::diagonal(), for this population
  std::vector<int> noise_of_state;  ///< where diagonal: index into Instance::noise, one a state; -1: none
};
Amplitudes amplitudes(equations::Graph& graph, const Network& network, std::size_t population,
                      const Instance& instance);

/// Models whose noise is not additive must say how it is meant, and all the same.
void check_noise(const Network& network, Diagnostics& diagnostics);

}  // namespace neurode::network
