#pragma once

#include <span>

#include "neurode/dynamics/program.hpp"

namespace neurode {

/// Does any of `values` depend on external vector `vector` (0: time)?
bool reads(const Program& program, std::span<const ValueId> values, int vector);

}  // namespace neurode
