#pragma once

#include "integrate/step_control.hpp"
#include "neurode/dynamics/system.hpp"
#include "neurode/integrate/method.hpp"

namespace neurode::integrate {

/// Decides when `auto` changes between an explicit and a stiff method. All costs are in right-hand sides; a product J v
/// counts 1.25, linear algebra by its operations against those a right-hand side has at least.
///
/// To the stiff method: dt |lambda|, from the explicit method's last two stages, was above 0.9 of its stability
/// interval in more than ten steps, nearly in a row, and the stiff method promises to be clearly cheaper for the time
/// covered. How far it would get is read off the solution itself: from the second difference over windows of many
/// steps, which the wiggling of a step at its stability limit does not reach. A solution that is rough (stick and slip,
/// spikes) gives no room for long steps, and then stays with the explicit method however stiff it is: eager switching
/// there is known to cost a factor of ten.
///
/// Back: dt |lambda|, by one J v product a step (power iteration carried along), was inside the stability interval a
/// few times in a row; or the stiff method turned out dearer than the explicit one would be. The latter doubles the
/// patience before the next try.
/// @par Source  E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, 2nd ed. (1996), IV.2 (the estimate)
class Switching {
 public:
  Switching(System& system, const Statistics& statistics, const Options& options);

  /// The pair at work: stability interval and right-hand sides a step of the explicit method, stages of the stiff one
  /// (0: it takes J v products only).
  void set_pair(double stability, int explicit_stages, int stiff_stages);
  /// Forget what was seen of the solution, not what was learned about costs.
  void reset();

  /// What reset() leaves.
  void save(ByteWriter& out) const;
  void load(ByteReader& in);

  /// After a step of the explicit method that ended at (t, x): change to the stiff one?
  bool leave_explicit(double t, const Vector& x, double stiffness);
  /// After a step of the stiff method of size dt that ended at (t, x): change to the explicit one?
  bool leave_stiff(double t, double dt, const Vector& x);
  /// The step a return to the explicit method begins with.
  double first_explicit_step() const { return 0.9 * stability_ / radius_; }

 private:
  double spent() const;
  double stiff_step_cost();
  double reachable_step(double t, const Vector& x) const;
  void look_at_structure();
  bool give_back();

  System& system_;
  const Statistics& statistics_;
  ErrorNorm norm_;
  double stability_ = 1;
  int explicit_stages_ = 6, stiff_stages_ = 8;
  // Costs, in right-hand sides.
  bool looked_ = false;
  double columns_ = 0, factorisation_ = 0, solve_ = 0;
  // Explicit: steps near the stability limit, and the solution at three times among them.
  int hits_ = 0, misses_ = 0, patience_ = 1;
  double t0_ = 0, t1_ = 0, spent0_ = 0;
  Vector x0_, x1_;
  // Stiff.
  int steps_ = 0, inside_ = 0, stay_ = 0;
  double radius_ = 0, stiff_since_ = 0, spent_since_ = 0;
  Vector direction_, image_;
};

}  // namespace neurode::integrate
