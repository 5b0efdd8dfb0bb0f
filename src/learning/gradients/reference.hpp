#pragma once

#include <memory>
#include <string>

#include "learning/build.hpp"

namespace neurode::learning {

/// Why there is no such gradient as the next one; "" where there is.
std::string no_reference(const Setup& setup);
/// The gradient of the loss on all training samples with activity at its steady state, by back-propagation, whatever
/// the rule follows; weights as assembly.plastic has them. Null where there is none (`why`).
std::unique_ptr<Gradient> reference_gradient(const Setup& setup, std::string* why);

/// Networks without loops: the loss as an expression of the weights.
std::unique_ptr<Gradient> layered_gradient(const Setup& setup);

}  // namespace neurode::learning
