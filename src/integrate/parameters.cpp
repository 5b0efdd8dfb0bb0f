#include "neurode/integrate/method.hpp"

namespace neurode::integrate {

// Times are in the scenario's time unit, which depends on its models: no unit is declared here.
const ParameterTable& integrator_parameters() {
  static const ParameterTable table = {
      ParameterSpec::make(Kind::number, "rtol", "relative tolerance of the adaptive methods")
          .above(0)
          .below(1)
          .standard(1e-6),
      ParameterSpec::make(Kind::any, "atol",
                          "absolute tolerance of the adaptive methods: a number, or a table of numbers by block "
                          "(activity, errors, weights) or variable"),
      ParameterSpec::make(Kind::number, "dt",
                          "step of the fixed-step methods (required); first step of the adaptive ones (0: chosen)")
          .at_least(0)
          .standard(0.0),
      ParameterSpec::make(Kind::number, "dt_min",
                          "smallest step of the adaptive methods (0: 16 units in the last place of t)")
          .at_least(0)
          .standard(0.0),
      ParameterSpec::make(Kind::number, "dt_max", "largest step of the adaptive methods (absent: no limit)").above(0),
      ParameterSpec::make(
          Kind::choice, "control",
          "step-size control of the adaptive methods: I (from the last error), PI (Gustafsson, from the "
          "last two) or PID (from three); methods that choose their steps themselves have their own")
          .one_of({"I", "PI", "PID"})
          .standard("PI"),
      ParameterSpec::make(Kind::integer, "max_steps", "limit on accepted steps (0: none)").at_least(0).standard(0),
      ParameterSpec::make(Kind::integer, "max_rhs", "limit on right-hand sides (0: none)").at_least(0).standard(0),
      ParameterSpec::make(Kind::integer, "max_rejected", "limit on rejected trial steps in a row (0: none)")
          .at_least(0)
          .standard(50),
      ParameterSpec::make(Kind::number, "max_wall_seconds", "limit on the computing time (0: none)")
          .in("s")
          .at_least(0)
          .standard(0.0),
  };
  return table;
}

}  // namespace neurode::integrate
