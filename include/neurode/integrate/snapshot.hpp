#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "neurode/dynamics/layout.hpp"

namespace neurode::integrate {

/// How often drive() passes a restart point: at the end of a step it has the method start anew from (t, x), as after a
/// breakpoint but with the step size going on. What the method remembers across it is little, for many nothing, so a
/// run that is gone on with from there takes the same steps, bit for bit, as one that was never stopped.
/// Both 0: nowhere. A method that keeps a history loses it there: let it be thousands of steps between two.
struct RestartPoints {
  double every = 0;        ///< simulated time: at the first step end at or after t0 + k every
  std::int64_t steps = 0;  ///< accepted steps since the restart point before
  bool any() const { return every > 0 || steps > 0; }
};

/// A restart point, as drive() takes it back.
struct Snapshot {
  double t = 0;
  Vector x;
  std::vector<std::byte> memory;  ///< everything else: step control, places in the output grids, spikes, the past
  bool bound = false;             ///< the run's end had a say in its steps: to be gone on with to that end alone
};

/// The restart point last passed, of which a Snapshot can be made until the next one.
class SnapshotSource {
 public:
  virtual ~SnapshotSource() = default;
  virtual double t() const = 0;
  virtual const Vector& x() const = 0;
  virtual std::vector<std::byte> memory() const = 0;
  virtual bool bound() const = 0;
  Snapshot snapshot() const { return {t(), x(), memory(), bound()}; }
};

}  // namespace neurode::integrate
