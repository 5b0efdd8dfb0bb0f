#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "learning/build.hpp"

namespace neurode::learning {

/// A population of an assembly with activity in the state, seen neuron by neuron: dx_k/dt = F_k(x, I), r = r(x, I).
/// Values are n x samples; an invalid one is 0 everywhere.
struct LocalDerivatives {
  std::vector<ValueId> states;                      ///< x_k
  std::vector<std::string> names;                   ///< of them: "a"
  ValueId input;                                    ///< I
  std::vector<std::vector<ValueId>> rate_by_state;  ///< dF_k/dx_l at [k][l]
  std::vector<ValueId> rate_by_input;               ///< dF_k/dI
  std::vector<ValueId> output_by_state;             ///< dr/dx_k
  ValueId output_by_input;                          ///< dr/dI
};

/// The population takes one input and has no softmax (check_local). White noise that is added counts as standing still.
LocalDerivatives local_derivatives(const network::Network& network, network::Assembly& assembly,
                                   std::size_t population);

/// Reports populations that have no derivatives neuron by neuron: several inputs, softmax, noise that activity
/// multiplies. `which`: the populations it is about, all where empty.
void check_local(const Setup& setup, const std::vector<char>& which, Diagnostics& diagnostics);

/// Reports of projections that are no matrix: connect, a coupling, a local rule. `which`: those it is about, all where
/// empty.
void check_dense(const Setup& setup, const std::vector<char>& which, Diagnostics& diagnostics);

/// The rule, refused where it is named.
void refuse_rule(const Setup& setup, Diagnostics& diagnostics, const std::string& problem, const std::string& allowed);

/// a * b + sum, in the shape of b; each may be invalid: nothing is added for a or b.
ValueId add_product(Program& program, ValueId a, ValueId b, ValueId sum);

/// One state that the output is, with dx/dt = a x + b I + ..., a and b numbers that all neurons share?
bool linear_leak(const network::Network& network, std::size_t population);

/// No state, and the output is the input?
bool linear_output(const network::Network& network, std::size_t population);

/// Does the output of a population follow its input at once?
std::vector<char> algebraic_outputs(const network::Network& network);

}  // namespace neurode::learning
