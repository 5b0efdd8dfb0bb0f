#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "neurode/dynamics/layout.hpp"

namespace neurode {

class ByteReader;
class ByteWriter;

/// Isolated moments at which the state of a System jumps: spikes where a threshold is crossed, and what they schedule
/// (deliveries after a delay, ends of refractory times). drive() finds the crossings, stops its steps at the scheduled
/// moments, and calls the members in the order of time. Between jumps F may depend on who is refractory.
/// Nothing allocates once the queue has its size. Not safe for concurrent calls on one object.
class Jumps {
 public:
  virtual ~Jumps() = default;

  /// A run begins: nothing is scheduled, nobody is refractory.
  virtual void start(double t) = 0;
  /// Number of thresholds, one a neuron (and sample).
  virtual Index thresholds() const = 0;
  /// g[k] of each threshold: a neuron spikes where its g comes from below 0 and reaches 0 or more. -infinity while it
  /// must not (refractory).
  virtual void margins(double t, const double* x, double* g) = 0;
  /// Must neuron k spike wherever its g is 0 or more, however it got there? So where a reset takes it below again.
  virtual bool resets(Index k) const = 0;
  /// The neurons in `fired` (ascending) spike at t: their resets and what they do at once to others change x; the rest
  /// is scheduled. @throws NumericalError where a number that is no time comes up (a refractory time below 0)
  virtual void fire(double t, std::span<const Index> fired, double* x) = 0;
  /// The next scheduled moment; infinity where there is none.
  virtual double next() const = 0;
  /// Carries out everything scheduled up to and including t. Returns whether F or x changed.
  virtual bool deliver(double t, double* x) = 0;

  /// What is scheduled and who is refractory, into a checkpoint and out of it. @throws BytesError (load)
  virtual void save(ByteWriter& out) const = 0;
  virtual void load(ByteReader& in) = 0;
};

}  // namespace neurode
