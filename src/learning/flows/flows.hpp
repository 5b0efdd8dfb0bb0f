#pragma once

#include <string>
#include <utility>
#include <vector>

#include "learning/build.hpp"
#include "learning/parts/expr.hpp"

namespace neurode::learning {

FlowEntry adagrad();
FlowEntry adam();
FlowEntry gradient();
FlowEntry heavy_ball();
FlowEntry langevin();
FlowEntry mirror();
FlowEntry natural();
FlowEntry nesterov();
FlowEntry newton();
FlowEntry normalised();
FlowEntry polyak();
FlowEntry rmsprop();
FlowEntry sgd_sde();
FlowEntry sign();

/// What a flow is made of, and what it makes. Derivatives are by flow time s, ds = rate dt: a schedule of the rate and
/// its states need no thought in a flow.
struct FlowContext {
  network::Assembly& a;
  const Parameters& parameters;
  double start = 0;                ///< time at which the run starts
  ValueId loss;                    ///< 1 x 1, with decay and l1
  Program::Seeds seeds;            ///< of Draft
  std::vector<std::string> names;  ///< of the weights that move
  std::vector<ValueId> weights, gradient;
  std::vector<equations::Node> direction;                  ///< dw/ds of each: to be set by the flow
  std::vector<std::pair<ValueId, equations::Node>> moves;  ///< states added and their derivative by s
  std::vector<double> factors;  ///< of dw/ds and of `shake`, each weight's key `rate`: what a flow sets is multiplied
  std::vector<equations::Node> shake;  ///< white noise of each: linear in increments by s
  std::vector<Noise::Source> sources;
  bool own_channels = false;  ///< each element has an increment of its own, and of no other state's amplitude

  std::size_t size() const { return weights.size(); }
  equations::Graph& graph() const { return a.program.graph(); }
  Expr of(ValueId v) const { return {a.program, v}; }
  Expr w(std::size_t k) const { return of(weights[k]); }
  Expr g(std::size_t k) const { return of(gradient[k]); }
  Expr t() const { return of(a.program.time()); }
  /// A state in the shape of weight k, "NAME.suffix" in the record.
  ValueId state_like(std::size_t k, const std::string& suffix, const std::string& long_name, double initial);
  /// One number as a state.
  ValueId scalar(const std::string& name, const std::string& long_name, double initial);
  /// d state/ds.
  void move(ValueId state, equations::Node derivative) { moves.emplace_back(state, derivative); }
  /// The sum over all elements of all weights, one expression a weight: 1 x 1.
  Expr total(const std::vector<equations::Node>& terms);
  /// |g|^2 over all weights.
  Expr squared_gradient();
  /// Increments of Brownian motions by s, with a name of their own.
  ValueId increments(const std::string& name, Index rows, Index cols);
  /// Flow time since the start, as a state "flow.time".
  Expr flow_time();
};

/// Sets the rates of the moving weights, of the states that flow and rate add, and of those in `moves` (state and
/// derivative by s).
void add_flow(const Setup& setup, network::Assembly& assembly, ValueId loss, const std::vector<ValueId>& gradient,
              const std::vector<std::pair<ValueId, ValueId>>& moves = {}, const Program::Seeds& seeds = {});
/// Reports what noise cannot be put on.
void check_noise(const Setup& setup, Diagnostics& diagnostics);

}  // namespace neurode::learning
