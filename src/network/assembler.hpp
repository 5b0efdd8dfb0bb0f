#pragma once

#include <string>
#include <unordered_map>
#include <vector>

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
  };

  void add_states(std::size_t p);
  void add_parameters(std::size_t p);
  void add_weights();
  void add_inputs(std::size_t p);
  void add_output(std::size_t p);
  void add_rates(std::size_t p);
  void add_plasticity(std::size_t projection);
  void add_softmax(std::size_t p);

  ValueId moving(const std::string& name, const Matrix& initial, const std::string& rows, const std::string& cols);
  /// Drive of one input that is the same for every sample: biases and stimuli, as an (n x 1) expression.
  equations::Node constant_drive(std::size_t p, const std::string& input);
  equations::Node stimulus(const Stimulus& s, Index n);
  /// What projection k reads: the output of FROM, at once or delayed.
  ValueId source(std::size_t k);
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
            const std::string& rows, const std::string& cols, bool state);

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

/// dw/dt of a local rule, averaged over samples: sums of products of functions of w, of pre and of post become matrix
/// products; anything else runs over all pairs, sample by sample.
ValueId plasticity_rate(Program& program, equations::Node rate, ValueId w, ValueId pre, ValueId post);

}  // namespace neurode::network
