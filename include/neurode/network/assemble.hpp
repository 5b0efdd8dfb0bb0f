#pragma once

#include <optional>
#include <string>
#include <vector>

#include "neurode/dynamics/program_system.hpp"
#include "neurode/network/network.hpp"

namespace neurode::network {

/// A quantity with a name that can be recorded: a matrix of the program.
struct Named {
  std::string name;  ///< "hidden.a", "input -> hidden.weights", "loss"
  ValueId value;
  std::string unit, long_name;
  std::string row_dimension, col_dimension;               ///< "" where there is none (one column, or a scalar)
  bool state = false;                                     ///< a slice of the state
  Index rows = 1, cols = 1;                               ///< of the value
  std::string population;                                 ///< whose rows are the neurons of it; "" for scalars
  std::shared_ptr<const SparsePattern> connections = {};  ///< whose elements the rows are: rows receive, columns send
};

/// Of a network whose training samples are shown in batches, as sequences or by a schedule: inputs of vector
/// ProgramSystem::kShown, in this order.
struct ShownSamples {
  ValueId inputs, targets;  ///< inputs or outputs x samples
  ValueId mask;             ///< like targets: 1 where there is one, else 0 (and the target too); invalid: everywhere
  ValueId present;          ///< 1 while they are shown, else 0
};

/// How to turn a Network into equations.
struct AssemblyOptions {
  /// What clamped populations hold; null: none (one column). The network's training samples are shown over time where
  /// its data say so.
  const Samples* samples = nullptr;
  bool steady = false;           ///< populations sit at their steady state (needs can_be_steady)
  bool weights_in_state = true;  ///< weights and biases that move are state; else inputs of vector kWeights
  bool whole = false;            ///< all samples at once, however they are shown
  Index shown = 0;               ///< > 0: so many at a time, as inputs of vector kShown, whatever the data say
};

/// The network as a Program and its state: activity, then weights and biases that move.
struct Assembly {
  /// External vector of moving weights where they are not in the state.
  static constexpr int kWeights = 3;

  Program program;
  StateLayout layout;
  std::vector<ProgramSystem::Part> parts;  ///< one a slice; weights under the learning rule have no rate yet
  Vector initial;                          ///< state at the start
  std::vector<Named> named;
  std::vector<ValueId> outputs;  ///< of each population
  /// Softmax of a population: its argument, the largest argument and the sum of exponentials, n x samples each.
  struct Softmax {
    ValueId argument, top, total;
  };
  std::vector<Softmax> softmax;       ///< of each population; invalid ids where it has none
  std::vector<std::size_t> activity;  ///< parts that are activity
  struct Plastic {
    std::string name;
    ValueId value;
    int part = -1;  ///< index into parts, or -1 where weights are no state
    int projection = -1, population = -1, bias = -1;
  };
  std::vector<Plastic> plastic;       ///< what the learning rule moves, in the order of the layout
  ProgramSystem::NoiseParts noise;    ///< without sources where there is none
  std::vector<DelayedInput> delayed;  ///< what is read of the past
  /// Where the scenario says so, for each of them: a place in equations, or the name of a projection.
  struct DelayedBy {
    Location where;
    std::string key, projection;
  };
  std::vector<DelayedBy> delayed_by;
  Index samples = 1;
  std::optional<ShownSamples> shown;  ///< where samples are shown over time
  SpikeRules spikes;

  const Named* find(const std::string& name) const;
};

Assembly assemble(const Network& network, const AssemblyOptions& options);

/// How a projection is computed: "E -> I: 10 x 40, sparse, 80 connections, separable: 2 products" (TO x FROM).
std::string describe(const Projection& projection, const Network& network);
/// The state before the start as the populations' `history` has it; what has none holds its initial value. Refers to
/// the network.
InitialHistory initial_history(const Network& network, const StateLayout& layout, const Vector& initial);

/// Reports every delay of the network: learning cannot have any.
void refuse_delays(const scenario::Scenario& scenario, const Network& network, Diagnostics& diagnostics);

/// Reports delays that are put on what depends on delayed values at the same moment.
void check_delays(const Assembly& assembly, const scenario::Scenario& scenario, Diagnostics& diagnostics);

/// Can every population be put at its steady state from its inputs alone: all have a steady state in closed form and
/// no cycle leads through them? If not, `reason` says why.
bool can_be_steady(const Network& network, std::string* reason = nullptr);

/// Order in which populations can be evaluated when those in `algebraic` depend on their inputs at once; empty where
/// they form a cycle.
std::vector<std::size_t> evaluation_order(const Network& network, const std::vector<char>& algebraic);

}  // namespace neurode::network
