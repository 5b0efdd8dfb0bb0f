#include "neurode/integrate/statistics.hpp"

namespace neurode::integrate {

std::string_view outcome_name(Outcome o) {
  switch (o) {
    case Outcome::reached_end:
      return "reached_end";
    case Outcome::stopped_by_condition:
      return "stopped_by_condition";
    case Outcome::steady_state:
      return "steady_state";
    case Outcome::max_steps:
      return "max_steps";
    case Outcome::max_rhs:
      return "max_rhs";
    case Outcome::max_rejected:
      return "max_rejected";
    case Outcome::wall_clock:
      return "wall_clock";
    case Outcome::step_underflow:
      return "step_underflow";
    case Outcome::non_finite:
      return "non_finite";
    case Outcome::solver_failed:
      return "solver_failed";
    case Outcome::endless_spikes:
      return "endless_spikes";
    case Outcome::interrupted:
      break;
  }
  return "interrupted";
}

std::string_view outcome_advice(Outcome o) {
  switch (o) {
    case Outcome::reached_end:
      return "The integration reached the end of its interval.";
    case Outcome::stopped_by_condition:
      return "A stop condition was met before the end of the interval.";
    case Outcome::steady_state:
      return "Every rate of change fell below the steady-state threshold.";
    case Outcome::max_steps:
      return "The limit on steps was reached; raise max_steps, loosen the tolerances, or use a method for stiff "
             "problems "
             "if the steps are small where the solution is smooth.";
    case Outcome::max_rhs:
      return "The limit on right-hand sides was reached; raise max_rhs, loosen the tolerances, or use a method for "
             "stiff "
             "problems if the steps are small where the solution is smooth.";
    case Outcome::max_rejected:
      return "Too many trial steps in a row were rejected; look for a jump in the equations that is not declared as a "
             "breakpoint, or loosen rtol and atol.";
    case Outcome::wall_clock:
      return "The time allowed was used up; raise max_wall_seconds, loosen the tolerances, or resume from the "
             "checkpoint.";
    case Outcome::step_underflow:
      return "The step became too small for the time to advance; the solution may have a singularity there, the "
             "problem "
             "may be stiff (try a method for stiff problems), or the tolerances are below rounding error.";
    case Outcome::non_finite:
      return "A value became infinite or not a number; reduce dt (fixed steps), or check the equations and initial "
             "values for divisions by zero, logarithms of negative numbers and growth without bound.";
    case Outcome::solver_failed:
      return "The equations of an implicit step could not be solved; reduce dt (fixed steps), loosen the tolerances, "
             "or "
             "look for a jump in the equations.";
    case Outcome::endless_spikes:
      return "Neurons spike again and again at one moment: a reset leaves them above their threshold, or they drive "
             "each other at once; add a refractory time or a delay.";
    case Outcome::interrupted:
      break;
  }
  return "The run was interrupted; what was computed is kept and can be resumed.";
}

}  // namespace neurode::integrate
