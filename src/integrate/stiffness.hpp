#pragma once

#include <string>

#include "neurode/integrate/method.hpp"
#include "neurode/integrate/time_scales.hpp"

namespace neurode::integrate {

constexpr int kScaleProducts = 60;  ///< J v, that the fastest time scale takes

/// Why a run that got no further than (t, x), with steps of dt, may have been so slow: the fastest time scale against
/// dt, whether that is stiffness, and what to use instead. `t1`: where it was to go.
std::string stiffness_text(System& system, double t, const Vector& x, double t1, double dt, const MethodEntry& method,
                           const Options& options);

}  // namespace neurode::integrate
