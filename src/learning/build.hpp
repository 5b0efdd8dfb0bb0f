#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "learning/gradients/gradient.hpp"
#include "neurode/learning/families.hpp"
#include "neurode/learning/problem.hpp"

namespace neurode::learning {

/// What [learning] says, checked.
struct Setup {
  const scenario::Scenario& scenario;
  const network::Network& network;
  const RuleEntry* rule_entry = nullptr;
  Parameters rule = {};
  const LossEntry* loss = nullptr;
  Parameters loss_parameters = {};
  const FlowEntry* flow = nullptr;
  Parameters flow_parameters = {};
  const RateEntry* rate = nullptr;
  Parameters rate_parameters = {};
  int output = -1;      ///< population
  bool steady = false;  ///< every population has a steady state in closed form and no loops
  std::shared_ptr<const TimeTable> target_table = nullptr;  ///< of [learning] target, where it is a file

  /// What clamped populations hold while the network learns; null without [data].
  const network::Samples* train() const { return network.data ? &network.data->train : nullptr; }
};

/// Further numbers that a program is shown: what it reads of vector ProgramSystem::kShown behind the batches.
struct MoreShown {
  std::unique_ptr<Presented> numbers;
  Index size = 0;
};

/// What a rule hands to the flow: the network's equations and, of each of assembly.plastic, what plays dL/dw.
struct Draft {
  const Setup& setup;
  network::Assembly assembly;
  ValueId loss, output;           ///< output invalid: loss and accuracy are solved for, at the free fixed point
  std::vector<ValueId> gradient;  ///< in the order of assembly.plastic; invalid: the weight stands still
  bool symmetric = false;         ///< the gradient is one, of a function of the weights alone
  /// States that move with the weights, by flow time (ds = rate dt), and their rates by it.
  std::vector<std::pair<ValueId, ValueId>> moves = {};
  MoreShown shown = {};
  /// Values of n x samples and what flows back into them: `gradient` is their adjoint. Empty where it is none.
  Program::Seeds seeds = {};
  /// Gain of the way back, where connections act both ways: what the network tells is that of its free fixed point.
  std::optional<double> feedback = std::nullopt;
  /// Times at which the rule itself is not smooth; may be null.
  std::function<std::vector<double>(double, double)> breakpoints = nullptr;
};

/// A further state with its initial values (slice.rows x slice.cols; offset is set here), by its name in the record.
ValueId add_state(network::Assembly& assembly, Slice slice, const Matrix& initial);
/// The rate of a state; invalid: it stands still.
void set_rate(network::Assembly& assembly, ValueId state, ValueId rate);

/// Weights that move along the rule's gradient by the flow, everything else by the assembly's rates.
Problem finish(Draft draft);
/// The same where the gradient is no part of the program. `inner`: whose plastic weights (inputs of vector kWeights, in
/// its order) these are; `named` and metrics read it through gradient->sampler().
Problem finish(const Setup& setup, const network::Assembly& inner, ValueId loss, ValueId output,
               std::unique_ptr<Gradient> gradient);

/// The targets of an assembly whose clamped populations hold `samples` (may be null): outputs x samples, from the data
/// or, by [learning] target, a function of time.
ValueId targets_of(const Setup& setup, network::Assembly& assembly, const network::Samples* samples);
/// Reports faults of [learning] target, and reads its file if it is one.
std::shared_ptr<const TimeTable> check_target(const scenario::Scenario& scenario, Index outputs,
                                              Diagnostics& diagnostics);
/// Times at which rate or target are not smooth, t0 < t < t1.
std::vector<double> learning_breakpoints(const Setup& setup, double t0, double t1);
/// A sample's part of the loss, as the weights see it: 1/samples where it is their mean, else 1.
double per_sample(const Setup& setup, Index samples);
/// Names the loss for the record ("batch_loss" where batches are shown, and then 0 while none is).
ValueId name_loss(const Setup& setup, network::Assembly& assembly, ValueId loss);
/// What the loss is a convex function of: the output or, where the loss takes it, the argument of its softmax.
ValueId score_of(const Setup& setup, network::Assembly& assembly);
/// What moving weights or a bias keep to.
const network::Motion& motion_of(const network::Network& network, const network::Assembly::Plastic& weights);
/// The population that weights or a bias drive.
std::size_t post_of(const network::Network& network, const network::Assembly::Plastic& weights);
/// The loss of an assembly whose clamped populations hold `samples` (may be null).
ValueId add_loss(const Setup& setup, network::Assembly& assembly, const network::Samples* samples, bool steady);

/// A network without [learning].
Problem plain_problem(const scenario::Scenario& scenario, const network::Network& network, Diagnostics& diagnostics);

/// v * factor, of any shape; invalid stays invalid.
ValueId scaled(Program& program, ValueId v, double factor);

/// How much of vector kShown the batches take: MoreShown begins there.
Index shown_size(const network::Assembly& assembly, const network::Network& network);

/// Wraps a program into system, sampler and recordable names.
Problem wrap(network::Assembly assembly, const network::Network& network, bool symmetric,
             std::function<std::vector<double>(double, double)> more_breakpoints = {}, MoreShown more_shown = {});

/// Adds accuracy on the training samples, and loss and accuracy on the test samples. `weights_offset`: where the moving
/// weights start in the state. `feedback`: see Draft. `settled`: activity of a network with loops sits at its fixed
/// point, of test samples too.
void add_metrics(const Setup& setup, Problem& problem, ValueId loss, ValueId output, Index weights_offset,
                 std::optional<double> feedback = std::nullopt, bool settled = false);

}  // namespace neurode::learning
