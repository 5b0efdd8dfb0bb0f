#pragma once

#include <vector>

#include "neurode/dynamics/layout.hpp"

namespace neurode {

/// Values of a System's past: what has been sampled at earlier times, by piecewise polynomials. Kept by drive().
class Past {
 public:
  virtual ~Past() = default;
  /// Signal `k` at time t; before the start the initial history; after the last sample the last piece, extrapolated.
  virtual double value(Index k, double t) const = 0;
};

/// What F of a System needs of the past: signals, functions of the state that are sampled as the integration goes, and
/// read again at t - delay. Not safe for concurrent calls on one object.
class Delays {
 public:
  virtual ~Delays() = default;
  /// Number of signals.
  virtual Index signals() const = 0;
  /// All signals at (t, x) into out.
  virtual void sample(double t, const double* x, double* out) = 0;
  /// Signals before the start (t < t0).
  virtual void before(double t, double* out) = 0;
  /// From now on rhs and its products read from `past` (null: none; then the past is as before()).
  virtual void attach(const Past* past) = 0;
  virtual double shortest() const = 0;
  virtual double longest() const = 0;
  /// The distinct delays, ascending; empty where there are more than can be followed as breakpoints.
  virtual const std::vector<double>& delays() const = 0;
};

}  // namespace neurode
