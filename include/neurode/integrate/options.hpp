#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "neurode/dynamics/layout.hpp"
#include "neurode/integrate/snapshot.hpp"

namespace neurode::integrate {

/// How adaptive methods choose their steps: from the last error, from the last two, or from the last three.
enum class Control { i, pi, pid };

/// What [integrator] says, numbers only.
struct Options {
  std::string method = "tsit5";
  double rtol = 1e-6;
  Vector atol = Vector::Constant(1, 1e-9);  ///< one a state component, or size 1 for all
  double dt = 0;      ///< fixed methods: the step (required); adaptive: the first step, 0 = choose (Hairer)
  double dt_min = 0;  ///< 0: 16 ulp of t
  double dt_max = std::numeric_limits<double>::infinity();
  Control control = Control::pi;
  std::int64_t max_steps = 0;  ///< 0: no limit (all caps)
  std::int64_t max_rhs = 0;
  std::int64_t max_rejected = 50;  ///< in a row
  double max_wall_seconds = 0;
  std::uint64_t seed = 0;  ///< of the Wiener paths of stochastic methods
  RestartPoints restarts;
};

}  // namespace neurode::integrate
