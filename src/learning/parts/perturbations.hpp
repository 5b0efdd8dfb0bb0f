#pragma once

#include <string>
#include <vector>

#include "learning/build.hpp"

namespace neurode::learning {

/// Random numbers that a rule adds to inputs, held for a time each: keys `sigma`, `window` and `draw` of the rule.
class Perturbations {
 public:
  /// The keys.
  static ParameterTable parameters();

  Perturbations(const Setup& setup, network::Assembly& assembly);
  /// Those of a population, neurons x samples, mean 0 and variance 1; can be recorded as "NAME.perturbation".
  ValueId of(const network::Population& population);
  double sigma() const;
  /// What the problem is to show.
  MoreShown shown() const;

 private:
  const Setup& setup_;
  network::Assembly& a_;
  Index first_, size_ = 0;
};

}  // namespace neurode::learning
