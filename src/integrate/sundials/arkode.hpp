#pragma once

#include "neurode/integrate/method.hpp"

namespace neurode::integrate::sundials {

/// ARKODE's ARKStep with ARK4(3)6L[2]SA: weights by the explicit method, all else by the implicit one. A state that
/// does not have both is all implicit.
///
/// A right-hand side that is not finite at the end of a stage ends ARKODE's step for good; here it is a rejection, and
/// the step is tried again with a quarter of its length. F is computed once where ARKODE asks for both its parts.
std::unique_ptr<Stepper> make_ark436(System& system, Statistics& statistics, const Options& options);

}  // namespace neurode::integrate::sundials
