#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "neurode/equations/tape.hpp"
#include "neurode/network/network.hpp"

namespace neurode::network {

/// A state before the start, as a function of time (the scenario's): numbers, an expression of t, or a table.
struct StateHistory {
  Vector values;  ///< size 1 or n; empty: not numbers
  std::optional<equations::Tape> expression;
  std::shared_ptr<const TimeTable> table;  ///< one row, or one a neuron
  bool cubic = false;                      ///< between knots: the cubic through four of them, else a straight line
  mutable std::vector<double> scratch;     ///< of the expression: not to be evaluated concurrently

  /// One number a neuron. Before its first and after its last time a table keeps its end values.
  void evaluate(double t, double* out, Index n) const;
};

}  // namespace neurode::network
