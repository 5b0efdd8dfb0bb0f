#pragma once

#include <optional>
#include <string>

#include "learning/build.hpp"

namespace neurode::learning {

LossEntry binary_cross_entropy();
LossEntry cross_entropy();
LossEntry energy();
LossEntry hinge();
LossEntry squared_error();

/// factor and reduction, which every loss has.
ParameterTable loss_parameters(const char* standard_reduction);
/// factor * (sum over all of `terms`), divided by the number of samples where the reduction is "mean".
/// Terms without a target (mask 0) do not count.
ValueId reduced(const LossContext& context, ValueId terms);

/// Between what an output population's activation stays, and where it comes next to that: seen at |input| up to 1e4.
/// Nothing where the model has no activation.
struct OutputRange {
  double low = 0, high = 0, at_low = 0, at_high = 0;
};
std::optional<OutputRange> output_range(const network::Population& population);
/// Targets of the training rows that are given, an output a row, a sample a column; null where there are none yet (a
/// stream, a function of time). Elements without a target are NaN.
const Matrix* given_targets(const Setup& setup);
/// Reports at [learning] loss.
void refuse_loss(const Setup& setup, Diagnostics& diagnostics, const std::string& problem, const std::string& found,
                 const std::string& allowed);
/// Reports the first target that `fits` not.
void check_targets(const Setup& setup, Diagnostics& diagnostics, bool (*fits)(double), const std::string& allowed);

}  // namespace neurode::learning
