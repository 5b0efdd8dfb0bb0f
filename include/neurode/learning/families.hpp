#pragma once

#include <string>
#include <vector>

#include "neurode/core/registry.hpp"
#include "neurode/dynamics/program.hpp"
#include "neurode/network/assemble.hpp"

namespace neurode::learning {

/// What a loss is built from: output activity and targets, n x samples each.
struct LossContext {
  Program& program;
  ValueId output, targets;
  /// Of the output population where it is a softmax at steady state, else null.
  const network::Assembly::Softmax* softmax = nullptr;
  const Parameters& parameters;
};

/// A loss L(output, targets), one number.
struct LossEntry : Entry {
  bool wants_softmax = false;
  ValueId (*build)(const LossContext& context) = nullptr;
};
const std::vector<LossEntry>& losses();

/// A learning rule. `parameters` are the keys of [learning] besides rule and loss.
struct RuleEntry : Entry {};
const std::vector<RuleEntry>& rules();

}  // namespace neurode::learning
