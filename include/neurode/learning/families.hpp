#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "neurode/core/registry.hpp"
#include "neurode/dynamics/program.hpp"
#include "neurode/network/assemble.hpp"

namespace neurode::learning {

struct Setup;
struct Problem;
struct FlowContext;
class RateSetter;

/// What a loss is built from: output activity and targets, n x samples each.
struct LossContext {
  Program& program;
  ValueId output, targets;
  /// Of the output population where it is a softmax at steady state, else null.
  const network::Assembly::Softmax* softmax = nullptr;
  const Parameters& parameters;
  /// 1 where there is a target, else 0, n x samples; invalid: everywhere.
  ValueId mask = {};
  /// The whole network with output population `population`; null where the output is no part of it.
  const network::Assembly* assembly = nullptr;
  const network::Network* network = nullptr;
  std::size_t population = 0;
  bool each_sample = false;  ///< 1 x samples instead: what each of them adds
};

/// A loss L(output, targets), one number.
struct LossEntry : Entry {
  bool wants_softmax = false;
  /// Reports outputs and targets it cannot be used with; may be null.
  void (*check)(const Setup& setup, Diagnostics& diagnostics) = nullptr;
  ValueId (*build)(const LossContext& context) = nullptr;
  /// What of an output at steady state `build` reads, and is a convex function of; null: the output, or the argument of
  /// its softmax.
  ValueId (*score)(Program& program, ValueId output) = nullptr;
};
const std::vector<LossEntry>& losses();

/// A learning rule: what plays the gradient for the flow. `parameters` are its keys in [learning].
struct RuleEntry : Entry {
  bool needs_loss = true;
  /// Claims that g is the gradient of the loss: `neurode check --gradient` holds it to that.
  bool exact = false;
  /// Reports what the rule cannot be used with; may be null.
  void (*check)(const Setup& setup, Diagnostics& diagnostics) = nullptr;
  Problem (*build)(const Setup& setup) = nullptr;
};
const std::vector<RuleEntry>& rules();

/// What a flow's metric M(w) is built from; all in the order of the weights that move.
struct MetricContext {
  Program& program;
  ValueId loss, score;  ///< score: what the loss is a convex function of, the output or the argument of its softmax
  const std::vector<ValueId>&weights, &gradient, &direction;
};

/// An optimiser as a flow: how weights move along a gradient g(w), whatever rule g comes from.
struct FlowEntry : Entry {
  /// dw/ds is -c g with one c for all weights: the Jacobian is symmetric where the gradient's is.
  bool symmetric = false;
  bool stochastic = false;
  /// Reports what the flow cannot move; may be null.
  void (*check)(const Setup& setup, Diagnostics& diagnostics) = nullptr;
  /// Sets context.direction, in flow time s: ds = rate dt.
  void (*build)(FlowContext& context) = nullptr;
  /// For flows along M^-1 g: M d, of each weight. `build` then gets M^-1 g for g. May be null.
  std::vector<ValueId> (*metric)(const MetricContext& context) = nullptr;
  bool dense_metric = false;  ///< M is formed and factorised, as it need not be positive; else conjugate gradients
};
const std::vector<FlowEntry>& flows();

/// The learning rate over time.
struct RateEntry : Entry {
  bool constant = false;
  /// Reports values that do not fit one another, and rules it cannot go with; may be null.
  void (*check)(const Setup& setup, Diagnostics& diagnostics) = nullptr;
  /// The rate, an expression of 1 x 1 values; may add states to the context.
  equations::Node (*build)(FlowContext& context, const Parameters& parameters) = nullptr;
  /// Times between t0 and t1 at which it is not smooth; may be null. `start`: of the run.
  std::vector<double> (*breakpoints)(const Parameters& parameters, double start, double t0, double t1) = nullptr;
  /// For a rate that is set anew now and then: the state that `build` added, from weights that start at `first` in the
  /// state. May be null.
  std::unique_ptr<RateSetter> (*setter)(const Setup& setup, const StateLayout& layout, Index first) = nullptr;
};
const std::vector<RateEntry>& rates();

struct MonitorContext;

/// A figure of merit that is made, and computed, only where a scenario asks for it.
struct MonitorEntry : Entry {
  /// The figure as a function of (t, x); empty where there is none here (`why`).
  std::function<double(double t, const double* x)> (*build)(const MonitorContext& context, std::string* why) = nullptr;
};
const std::vector<MonitorEntry>& monitors();

}  // namespace neurode::learning
