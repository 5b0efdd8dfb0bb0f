#pragma once

#include <optional>
#include <vector>

#include "neurode/dynamics/program_system.hpp"

namespace neurode {

/// Where the Jacobian of the rates can differ from 0, the diagonal always among it, found by following which state
/// elements each element of each value depends on. Nothing where it is mostly full, or too large to look at.
std::optional<Sparsity> find_sparsity(const Program& program, const StateLayout& layout,
                                      const std::vector<ProgramSystem::Part>& parts);

/// dF/dt of each part, appended to the program; invalid where it is 0. `moving`: what moves with time beside time
/// itself, and how fast.
std::vector<ValueId> time_derivatives(Program& program, const std::vector<ProgramSystem::Part>& parts,
                                      Program::Seeds moving = {});

/// Of each part: the derivative of its rate in its own state, element by element, appended to the program; invalid
/// where the rate is not linear in it. What comes by way of a product (a synapse onto oneself) counts as standing
/// still.
std::vector<ValueId> own_linear_rates(Program& program, const std::vector<ProgramSystem::Part>& parts);

/// Finds comparisons, steps and kinks of straight functions of time alone (t > 5, heaviside(t - t0), abs(t - 3)), makes
/// those that jump depend on the segment instead (so that both ends of a step see the same side), and returns the times
/// at which they change, ascending: breakpoints. Conditions that bend in time (sin(t) > 0) are left as they are.
std::vector<double> settle_time_conditions(Program& program);

}  // namespace neurode
