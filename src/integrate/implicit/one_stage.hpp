#pragma once

#include <memory>

#include "neurode/integrate/method.hpp"

namespace neurode::integrate {

/// A stepper of the implicit one-stage method x_new = x + dt F(t + theta dt, (1 - theta) x + theta x_new): implicit
/// Euler for theta = 1, the implicit midpoint rule for 1/2. Fixed step.
///
/// Solved by simplified Newton iteration to the level of rounding. J (dense up to n = kLargestDenseNewton, or sparse)
/// is kept from step to step until it takes the iteration too long, then taken anew where the iteration stands. Above
/// that size: Newton with GMRES on products J v, always at the present iterate.
std::unique_ptr<Stepper> make_one_stage(double theta, System& system, Statistics& statistics);

inline constexpr Index kLargestDenseNewton = 500;

/// What the entries of both have in common.
MethodEntry one_stage_entry();

}  // namespace neurode::integrate
