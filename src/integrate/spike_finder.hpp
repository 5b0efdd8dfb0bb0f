#pragma once

#include <functional>
#include <vector>

#include "neurode/core/bytes.hpp"
#include "neurode/dynamics/jumps.hpp"
#include "neurode/integrate/drive.hpp"

namespace neurode::integrate {

/// Finds and carries out the spikes of a system for drive().
class SpikeFinder {
 public:
  /// `jumps` may be null: then there is nothing to find.
  SpikeFinder(Jumps* jumps, Index state_size);

  bool active() const { return jumps_ != nullptr; }
  void start(double t, const Vector& x);

  void save(ByteWriter& out) const;
  void load(ByteReader& in);

  /// Where in the step just taken from t over dt to (t_new, x_new) the first neuron crosses its threshold: theta in
  /// (0, 1], on the far side of the crossing; above 1: none. The step is looked at at its end and, where the dense
  /// output is `inside` used, at three points between: a neuron that rises and falls again between two of them is
  /// missed.
  double first_crossing(double t, double dt, double t_new, const Vector& x_new, Stepper& stepper, bool inside);

  /// At (t, x): everything scheduled is delivered, and whoever has crossed its threshold spikes, again and again until
  /// all is quiet. Returns whether anything changed; `spike` hears of each. `endless` is set where that has no end.
  bool settle(double t, Vector& x, const std::function<void(Index, double)>& spike, bool& endless);

  /// The next scheduled moment; infinity where there is none.
  double next() const;

 private:
  void margins(double t, const Vector& x, std::vector<double>& g) { jumps_->margins(t, x.data(), g.data()); }
  double margin_at(double theta);

  Jumps* jumps_;
  std::vector<double> before_, now_;  ///< margins at the start of the step, and where it is looked at
  std::vector<Index> rising_;         ///< who crosses in the piece of the step at hand
  std::vector<Index> fired_;
  Vector between_;
  // The step being searched.
  double t_ = 0, dt_ = 0, t_new_ = 0;
  const Vector* x_new_ = nullptr;
  Stepper* stepper_ = nullptr;
};

}  // namespace neurode::integrate
