#pragma once

#include "neurode/dynamics/layout.hpp"

namespace neurode::integrate::sundials {

/// J is a dense matrix up to this size; GMRES with products J v solves for longer states.
inline constexpr Index kLargestDense = 300;

}  // namespace neurode::integrate::sundials
