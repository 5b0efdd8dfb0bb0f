#pragma once

#include <string>
#include <vector>

#include "neurode/scenario/scenario.hpp"

namespace neurode::run {

/// What `neurode list models NAME` tells beside parameters and source, line by line.
std::vector<std::string> model_details(const scenario::ModelSection& m);
/// In one word or two: the number of states, and what is special.
std::string model_brief(const scenario::ModelSection& m);

}  // namespace neurode::run
