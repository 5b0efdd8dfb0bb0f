#pragma once

#include <vector>

#include "neurode/dynamics/system.hpp"

namespace neurode::analysis {

/// Some elements of a system, in this order, the others held where they are at `hold`.
class Subsystem final : public System {
 public:
  Subsystem(System& system, std::vector<Index> elements, const Vector& hold);

  const StateLayout& layout() const override { return layout_; }
  void rhs(double t, const double* x, double* dxdt) override;
  void jvp(double t, const double* x, const double* v, double* jv) override;
  void vjp(double t, const double* x, const double* u, double* jtu) override;

  /// The elements of a state of the whole.
  Vector of(const Vector& whole) const;
  /// The state of the whole at x.
  const Vector& whole(const double* x);
  /// The others are held where they are at this state.
  void hold(const Vector& whole) { x_ = whole; }

 private:
  void take(double* out) const;

  System& system_;
  std::vector<Index> at_;
  StateLayout layout_;
  Vector x_, f_, v_;
};

}  // namespace neurode::analysis
