#pragma once

#include <memory>

#include "learning/build.hpp"

namespace neurode::learning {

/// The gradient of the loss of a recurrent network whose activity sits at its fixed point.
std::unique_ptr<Gradient> fixed_point_gradient(const Setup& setup, network::Assembly assembly, ValueId loss);
/// The same on samples of its own (null: none), all at once, with values of its program to sample.
std::unique_ptr<Gradient> fixed_point_gradient(const Setup& setup, const network::Samples* samples, ValueId& loss,
                                               ValueId& output);

}  // namespace neurode::learning
