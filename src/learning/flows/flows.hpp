#pragma once

#include <string>
#include <utility>
#include <vector>

#include "learning/build.hpp"

namespace neurode::learning {

FlowEntry gradient();

/// What a flow is made of, and what it makes. Derivatives are by flow time s, ds = rate dt: a schedule of the rate and
/// its states need no thought in a flow.
struct FlowContext {
  network::Assembly& a;
  const Parameters& parameters;
  double start = 0;                ///< time at which the run starts
  ValueId loss;                    ///< 1 x 1
  std::vector<std::string> names;  ///< of the weights that move
  std::vector<ValueId> weights, gradient;
  std::vector<equations::Node> direction;                  ///< dw/ds of each: to be set by the flow
  std::vector<std::pair<ValueId, equations::Node>> moves;  ///< states added and their derivative by s

  equations::Graph& graph() const { return a.program.graph(); }
  equations::Node node(ValueId v) const { return a.program.node(v); }
  equations::Node w(std::size_t k) const { return node(weights[k]); }
  equations::Node g(std::size_t k) const { return node(gradient[k]); }
  /// A state in the shape of weight k, "NAME.suffix" in the record.
  ValueId state_like(std::size_t k, const std::string& suffix, const std::string& long_name, double initial);
  /// One number as a state.
  ValueId scalar(const std::string& name, const std::string& long_name, double initial);
  /// d state/ds.
  void move(ValueId state, equations::Node derivative) { moves.emplace_back(state, derivative); }
  /// The sum over all elements of all weights, one expression a weight: 1 x 1.
  equations::Node total(const std::vector<equations::Node>& terms);
};

/// Sets the rates of the moving weights, and of the states that flow and rate add.
void add_flow(const Setup& setup, network::Assembly& assembly, ValueId loss, const std::vector<ValueId>& gradient);

}  // namespace neurode::learning
