#pragma once

#include <optional>
#include <string>

#include "network/connectivity/wiring.hpp"
#include "neurode/network/instantiate.hpp"
#include "neurode/network/network.hpp"

namespace neurode::network {

/// Draws or reads a matrix by initialiser: "weights = { init = ..., ... }" and everything like it. Quantities among its
/// settings ("3 nA") are converted to `unit`.
std::optional<Matrix> initialise(const scenario::Choice& choice, Index rows, Index cols, bool weights,
                                 const std::string& stream, const scenario::Scenario& scenario,
                                 Diagnostics& diagnostics, const std::string& unit = "");

/// What is to be drawn.
struct Drawn {
  Index rows = 0, cols = 0;
  bool weights = false;  ///< not biases, parameters or initial values
  std::string stream;    ///< name of the random stream
  std::string unit = {};
  double fan_in = 0, fan_out = 0;  ///< see InitialiserContext
  const Places* places = nullptr;
};
std::optional<Matrix> initialise(const scenario::Choice& choice, const Drawn& drawn, const scenario::Scenario& scenario,
                                 Diagnostics& diagnostics);

/// A number, list or distribution for n neurons: size 1 where it is one number for all.
std::optional<Vector> per_neuron(const Value& value, Index n, const std::string& stream,
                                 const scenario::Scenario& scenario, const ParameterSpec* range,
                                 Diagnostics& diagnostics);

/// What moving weights (`wiring`, from population `from`) or a bias keep to; keys given for what stands still are
/// faults.
Motion read_motion(const scenario::WeightsSection& section, const Matrix& initial, bool moves, const Wiring* wiring,
                   const std::string& from, Diagnostics& diagnostics);

/// Fills one population, projection or stimulus of the network from its section.
void build_population(const scenario::PopulationSection& section, const scenario::Scenario& scenario, Network& network,
                      Diagnostics& diagnostics, bool synapses = false);
void build_projection(const scenario::ProjectionSection& section, const scenario::Scenario& scenario, Network& network,
                      Diagnostics& diagnostics);
void build_stimulus(const scenario::StimulusSection& section, const scenario::Scenario& scenario, Network& network,
                    Diagnostics& diagnostics);
/// The synapses of a projection as a population of their own, put between FROM and TO; `into` is the input of TO. False
/// where it had faults.
bool build_synapses(const scenario::ProjectionSection& section, const scenario::Scenario& scenario, Network& network,
                    Projection& projection, Diagnostics& diagnostics);
/// The local rule that a projection or a bias names: fills `rule`, its equations are in `graph`. Nothing where it has
/// faults.
std::optional<LocalEquations> read_local_rule(const scenario::Choice& choice, bool of_bias, Network& network,
                                              LocalRule& rule, equations::Graph& graph, Diagnostics& diagnostics);
/// Its factor to the scenario's unit of time.
void agree_on_time(LocalRule& rule, const std::string& time_unit, Diagnostics& diagnostics);
/// The initial values of the rule's states, its own or those given with its name; `stream` of random numbers.
void read_rule_initial(const scenario::Choice& choice, const LocalEquations& equations, Index post, Index pre,
                       const std::string& stream, const scenario::Scenario& scenario, LocalRule& rule,
                       Diagnostics& diagnostics);
/// What a rule cannot do: over a wiring; without spikes of populations (pre may be null); with a delay a connection.
void check_rule_wiring(const scenario::Choice& choice, const LocalEquations& equations, const Wiring& wiring,
                       equations::Graph& graph, Diagnostics& diagnostics);
void check_rule_spikes(const scenario::Choice& choice, const LocalEquations& equations, const Population* pre,
                       const Population& post, const Network& network, Diagnostics& diagnostics);
void check_rule_delay(const scenario::Choice& choice, const LocalEquations& equations, const Vector& delay,
                      Diagnostics& diagnostics);
/// What spikes of FROM do by way of the projection, if anything.
void build_effect(const scenario::ProjectionSection& section, const Network& network, Projection& projection,
                  Diagnostics& diagnostics);
/// A built-in model or one of the scenario's own, by name; null: none (reported at `at`).
const scenario::ModelSection* find_model(const Network& network, const std::string& name, const Value& at,
                                         Diagnostics& diagnostics);
/// The delays in a population's equations, from its parameters.
void evaluate_delays(Population& population, Diagnostics& diagnostics);
/// The delay of a projection: one, or one a connection, which is for a projection whose wiring is known.
void read_delay(const scenario::ProjectionSection& section, const scenario::Scenario& scenario, const Network& network,
                Projection& projection, bool wired, Diagnostics& diagnostics);
/// The states before the start; states without an initial value of their own begin with where their history ends.
void read_history(const scenario::PopulationSection& section, const scenario::Scenario& scenario,
                  Population& population, Diagnostics& diagnostics);
/// [data] batch, sequence and schedule.
void read_presentation(const scenario::DataSection& section, const scenario::Scenario& scenario, Network& network,
                       Diagnostics& diagnostics);
/// One time unit for all models, and each population's factor to it.
void agree_on_time(const scenario::Scenario& scenario, Network& network, Diagnostics& diagnostics);

}  // namespace neurode::network
