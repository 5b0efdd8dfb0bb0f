#pragma once

#include <functional>
#include <vector>

#include "neurode/dynamics/system.hpp"

namespace neurode::run {

/// A learning system whose weights are held: everything else moves as it does. With `loss`, the integrals over time of
/// g = -dw/dt and of the loss follow the state.
class HeldWeights : public System {
 public:
  using Loss = std::function<double(double t, const double* x)>;
  /// `moved`: slices of `system` that the rule moves; weights with local rules are held as well. Refers to `system`.
  HeldWeights(System& system, const std::vector<Slice>& moved, Loss loss);

  /// Numbers of `system`'s state: the integrals of g and then of the loss stand behind.
  Index inner() const { return system_.size(); }
  /// States that are no weights, in `system`.
  const std::vector<Index>& fast() const { return fast_; }
  /// g of `moved`, one after another.
  void gradient(double t, const double* x, double* g);

  const StateLayout& layout() const override { return layout_; }
  void rhs(double t, const double* x, double* dxdt) override;
  void jvp(double t, const double* x, const double* v, double* jv) override;
  void vjp(double t, const double* x, const double* u, double* jtu) override;
  std::vector<double> breakpoints(double t0, double t1) const override { return system_.breakpoints(t0, t1); }
  void begin_segment(double t0, double t1) override { system_.begin_segment(t0, t1); }

 private:
  System& system_;
  std::vector<Slice> moved_;
  Loss loss_;
  StateLayout layout_;
  std::vector<Index> fast_;
  std::vector<Slice> held_;
  Vector f_, v_;
};

}  // namespace neurode::run
