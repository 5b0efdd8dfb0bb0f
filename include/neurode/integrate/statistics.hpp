#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace neurode::integrate {

/// How an integration ended. Finished is not succeeded: look at succeeded().
enum class Outcome {
  reached_end,
  stopped_by_condition,
  steady_state,
  max_steps,
  max_rhs,
  max_rejected,
  wall_clock,
  step_underflow,
  non_finite,
  solver_failed,
  endless_spikes,
  interrupted,
};
std::string_view outcome_name(Outcome o);
/// One sentence: what it means and what to try.
std::string_view outcome_advice(Outcome o);
inline bool succeeded(Outcome o) { return o <= Outcome::steady_state; }

/// Counts of one integration.
struct Statistics {
  std::int64_t steps = 0;     ///< accepted
  std::int64_t rejected = 0;  ///< by the error estimate or a non-finite value
  std::int64_t rhs = 0;       ///< right-hand sides
  std::int64_t jacobians = 0;
  std::int64_t factorisations = 0;
  std::int64_t jvps = 0;      ///< products J v, apart from those that make up a Jacobian
  std::int64_t switches = 0;  ///< from one method to another (auto)
  std::int64_t spikes = 0;
  double dt_min = 0;  ///< smallest and largest accepted step
  double dt_max = 0;
  double wall_seconds = 0;
};

}  // namespace neurode::integrate
