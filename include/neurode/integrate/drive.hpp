#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "neurode/dynamics/system.hpp"
#include "neurode/integrate/method.hpp"
#include "neurode/integrate/options.hpp"
#include "neurode/integrate/snapshot.hpp"
#include "neurode/integrate/statistics.hpp"

namespace neurode::integrate {

/// Times t0 + k * every, k = 0, 1, ... up to the end (the end included where it lies within 1e-9 of the spacing of a
/// grid point, and then exactly the end). every = 0: every accepted step (and the start), or `times` where there are
/// any: ascending, within [t0, t1].
struct OutputGrid {
  double every = 0;
  std::vector<double> times = {};
};

/// A scalar g(t, x); the integration stops where it crosses zero in the given direction (0: either), located by root
/// finding on the dense output to time accuracy of a few ulp, on the far side of the crossing. With `stop` false it is
/// only reported. g is looked at at both ends of each step and at four points between: two crossings closer together
/// than a fifth of a step can be missed. Reaching exactly zero counts as crossing, leaving zero does not: an event that
/// starts at zero does not fire at once. Where g is NaN nothing fires.
struct Event {
  std::string name;
  std::function<double(double t, const Vector& x)> g;
  int direction = 0;
  bool stop = true;
  /// Look inside steps too; false where g costs as much as a right-hand side and crosses once (a loss that falls).
  bool inside = true;
};

/// What the caller hears. All may be empty. x is valid during the call only.
struct Observer {
  /// Point `index` of output grid `grid` is reached.
  std::function<void(std::size_t grid, std::int64_t index, double t, const Vector& x)> output;
  /// After each accepted step: for progress.
  std::function<void(double t, double dt, const Vector& x, const Statistics& s)> step;
  /// Event `which` happened.
  std::function<void(std::size_t which, double t, const Vector& x)> event;
  /// Threshold `which` of the system's jumps was crossed at t: a spike.
  std::function<void(Index which, double t)> spike;
  /// A restart point is passed, behind all that is heard of its step.
  std::function<void(double t, const Statistics& s, const SnapshotSource& source)> restart;
  /// A NumericalError is about to be thrown from drive(): the last restart point passed, if there is one.
  std::function<void(Snapshot last)> failed;
  /// Asked after every step; true: stop (Outcome::interrupted).
  std::function<bool()> interrupt;
};

/// A run's end.
struct Result {
  Outcome outcome = Outcome::reached_end;
  double t = 0;  ///< time reached
  Vector x;      ///< state there (the last good one after a failure)
  Statistics statistics;
  std::vector<Switch> switches;  ///< changes of method (auto), the first thousand
  int event = -1;                ///< the event that stopped it
  // After non_finite: the component of the trial state (or its derivative) that was not finite, and where it was tried.
  // After step_underflow and max_rejected: the component with the largest error, where it was found.
  Index bad_element = -1;
  double bad_time = 0;
  /// Where options.restarts has any: the last restart point passed (of a run that came to its end, the last one that
  /// is not bound to it), after a failure the last good state. Nothing where there is none: to go on means to start
  /// again.
  std::optional<Snapshot> last;
  std::string message;  ///< one line: outcome, time, dt, the variable's name where one is to blame
};

/// Integrates `system` from (t0, x0) to t1 > t0. Allocates before the first step only.
///
/// Steps end exactly on breakpoints of the system and on t1; output points inside a step come from the method's dense
/// output and do not shorten steps (fixed-step methods too: the grid of steps is t0 + k dt within each segment, the
/// last step of a segment shortened to end on it). Grid points that coincide with a step's end give the step's value
/// itself. Step control: PI (Gustafsson), weighted RMS norm with scale atol + rtol * max(|x0|, |x1|); a non-finite
/// trial is a rejection with dt / 4 for adaptive methods, and an end (Outcome::non_finite) for fixed ones. A run
/// stopped by an event ends with the event's time and state; a grid with every = 0 gets that state as well. max_rhs
/// stops before a step that would exceed it. Exceptions thrown by the observer pass through. `steady_state` > 0 stops
/// (Outcome::steady_state) at the first step end where max_i |F_i| < steady_state.
///
/// `from`: goes on there instead of at (t0, x0), which are to be what they were, as are system, method, tolerances,
/// grids and events; t1 may lie elsewhere behind it, unless it is bound.
/// @throws BytesError for a snapshot that does not fit; std::invalid_argument for an unknown method, a vector of the
/// wrong size, an interval or a grid that is not
///         finite or goes backwards, tolerances that are not > 0 (atol: >= 0), a fixed method without dt
Result drive(System& system, double t0, const Vector& x0, double t1, const Options& options,
             const std::vector<OutputGrid>& grids, const std::vector<Event>& events, const Observer& observer,
             double steady_state = 0, const Snapshot* from = nullptr);

}  // namespace neurode::integrate
