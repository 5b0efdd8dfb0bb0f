#pragma once

#include "neurode/learning/families.hpp"

namespace neurode::learning {

LossEntry squared_error();
LossEntry cross_entropy();

/// factor and reduction, which every loss has.
ParameterTable loss_parameters(const char* standard_reduction);
/// factor * (sum over all of `terms`), divided by the number of samples where the reduction is "mean".
ValueId reduced(const LossContext& context, ValueId terms);

}  // namespace neurode::learning
