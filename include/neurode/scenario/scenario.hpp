#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "neurode/core/diagnostics.hpp"
#include "neurode/core/parameters.hpp"
#include "neurode/core/scenario_folder.hpp"
#include "neurode/core/value.hpp"
#include "neurode/equations/parse.hpp"

namespace neurode::scenario {

/// A family member chosen by name with its own keys, e.g. `weights = { init = "normal", std = 1 }`:
/// `settings` keeps the keys that belong to the member; its owner checks them against the member's parameter table.
struct Choice {
  std::string name;  ///< "normal"
  Value settings;    ///< a table without the common keys
  Value source;      ///< what the user wrote, whole
};

/// A named set of parameters and initial values of a model.
struct PresetSection {
  std::string name;
  Location where;
  std::string summary, citation;
  std::vector<std::pair<std::string, Value>> parameters;  ///< checked against the model's, in their units
  std::vector<std::pair<std::string, Value>> initial;
};

/// [model.NAME], or a built-in model's file. Texts keep their places for messages.
struct ModelSection {
  std::string name;
  Location where;
  std::string summary, citation;
  Value source;                  ///< the whole table; what `extends` merges
  std::optional<Value> extends;  ///< name of the model this one adds to; not there (any more) in a whole model
  std::string time_unit;         ///< unit of t in the equations; "" fits any
  equations::SourceText equations;
  ParameterTable parameters;                               ///< from `parameters`; per neuron
  std::vector<std::pair<std::string, Value>> initial;      ///< state -> number, list, distribution
  std::vector<std::pair<std::string, std::string>> units;  ///< state or definition -> unit
  std::vector<std::string> inputs;  ///< names projections, bias and stimuli may add to; default { "I" }
  equations::SourceText output;     ///< expression; what projections read
  std::vector<std::pair<std::string, equations::SourceText>>
      steady_state;               ///< state -> expression of inputs, parameters
  bool takes_activation = false;  ///< the equations call f(...)
  bool rest = false;              ///< `initial` is at rest: no rate without input
  std::vector<PresetSection> presets;
  std::string calculus;             ///< how xi in the equations is meant: "ito", "stratonovich", or "" (not said)
  equations::SourceText threshold;  ///< condition that, where it becomes true, is a spike; empty: none
  equations::SourceText reset;      ///< assignments at a spike: "v = v_r; w = w + b"
  std::optional<Value> refractory;  ///< a time: number, quantity or expression of parameters (as text)
  std::vector<std::string> hold;    ///< states that stand still while refractory; empty: the first
  std::string site;                 ///< of a model of synapses: "pre" or "post", whose neurons carry its states
  equations::SourceText current;    ///< of a synapse: what goes into the target; of its states and `post`
  equations::SourceText on_spike;   ///< of a synapse: what a spike does to its states: "s += w"
};

/// [plasticity.NAME], or a built-in local rule's file: `dw/dt = ...` (of a bias: `db/dt`) of w, pre, post, parameters
/// and further states of the rule.
struct PlasticitySection {
  std::string name;
  Location where;
  std::string summary, citation;
  std::string time_unit;  ///< unit of t in the equations; "" fits any
  equations::SourceText equations;
  ParameterTable parameters;
  std::vector<std::pair<std::string, Value>> states;   ///< state -> where it lives: "pre", "post" or "connection"
  std::vector<std::pair<std::string, Value>> initial;  ///< state -> number
  equations::SourceText on_pre, on_post;               ///< what spikes do: assignments; empty: nothing
};

/// Weights or biases: `{ init = "normal", std = 1.0, plastic = true }`, a number, or a list.
struct WeightsSection {
  Choice init;  ///< a number: "constant" with the setting `value`; a list: "values" with the setting `values`
  bool plastic = false;
  std::optional<Choice> plasticity = {};  ///< of a bias: a local rule
  Parameters motion = {};  ///< rate, decay, l1, l1_width, bounds, bound and, of weights, dale; empty: no table
};

struct PopulationSection {
  std::string name;
  Location where;  ///< of its header
  std::int64_t size = 1;
  Location size_where;
  std::vector<std::int64_t> shape;  ///< of a line, sheet or stack of sheets of neurons; empty: a line of `size`
  std::optional<Value> preset;
  std::vector<std::pair<std::string, Value>> history;  ///< state -> number, expression of t, or table, before the start
  std::string model;
  Value model_value;                                         ///< the string as written, for messages
  std::optional<Value> activation;                           ///< name or expression of I
  std::vector<std::pair<std::string, WeightsSection>> bias;  ///< input name -> bias; "" is the model's first input
  std::vector<std::pair<std::string, Value>> initial;        ///< state -> number, list, distribution
  Value settings;                                            ///< all other keys: the model's parameters
};

struct ProjectionSection {
  std::string name;  ///< "input -> hidden", as written (spaces normalised)
  Location where;
  std::string pre, post, label;  ///< label after ':', may be empty
  std::string into;              ///< input name; empty: the model's first
  WeightsSection weights;
  bool weights_given = false;        ///< is the key there, faulty or not?
  std::optional<Choice> plasticity;  ///< { rule = "oja", rate = 1.0 }
  equations::SourceText coupling;    ///< of w, pre, post, pre.NAME, post.NAME and `parameters`; empty: w * pre
  std::vector<std::pair<std::string, Value>> parameters;  ///< of the coupling and of on_spike: numbers
  std::optional<Choice> connect;   ///< which pairs are connected: "one_to_one", { rule = "fixed_probability", ... }
  std::optional<Value> delay;      ///< a time, or a distribution over connections
  std::optional<Choice> synapse;   ///< a model with a site, and its parameters
  equations::SourceText on_spike;  ///< "g += w": what a spike of FROM does to states of TO
};

struct StimulusSection {
  std::string name;
  Location where;
  Value target;  ///< population name as written
  std::string into;
  std::vector<std::int64_t> neurons;  ///< empty: all
  Value neurons_value;
  Choice kind;
};

struct DataSection {
  Location where;
  /// Lists of rows, one a sample: finite numbers, all rows equally long; or tables { path, dataset }.
  std::optional<Value> inputs, targets;
  std::optional<Value> file;           ///< CSV
  Parameters settings;                 ///< checked keys: header, input_columns, target_columns, one_hot, classes,
                                       ///< scale, target_scale, test = { every, offset } or { fraction }
  std::optional<Parameters> batch;     ///< size, period, window, order, stream; times as given
  std::optional<Parameters> sequence;  ///< steps, step, gap, repeat; times as given
  std::optional<Parameters> schedule;  ///< times (as given) and rows, as many
  bool streamed() const { return batch && batch->has("stream") && batch->flag("stream"); }
};

struct LearningSection {
  Location where;
  Choice rule;                  ///< keys of the rule: mode, error_tau ...
  Choice loss;                  ///< "squared_error" and its keys; no name where none is given
  Choice flow;                  ///< "gradient", "adam" ... and its keys
  Choice rate;                  ///< a number is the rate "constant" with its value
  std::optional<Value> output;  ///< name of a population
  /// What the output follows over time: expressions of t, one for all neurons or one each ...
  std::vector<equations::SourceText> target;
  /// ... or a file: path, interpolation.
  std::optional<Parameters> target_file;
  Location target_where;
  bool has_target() const { return !target.empty() || target_file; }
};

struct StopCondition {
  std::string kind;  ///< "loss", "accuracy", "steady_state", "when"
  Value value;       ///< number, or condition text for "when"
};

struct TimeSection {
  Location where;
  double start = 0, end = 0;
  std::string unit;  ///< "" : from the models
  std::vector<StopCondition> stop;
};

struct IntegratorSection {
  Location where;
  Value method;                                     ///< string
  std::vector<std::pair<std::string, Value>> atol;  ///< block or variable -> number or quantity; one entry "" for all
  Value settings;                                   ///< the other keys: checked against integrator parameters
};

struct RecordVariable {
  Value name;                         ///< "hidden.a", "weights", "loss", ...
  std::optional<double> every;        ///< own grid
  std::vector<std::int64_t> neurons;  ///< empty: all
  Value neurons_value;
  bool float32 = false;
};

struct RecordSection {
  Location where;
  double every = 0;  ///< 0: every step
  std::vector<RecordVariable> variables;
  std::vector<std::pair<std::string, equations::SourceText>> expressions;  ///< name -> monitor
  int gzip = 4;
  double flush = 2;  ///< seconds
};

/// When a checkpoint is written.
struct CheckpointSection {
  double wall = 15;        ///< seconds; 0: not by the clock
  double every = 0;        ///< simulated time; 0: not by it
  std::int64_t steps = 0;  ///< accepted steps; 0: not by them
};

/// A fact that a run ends with: [report] NAME = "value", or a table.
struct FactSection {
  std::string name;
  Location where;
  equations::SourceText value;
  std::string of = "last";
  std::optional<equations::SourceText> expected;  ///< a number or an expression
  std::optional<double> within;
};

/// A scenario as written: checked for shape, names of keys, types and units of its own keys. Names of family members
/// (models, methods, ...) and their keys are checked by the layers that own them.
struct Scenario {
  std::string file;       ///< as given on the command line
  ScenarioFolder folder;  ///< paths start here
  Value root;             ///< whole tree after overrides
  std::string title;
  std::uint64_t seed = 0;
  std::optional<DataSection> data;
  std::vector<ModelSection> models;
  std::vector<PlasticitySection> plasticity;
  std::vector<PopulationSection> populations;
  std::vector<ProjectionSection> projections;
  std::vector<StimulusSection> stimuli;
  std::optional<LearningSection> learning;
  IntegratorSection integrator;
  TimeSection time;
  RecordSection record;
  CheckpointSection checkpoint;
  std::vector<FactSection> report;
};

}  // namespace neurode::scenario
