#pragma once

#include <optional>
#include <string>

#include "neurode/network/network.hpp"

namespace neurode::network {

/// Draws or reads a matrix by initialiser: "weights = { init = ..., ... }" and everything like it. Quantities among its
/// settings ("3 nA") are converted to `unit`.
std::optional<Matrix> initialise(const scenario::Choice& choice, Index rows, Index cols, bool weights,
                                 const std::string& stream, const scenario::Scenario& scenario,
                                 Diagnostics& diagnostics, const std::string& unit = "");

/// A number, list or distribution for n neurons: size 1 where it is one number for all.
std::optional<Vector> per_neuron(const Value& value, Index n, const std::string& stream,
                                 const scenario::Scenario& scenario, const ParameterSpec* range,
                                 Diagnostics& diagnostics);

/// Fills one population, projection or stimulus of the network from its section.
void build_population(const scenario::PopulationSection& section, const scenario::Scenario& scenario, Network& network,
                      Diagnostics& diagnostics);
void build_projection(const scenario::ProjectionSection& section, const scenario::Scenario& scenario, Network& network,
                      Diagnostics& diagnostics);
void build_stimulus(const scenario::StimulusSection& section, const scenario::Scenario& scenario, Network& network,
                    Diagnostics& diagnostics);
/// The delays in a population's equations, from its parameters.
void evaluate_delays(Population& population, Diagnostics& diagnostics);
/// The delay of a projection: one, or one a connection.
void read_delay(const scenario::ProjectionSection& section, const scenario::Scenario& scenario, const Network& network,
                Projection& projection, Diagnostics& diagnostics);
/// The states before the start; states without an initial value of their own begin with where their history ends.
void read_history(const scenario::PopulationSection& section, const scenario::Scenario& scenario,
                  Population& population, Diagnostics& diagnostics);
/// One time unit for all models, and each population's factor to it.
void agree_on_time(const scenario::Scenario& scenario, Network& network, Diagnostics& diagnostics);

}  // namespace neurode::network
