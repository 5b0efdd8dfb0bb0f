#pragma once

#include <optional>
#include <string>

#include "neurode/core/unit.hpp"

namespace neurode {

/// What udunits2 knows by this name ("inch", "eV", "degree_Fahrenheit"), in our base units. Nothing where it knows no
/// such name, where the unit is logarithmic or of light, or where this build or machine lacks udunits2.
std::optional<Unit> udunits_unit(const std::string& name);

}  // namespace neurode
