#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "neurode/core/random.hpp"
#include "neurode/core/registry.hpp"
#include "neurode/dynamics/program.hpp"
#include "neurode/scenario/scenario.hpp"

namespace neurode::network {

/// An activation function f(I), as equation text.
struct ActivationEntry : Entry {
  std::string expression;        ///< of I; empty for softmax
  bool population_wide = false;  ///< depends on all neurons of the population (softmax)
};
const std::vector<ActivationEntry>& activations();

/// Where the weights lie that an initialiser draws: between neurons of two populations on lines or sheets.
struct Places {
  std::vector<Index> post, pre;            ///< shapes; of a kernel: its height and width, twice
  const SparsePattern* pattern = nullptr;  ///< there is a number a connection; null: a matrix
  bool kernel = false;                     ///< of a convolution: distances are those from its middle
};

/// What an initialiser draws for.
struct InitialiserContext {
  Index rows = 0, cols = 0;  ///< post x pre; n x 1 for biases, parameters and initial values
  const Parameters& parameters;
  const Value& source;  ///< what the user wrote, for messages
  std::uint64_t seed = 0;
  std::string stream;              ///< name of the random stream
  ScenarioFolder folder;           ///< of the scenario
  std::string unit = {};           ///< of the numbers; `values` converts those written with a unit
  double fan_in = 0;               ///< connections to one neuron that receives; 0: cols
  double fan_out = 0;              ///< connections from one neuron that sends; 0: rows
  const Places* places = nullptr;  ///< of weights: where they lie
};

/// Fills a matrix of weights, biases, parameters or initial values.
struct InitialiserEntry : Entry {
  bool needs_fan = false;  ///< only for weights: depends on the number of inputs or outputs
  /// Fills out (rows x cols, already sized); faults (bad file, wrong shape) go to the diagnostics.
  void (*fill)(const InitialiserContext& context, Matrix& out, Diagnostics& diagnostics) = nullptr;
};
const std::vector<InitialiserEntry>& initialisers();

struct Population;
struct Wiring;

/// What a connectivity draws or reads for.
struct ConnectivityContext {
  const Population &pre, &post;
  bool same = false;  ///< FROM and TO are the same population
  const Parameters& parameters;
  const Value& source;  ///< what the user wrote, for messages
  const scenario::Scenario& scenario;
  std::string name;  ///< of the projection; names of random streams begin with it
};

/// Which neurons are connected.
struct Connections {
  std::shared_ptr<Wiring> wiring;
  std::shared_ptr<const Matrix> weights;  ///< those that come with the connections, in the wiring's form; else null
};

/// Which neurons of FROM reach which of TO.
struct ConnectivityEntry : Entry {
  /// Connections to expect, so that too many are refused before they are made; null: none are kept one by one.
  double (*expected)(const ConnectivityContext& context) = nullptr;
  /// Faults (bad file, shapes that do not fit) go to the diagnostics; then the wiring is null.
  Connections (*connect)(const ConnectivityContext& context, Diagnostics& diagnostics) = nullptr;
};
const std::vector<ConnectivityEntry>& connectivities();

/// A drive as a function of time.
struct StimulusEntry : Entry {
  /// Equation text of t, of s (time where pieces are told apart: the midpoint of the smooth segment) and of the
  /// parameters; empty: the stimulus is its table.
  std::string expression;
  /// Times in (t0, t1) at which it or its slope jumps; any order.
  /// @throws NumericalError if there would be more than 10^7 (check() refuses that before a run).
  std::vector<double> (*breakpoints)(const Parameters& p, double t0, double t1) = nullptr;
  bool from_file = false;
  /// Faults that concern several parameters together, for a run over [t0, t1]; `source` is what the user wrote. null:
  /// none.
  void (*check)(const Parameters& p, const Value& source, double t0, double t1, Diagnostics& diagnostics) = nullptr;
};
const std::vector<StimulusEntry>& stimuli();

/// The table of a `piecewise` stimulus: a CSV file with a header, its first column ascending times, then one column or
/// one a neuron (`neurons` of them). `path` is the key's value, relative to `folder`. Null if it had faults (reported).
std::shared_ptr<const TimeTable> read_time_table(const Value& path, const ScenarioFolder& folder, Index neurons,
                                                 bool linear, Diagnostics& diagnostics);

/// Built-in models and plasticity rules, parsed from their TOML files once, sorted by name.
const std::vector<scenario::ModelSection>& models();
const std::vector<scenario::PlasticitySection>& plasticity_rules();

/// The same as entries, for lists and the schema.
Entry model_entry(const scenario::ModelSection& m);
Entry plasticity_entry(const scenario::PlasticitySection& p);

}  // namespace neurode::network
