#pragma once

#include <cstdint>
#include <span>

#include "neurode/dynamics/layout.hpp"

namespace neurode {

/// Isolated moments at which the state of a System jumps: spikes where a threshold is crossed, and what they schedule
/// (deliveries after a delay, ends of refractory times). drive() finds the crossings, stops its steps at the scheduled
/// moments, and calls the members in the order of time. Between jumps F may depend on who is refractory.
/// Not safe for concurrent calls on one object.
class Jumps {
 public:
  virtual ~Jumps() = default;

  /// A run begins at (t, x): nothing is scheduled, nobody is refractory, who is above threshold is not counted.
  virtual void start(double t, const double* x) = 0;
  /// Number of thresholds, one a neuron (and sample).
  virtual Index thresholds() const = 0;
  /// g[k] of each threshold: a neuron spikes where its g comes from below 0 and reaches 0 or more. -infinity while it
  /// must not (refractory).
  virtual void margins(double t, const double* x, double* g) = 0;
  /// The neurons behind `fired` spike at t: their resets change x, deliveries are scheduled.
  virtual void fire(double t, std::span<const Index> fired, double* x) = 0;
  /// The next scheduled moment; infinity where there is none.
  virtual double next() const = 0;
  /// Carries out everything scheduled up to and including t. Returns whether x changed.
  virtual bool deliver(double t, double* x) = 0;
};

}  // namespace neurode
