#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "neurode/core/diagnostics.hpp"
#include "neurode/dynamics/layout.hpp"
#include "neurode/network/data.hpp"
#include "neurode/network/families.hpp"
#include "neurode/network/motion.hpp"
#include "neurode/scenario/scenario.hpp"

namespace neurode::network {

/// A local rule at a projection or a bias.
struct LocalRule {
  const scenario::PlasticitySection* section = nullptr;  ///< null: none
  Parameters parameters;
  Value source;                                         ///< what the user wrote
  bool time_agreed = false;                             ///< time_factor is known
  double time_factor = 1;                               ///< the rule's time units per scenario time unit
  std::vector<std::pair<std::string, Vector>> initial;  ///< of its states: one number, or one a neuron or connection

  explicit operator bool() const { return section != nullptr; }
  const scenario::PlasticitySection* operator->() const { return section; }
};

/// A bias: rows = neurons; a fixed one that is zero is left out.
struct Bias {
  std::string name;  ///< "hidden.bias", "hidden.bias.J" for a further input
  std::string input;
  Matrix values;  ///< n x 1
  bool plastic = false;
  LocalRule rule = {};
  bool moves() const { return plastic || rule; }
  Motion motion = {};
};

/// Numbers a neuron: one for all, or one each.
struct PerNeuron {
  std::string name;
  Vector values;  ///< size 1 or n
};

struct StateHistory;  ///< src/network/data/history.hpp

struct Population {
  std::string name;
  Index size = 0;
  const scenario::ModelSection* model = nullptr;
  scenario::PopulationSection section;
  std::string activation;  ///< equation text of I; empty: none
  Location activation_where;
  bool softmax = false;
  std::vector<PerNeuron> parameters;
  std::vector<std::pair<std::string, Vector>> initial;  ///< state -> n values, in the order of the equations
  std::vector<Bias> biases;
  bool clamped = false;      ///< carries the data's inputs
  bool time_agreed = false;  ///< time_factor is known, and refractory in scenario time
  double time_factor = 1;    ///< model time units per scenario time unit
  Vector refractory;         ///< 1 or n values; empty: none
  /// Of a population of synapses, which the user did not name: at whose neurons they sit.
  struct Synapse {
    std::size_t neurons = 0;  ///< population
    std::string into;         ///< of synapses at the post side: the input that their current goes into; else empty
  };
  std::optional<Synapse> synapse;
  std::string dimension;     ///< of its variables in the result: its name, or that of the neurons its synapses sit at
  std::vector<Index> shape;  ///< lengths of a line, sheet or stack of sheets; the last one runs fastest
  std::string output_unit;   ///< of what projections read; "" where the model does not tell
  std::vector<std::string> noise;  ///< names of its white noises: "xi", "xi_shared"
  std::vector<Vector> delays;      ///< of each delay(x, tau) in the equations: size 1 or n, model time
  std::vector<std::shared_ptr<const StateHistory>> history;  ///< of each state before the start; null: held

  bool has_input(const std::string& input) const;
  /// The model's first input, or "" where it takes none.
  std::string first_input() const;
};

struct Wiring;  ///< src/network/connectivity/wiring.hpp

struct Projection {
  std::string name;
  std::size_t pre = 0, post = 0;  ///< populations it connects: of neurons, or of its synapses
  std::size_t spiking = 0;        ///< population whose spikes it hears
  equations::SourceText effect;   ///< what such a spike does; empty: nothing
  std::vector<std::pair<std::string, double>> effect_numbers;  ///< parameters that `effect` reads
  std::size_t acted_on = 0;                                    ///< population whose states a spike changes
  bool continuous = true;                                      ///< adds to its input all the time
  std::string into;
  std::shared_ptr<const Matrix> weights;  ///< initial values, or the values for good: post x pre, or as the wiring says
  std::shared_ptr<const Wiring> wiring;   ///< what is not all to all by a matrix; null: that
  std::string coupling;                   ///< equation text; empty: w * pre
  bool reads_post = false;                ///< the coupling uses states or the output of TO
  std::vector<PerNeuron> parameters;      ///< of the coupling and of on_spike, one number each
  Vector delay;  ///< scenario time; empty: none, 1: for all, else a connection (dense: post x pre, column-major)
  bool plastic = false;  ///< follows the learning rule
  LocalRule rule;        ///< follows a local rule
  std::string unit;      ///< of the weights: of the input over that of FROM's output; "" where either is not declared
  Motion motion;         ///< what they keep to while they move
  bool moves() const { return plastic || rule; }
};

struct Stimulus {
  std::string name;
  std::size_t target = 0;
  std::string into;
  const StimulusEntry* entry = nullptr;
  Parameters parameters;
  std::vector<std::int64_t> neurons;  ///< empty: all
  std::vector<PerNeuron> values;      ///< of per-neuron parameters
  std::shared_ptr<const TimeTable> table;
};

/// A scenario's populations, projections, stimuli and data with every number in place. What it becomes (dynamic, at
/// steady state, with weights moving or not) is decided in assemble().
struct Network {
  std::vector<scenario::ModelSection> own_models;
  std::vector<scenario::PlasticitySection> own_rules;
  std::vector<Population> populations;
  std::vector<Projection> projections;
  std::vector<Stimulus> stimuli;
  std::optional<Data> data;
  std::string time_unit;

  std::vector<double> breakpoints(double t0, double t1) const;
  int find(const std::string& population) const;
};

/// Builds and checks everything a scenario says of its network; all faults go to the diagnostics.
std::unique_ptr<Network> build_network(const scenario::Scenario& scenario, Diagnostics& diagnostics);

}  // namespace neurode::network
