#pragma once

#include "learning/rates/rates.hpp"
#include "neurode/dynamics/jumps.hpp"

namespace neurode::learning {

/// Sets a rate that is a state at times start + k every, k = 0, 1, ...: between them it stands still. What it becomes
/// depends on (t, x) alone.
class RateSetter : public Jumps {
 public:
  /// `rate`: where the state stands.
  RateSetter(double start, double every, Index rate) : start_(start), every_(every), rate_(rate) {}
  virtual double rate(double t, const double* x) = 0;
  void set(double t, double* x) { x[rate_] = rate(t, x); }

  void start(double t) final;
  Index thresholds() const final { return 0; }
  void margins(double, const double*, double*) final {}
  bool resets(Index) const final { return false; }
  void fire(double, std::span<const Index>, double*) final {}
  double next() const final { return next_; }
  bool deliver(double t, double* x) final;
  void save(ByteWriter& out) const final;
  void load(ByteReader& in) final;

 private:
  double start_, every_, next_ = 0;
  Index rate_;
};

}  // namespace neurode::learning
