#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "neurode/dynamics/layout.hpp"

namespace neurode {

/// Values of a System's past: what has been sampled at earlier times, as piecewise polynomials. Kept by drive().
class Past {
 public:
  static constexpr int kMostNodes = 16;

  /// All signals at one moment: signal k is the sum over j of weight[j] * values[k + j * stride].
  /// Good until anything else of the Past is called.
  struct Window {
    const double* values = nullptr;
    Index stride = 0;
    int nodes = 0;
    std::array<double, kMostNodes> weight{};
  };

  virtual ~Past() = default;
  /// The signals at time t, or (rate) their time derivatives there, by the piece that holds the time `where`: next to a
  /// breakpoint that is another one than t's own, which is then continued to t. Before the start: the initial history
  /// (its rates are taken as 0); behind the last piece: that one, continued. `hint` is the caller's, 0 at first:
  /// finding pieces takes constant time where calls with one hint go on in time.
  virtual void window(double t, double where, bool rate, std::int64_t& hint, Window& w) const = 0;
  /// Changes whenever the values may have.
  virtual std::int64_t version() const = 0;
};

/// What F of a System needs of the past: signals, functions of the state that are sampled as the integration goes, and
/// read again at t - delay. Not safe for concurrent calls on one object.
class Delays {
 public:
  virtual ~Delays() = default;
  /// Number of signals.
  virtual Index signals() const = 0;
  /// All signals at (t, x) into out. They must not depend on the past themselves.
  virtual void sample(double t, const double* x, double* out) = 0;
  /// Signals before the start (t < t0).
  virtual void before(double t, double* out) = 0;
  /// before() is the same at any t.
  virtual bool held_before() const { return false; }
  /// Times before the start at which before() is not smooth, ascending.
  virtual std::vector<double> breakpoints_before() const { return {}; }
  /// From now on rhs and its products read from `past` (null: none; then the past is as before()), and keep it.
  virtual void attach(std::shared_ptr<const Past> past) = 0;
  /// The shortest and the longest delay, > 0.
  virtual double shortest() const = 0;
  virtual double longest() const = 0;
  /// The distinct delays, ascending; empty where there are more than can be followed as breakpoints.
  virtual const std::vector<double>& distinct() const = 0;
};

}  // namespace neurode
