#pragma once

#include <memory>
#include <string>

#include "neurode/analysis/subsystem.hpp"
#include "neurode/core/parameters.hpp"
#include "neurode/network/network.hpp"

namespace neurode::study {

/// A network's rates as a function of a constant of one population, a parameter of its model or its bias, without
/// building it anew at each value: the constant is a state that stands still.
class FreedConstant {
 public:
  /// Null where that cannot be done: data, weights that move, another kind of key, or so many states that the
  /// Jacobian's sparsity, which is lost, matters.
  static std::unique_ptr<FreedConstant> make(const network::Network& network, const std::string& population,
                                             const std::string& key);

  /// Is it within the parameter's range?
  bool allows(double value) const;
  System& at(double value);

 private:
  FreedConstant() = default;

  network::Network network_;
  ParameterSpec spec_;
  std::unique_ptr<System> whole_;
  std::unique_ptr<analysis::Subsystem> part_;
  Vector hold_;
  Index first_ = 0, count_ = 0;  ///< where the constant stands
};

}  // namespace neurode::study
