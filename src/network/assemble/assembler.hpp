#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "network/assemble/local_rule.hpp"
#include "network/connectivity/wiring.hpp"
#include "network/expressions/spikes.hpp"
#include "neurode/network/assemble.hpp"
#include "neurode/network/instantiate.hpp"

namespace neurode::network {

/// Turns a checked Network into an Assembly, population by population.
class Assembler {
 public:
  Assembler(const Network& network, const AssemblyOptions& options);
  Assembly run();

 private:
  struct Local {
    Instance instance;
    equations::Substitution names;         ///< local symbol -> expression of values
    std::vector<std::size_t> state_parts;  ///< index into parts, one a state
    int threshold = -1;                    ///< index into the spike rules; -1: does not spike
    SpikeNodes spikes;
    ValueId free;  ///< flags: 1 where not refractory; invalid: never refractory
  };

  void add_states(std::size_t p);
  void add_parameters(std::size_t p);
  void add_weights();
  void add_inputs(std::size_t p);
  void add_output(std::size_t p);
  void add_rates(std::size_t p);
  /// The rate without what is multiplied by white noise.
  equations::Node drift(std::size_t p, equations::Node rate);
  /// What white noise does to the states of p.
  void add_noise(std::size_t p);
  void add_plasticity(std::size_t projection);
  void add_bias_plasticity(std::size_t population, std::size_t bias);
  /// A local rule's equations with its parameters and the scenario's time.
  LocalEquations local_equations(const LocalRule& rule);
  /// What a local rule moves and where its states are, as parts of the state.
  struct RuleParts {
    std::string name;  ///< of the projection or bias: states are called NAME.STATE
    std::size_t moved = 0;
    std::vector<std::size_t> states;
  };
  /// The states of a rule and their rates, after its sums; `moved` is the name of the weights.
  RuleParts add_rule_states(const LocalEquations& equations, const LocalRule& rule, LocalRuleValues& values,
                            const std::string& name, const std::string& moved, const Population& post,
                            const Population& pre);
  /// What spikes do by a rule: `pre` and `post` index the spike rules (-1: do not spike).
  void add_changes(const LocalEquations& equations, const RuleParts& parts, const Wiring* wiring, int pre, int post,
                   Index post_size, Index pre_size, const Vector& delay);
  std::size_t part_of(const std::string& name) const;
  void add_softmax(std::size_t p);
  void add_thresholds();
  void finish_thresholds();
  equations::Node held(std::size_t p, const std::string& state, equations::Node rate);
  void add_effect(std::size_t projection);
  std::shared_ptr<const SparsePattern> connections(std::size_t k) const;
  static std::shared_ptr<const SparsePattern> diagonal(Index n);
  /// What the synapses that sit at population p put into its input.
  equations::Node currents(std::size_t p, const std::string& input);

  ValueId moving(const std::string& name, const Matrix& initial, const std::string& unit, const std::string& rows,
                 const std::string& cols, const std::string& long_name);
  /// The weights of projection k as its wiring has them, with a name to record them by.
  ValueId projection_weights(std::size_t k);
  /// Drive of one input that is the same for every sample: biases and stimuli, as an (n x 1) expression.
  equations::Node constant_drive(std::size_t p, const std::string& input);
  equations::Node stimulus(const Stimulus& s, Index n);
  /// What projection k reads: the output of FROM, at once or delayed.
  ValueId source(std::size_t k);
  ValueId coupling_value(std::size_t p, const std::string& name);
  /// base + what projection k adds where every connection has a delay of its own.
  ValueId delayed_connections(std::size_t k, ValueId base);
  /// The delays in the equations of a population: what stands for them.
  void add_delays(std::size_t p);
  /// What all delays read, once everything else is there.
  void add_signals();
  /// A new input from the past of population p: of its output, or of the argument of its call of delay.
  ValueId past(std::size_t p, int call, Index rows, Index cols, Vector delay, std::vector<Index> element,
               Assembly::DelayedBy by);
  /// base + what projection k adds to its input, n x samples; base may be invalid.
  ValueId coupled(std::size_t k, ValueId base);
  /// What an input of a population amounts to, as an expression over n x samples.
  equations::Node input_expression(std::size_t p, const std::string& input);
  equations::Node local(std::size_t p, equations::Node n);
  std::vector<char> algebraic_outputs();
  void name(const std::string& text, ValueId v, const std::string& unit, const std::string& long_name,
            const std::string& rows, const std::string& cols, bool state, const std::string& owner = "");

  const Network& net_;
  AssemblyOptions options_;
  Assembly out_;
  std::vector<Local> locals_;
  std::vector<ValueId> weights_;              ///< of each projection
  std::vector<std::vector<ValueId>> biases_;  ///< of each population
  Index weights_offset_ = 0;                  ///< in the weights vector, where they are no state
  std::vector<double> initial_;
  /// What a delayed input reads, its signal not being there yet.
  struct Pending {
    std::size_t population = 0;
    int call = -1;  ///< of the instance's delays; -1: the output
  };
  std::vector<Pending> pending_;                                                     ///< of each of out_.delayed
  std::vector<std::pair<std::pair<std::size_t, double>, ValueId>> delayed_outputs_;  ///< (population, delay) -> value
};

/// Unit of a model's state, definition or input; "" where it declares none.
std::string unit_of(const scenario::ModelSection& m, const std::string& variable);

}  // namespace neurode::network
