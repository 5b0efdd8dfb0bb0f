#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "learning/parts/local_derivatives.hpp"

namespace neurode::learning {

/// What a weight w_ij has done to the states of its own neuron i, carried along with activity: eligibility vectors
///
///     d eps_k/dt = sum_l dF_k/dx_l eps_l + dF_k/dI r_j,    trace e_ij = sum_k dr/dx_k eps_k + dr/dI r_j
///
/// and the error that reaches the neuron: dL/dr where the loss reads it, else B dL/dI of the output population, with B
/// the transposed readout weights or fixed random ones (keys `feedback` and `gain` of the rule).
///
/// Matrices by weight stand one below the other for several samples: (n samples) x m, row i of sample s at i + n s.
class Eligibility {
 public:
  /// Of a network assembled with activity in the state. Refers to all of them.
  Eligibility(const Setup& setup, network::Assembly& assembly, ValueId loss);

  /// Reports what has no eligibility or no way back for the error. `one_state`: units must have one state at most, and
  /// the readout none.
  static void check(const Setup& setup, bool one_state, Diagnostics& diagnostics);

  /// In the order of assembly.plastic; adds the states.
  std::vector<ValueId> gradient();

 private:
  const LocalDerivatives& local(std::size_t p);
  ValueId trace(const network::Assembly::Plastic& w, std::size_t post, ValueId pre);
  ValueId filtered(const std::string& name, ValueId trace);
  ValueId signal(std::size_t p);
  ValueId add(const std::string& name, const std::string& what, Index rows, Index cols);
  ValueId by_weight(ValueId v, Index m);
  ValueId times_pre(ValueId v, ValueId pre);
  ValueId over_samples(ValueId v, Index n);

  const Setup& setup_;
  network::Assembly& a_;
  Program& p_;
  ValueId loss_;
  std::size_t output_;
  std::map<std::size_t, LocalDerivatives> locals_;
  std::map<std::size_t, ValueId> signals_;
  std::string row_, col_;  ///< dimensions of the matrices of the weight at hand
  std::string owner_;
};

}  // namespace neurode::learning
