#pragma once

#include <string>

#include "neurode/core/diagnostics.hpp"
#include "neurode/scenario/scenario.hpp"

namespace neurode::network {

/// Dimensional analysis of a model's equations, output and steady state, where it declares units beside that of time;
/// contradictions are reported at the statements. What an activation gives fits any unit, xi is in time^-1/2. Equations
/// that cannot be read are left to instantiate().
void check_units(const scenario::ModelSection& model, Diagnostics& diagnostics);

/// The same for a local rule, whose w, pre and post fit any unit.
void check_units(const scenario::PlasticitySection& rule, Diagnostics& diagnostics);

/// Unit of what projections read: as declared, or as it follows from declared units; "" where it does not.
std::string output_unit(const scenario::ModelSection& model);

/// `above` / `below` as a unit text; "" where either is "" (unknown).
std::string quotient_unit(const std::string& above, const std::string& below);

}  // namespace neurode::network
