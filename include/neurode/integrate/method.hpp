#pragma once

#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "neurode/core/registry.hpp"
#include "neurode/dynamics/system.hpp"
#include "neurode/integrate/options.hpp"
#include "neurode/integrate/statistics.hpp"

namespace neurode {
class ByteReader;
class ByteWriter;
}  // namespace neurode

namespace neurode::integrate {

/// What came of a trial step. Whether its numbers are finite is drive()'s to see.
enum class Trial {
  done,
  solver_failed,  ///< an inner iteration did not converge, a matrix was singular: a smaller step may help
};

/// What came of a step that the method chose itself: where it ended, or why there was none.
struct Advanced {
  double t = 0;
  Outcome outcome = Outcome::reached_end;  ///< reached_end: the step is good
  // Where there was none: t is where it failed, and
  Index element = -1;        ///< the component to blame, where that is known
  std::string_view words{};  ///< the library's own words, if any; valid until the next call
  // Of a good step:
  bool cut = false;  ///< but for `end` it, or a trial before it, would have been longer
};

/// A change from one method to another (auto).
struct Switch {
  double t = 0;
  std::string to;
};

/// A method at work on one System: the state in, the state and an error estimate out. Owned by drive(), which decides
/// about step sizes and acceptance, except where the method controls itself.
class Stepper {
 public:
  virtual ~Stepper() = default;

  /// Forget everything kept from earlier steps (FSAL derivative, history, Jacobian): x or F changed outside.
  virtual void reset() = 0;
  /// F(t, x), ahead of the first step from there, which reuses it. To be called after reset() only.
  virtual const Vector& prime(double t, const Vector& x) = 0;
  /// A trial step from (t, x) over dt. Writes x_new and, where the method is adaptive and `error` is not null, the
  /// error estimate (signed, per component). Counts its right-hand sides in `statistics`.
  /// (t, x) must be that of the trial before (a rejected one), or its end (an accepted one), unless reset() came
  /// between. Not for methods that control themselves.
  virtual Trial try_step(double t, const Vector& x, double dt, Vector& x_new, Vector* error);
  /// Where controls_itself(): one step of the method's own choosing from (t, x), ending at or before `end`. Counts its
  /// rejected trials. (t, x) is the end of the step before, unless reset() came between.
  virtual Advanced advance(double t, const Vector& x, double end, Vector& x_new);
  virtual bool controls_itself() const { return false; }
  /// The trial step just taken is accepted: keep what the next step can use. Ends the use of the three below.
  virtual void accept() = 0;
  /// x at t + theta * dt of the last step tried, 0 <= theta <= 1; the x and x_new of that call must still stand
  /// unchanged. May take right-hand sides; F at the end, if among them, the next step then saves.
  virtual void interpolate(double theta, Vector& x) = 0;
  /// F at the end of the last step tried; conditions and costs as for interpolate().
  virtual const Vector& derivative_at_end() = 0;
  /// F at the start of the last step tried.
  virtual const Vector& derivative_at_start() const = 0;

  /// dt |lambda| of the last step tried, lambda the eigenvalue that moved it most; 0 where the method cannot tell.
  virtual double stiffness() { return 0; }
  /// The step just tried is going to be accepted; x_new is its end. Called before accept() and before x_new moves.
  virtual void step_ended(const Vector& /*x_new*/) {}
  /// Changes of method so far, the first thousand of them; null where there are none.
  virtual const std::vector<Switch>* switches() const { return nullptr; }
  /// The longest step the method can take from here (a stabilised method has a largest number of stages).
  virtual double largest_step() const { return std::numeric_limits<double>::infinity(); }
  /// A step of dt or a little less from t, at whose end what the method draws upon is cheap to have.
  virtual double suited(double /*t*/, double dt) { return dt; }
  /// What outlives reset() and later steps depend on, into a checkpoint and out of it. @throws BytesError (load)
  virtual void save(ByteWriter&) const {}
  virtual void load(ByteReader&) {}
  /// Order of the error estimate + 1 where it changes from step to step; 0: as the entry says.
  virtual int error_order() const { return 0; }
};

/// How x inside a step is had: by the method's own formula (which may take a few right-hand sides more in steps where x
/// is asked for), by the cubic through both ends with their slopes, or by the straight line between them (paths of
/// stochastic methods have no slopes).
enum class DenseOutput { own, hermite, linear };

struct MethodEntry : Entry {
  int order = 1;           ///< of variable-order methods: the highest
  int embedded_order = 0;  ///< 0: fixed step only
  int error_order = 0;     ///< the error estimate is O(dt^error_order); 0: min(order, embedded_order) + 1
  int dense_order = 3;
  DenseOutput dense = DenseOutput::hermite;
  bool smooth_dense = true;  ///< the slope of the dense output is F at both ends; else right to O(dt^dense_order)
  int stages = 1;            ///< right-hand sides an accepted step costs; the least of them where that varies
  bool fsal = false;
  bool variable_order = false;
  bool varying_stages = false;  ///< the number of right-hand sides a step differs from step to step
  bool own_control = false;     ///< chooses its steps itself
  bool multistep = false;       ///< keeps a history: starts anew, at a cost, after every breakpoint
  bool scalar_atol = false;     ///< takes one absolute tolerance for all
  bool stochastic = false;      ///< for systems with noise, and for them alone; `order` is that without noise
  // Of stochastic methods:
  double strong_order = 0;                             ///< of the error of single paths; 0: for additive noise alone
  double strong_order_additive = 0;                    ///< where the noise is additive
  bool takes_ito = false, takes_stratonovich = false;  ///< noise that is not additive
  bool needs_diagonal = false;                         ///< takes Noise::diagonal() alone
  bool stiff = false;
  bool needs_jvp = false;
  bool needs_jacobian = false;
  Index largest_dense = 0;  ///< of a method that needs_jacobian: largest size it takes where J is not sparse; 0: any
  Index dense_up_to = 0;    ///< size up to which J is a dense matrix in a method that goes by products above
  int vectors = 0;          ///< state vectors it holds, as measured (tests/integrate/memory.cpp); 0: stages + 4
  /// Length of the stability interval on the negative real axis; infinite where there is no end to it; 0: differs from
  /// step to step.
  double real_stability = 0;
  std::unique_ptr<Stepper> (*make)(System& system, Statistics& statistics, const Options& options) = nullptr;

  bool adaptive() const { return embedded_order > 0; }
};

/// All methods, sorted by name. Parameters common to all are integrator_parameters().
const std::vector<MethodEntry>& methods();

/// Why this method cannot be used on this system with these options, with what could be; "" where it can.
std::string refusal(const MethodEntry& method, System& system, const Options& options);

/// What a build must have found to offer the method `name`, where this one has not: "SUNDIALS"; else empty.
std::string_view missing_library(std::string_view name);

/// Keys of [integrator] other than `method`: rtol, atol, dt, dt_min, dt_max, max_steps, max_rhs, max_rejected, ...
const ParameterTable& integrator_parameters();

}  // namespace neurode::integrate
