#pragma once

#include <string>

#include "learning/build.hpp"

namespace neurode::learning {

/// Fixed random weights by which errors come back: n x m, normal with variance gain^2/m (what comes back keeps its
/// size), `gain` a key of the rule. Recorded by `name`, which is their random stream.
ValueId feedback(const Setup& setup, network::Assembly& assembly, const std::string& name, Index n, Index m,
                 const std::string& rows, const std::string& columns);

}  // namespace neurode::learning
