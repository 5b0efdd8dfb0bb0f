#pragma once

#include "learning/build.hpp"

namespace neurode::learning {

/// The gradient of a draft times the inverse of its flow's metric, M^-1 g: what such a flow moves along.
std::unique_ptr<Gradient> solved_gradient(Draft draft);
/// Reports what such a flow cannot be used with.
void check_metric(const Setup& setup, Diagnostics& diagnostics);

}  // namespace neurode::learning
