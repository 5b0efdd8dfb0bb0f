#pragma once

#include <memory>
#include <string>
#include <vector>

#include "neurode/core/registry.hpp"
#include "neurode/dynamics/system.hpp"
#include "neurode/integrate/statistics.hpp"

namespace neurode::integrate {

/// One-step method on one System: the state in, the state and an error estimate out. Owned by drive(), which decides
/// about step sizes and acceptance.
class Stepper {
 public:
  virtual ~Stepper() = default;

  /// Forget everything kept from earlier steps (FSAL derivative, history): x or F changed outside.
  virtual void reset() = 0;
  /// F(t, x), ahead of the first step from there, which reuses it. To be called after reset() only.
  virtual const Vector& prime(double t, const Vector& x) = 0;
  /// A trial step from (t, x) over dt. Writes x_new and, where the method is adaptive and `error` is not null, the
  /// error estimate (signed, per component). Counts its right-hand sides in `statistics`.
  /// (t, x) must be that of the trial before (a rejected one), or its end (an accepted one), unless reset() came
  /// between.
  virtual void try_step(double t, const Vector& x, double dt, Vector& x_new, Vector* error) = 0;
  /// The trial step just taken is accepted: keep what the next step can use. Ends the use of the two below.
  virtual void accept() = 0;
  /// x at t + theta * dt of the last step tried, 0 <= theta <= 1; the x and x_new of that call must still stand
  /// unchanged. May take one right-hand side, which the next step then saves.
  virtual void interpolate(double theta, Vector& x) = 0;
  /// F at the end of the last step tried; conditions and costs as for interpolate().
  virtual const Vector& derivative_at_end() = 0;
  /// F at the start of the last step tried.
  virtual const Vector& derivative_at_start() const = 0;
};

/// How x inside a step is had: by the method's own formula (which may take a few right-hand sides more in steps where x
/// is asked for), or by the cubic through both ends with their slopes.
enum class DenseOutput { own, hermite };

struct MethodEntry : Entry {
  int order = 1;
  int embedded_order = 0;  ///< 0: fixed step only
  int dense_order = 3;
  DenseOutput dense = DenseOutput::hermite;
  int stages = 1;  ///< right-hand sides an accepted step costs
  bool fsal = false;
  bool stiff = false;
  bool needs_jvp = false;
  bool needs_jacobian = false;
  double real_stability = 0;  ///< length of the stability interval on the negative real axis
  std::unique_ptr<Stepper> (*make)(System& system, Statistics& statistics) = nullptr;

  bool adaptive() const { return embedded_order > 0; }
};

/// All methods, sorted by name. Parameters common to all are integrator_parameters().
const std::vector<MethodEntry>& methods();

/// Keys of [integrator] other than `method`: rtol, atol, dt, dt_min, dt_max, max_steps, max_rhs, max_rejected, ...
const ParameterTable& integrator_parameters();

}  // namespace neurode::integrate
