#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "learning/build.hpp"
#include "neurode/dynamics/jumps.hpp"

namespace neurode::learning {

/// Weights that move by a flow along a Gradient. State: the weights, then the states of flow and rate.
class FlowSystem : public System {
 public:
  /// `inner`: whose plastic weights these are.
  FlowSystem(const Setup& setup, const network::Assembly& inner, std::unique_ptr<Gradient> gradient, bool symmetric,
             std::function<std::vector<double>(double, double)> breakpoints);

  const StateLayout& layout() const override { return outer_.layout; }
  const Vector& initial() const { return outer_.initial; }
  /// The states of flow and rate, as values that sampler() takes.
  const std::vector<network::Named>& added() const { return added_; }
  std::int64_t products() const { return gradient_->products(); }
  /// What the flow follows, at the state x: the weights' part of it goes to g.
  void gradient(double t, const double* x, double* g) {
    gradient_->evaluate(t, x, g_.data(), &g_[g_.size() - 1]);
    Eigen::Map<Vector>(g, gradient_->size()) = g_.head(gradient_->size());
  }
  std::unique_ptr<Sampler> sampler(const std::vector<ValueId>& values) { return gradient_->sampler(values); }

  void rhs(double t, const double* x, double* dxdt) override;
  void jvp(double t, const double* x, const double* v, double* jv) override;
  void vjp(double t, const double* x, const double* u, double* jtu) override;
  bool symmetric_jacobian() const override { return symmetric_ && gradient_->symmetric(); }
  std::vector<double> breakpoints(double t0, double t1) const override;
  Jumps* jumps() override { return jumps_.get(); }
  void set_jumps(std::unique_ptr<Jumps> jumps) { jumps_ = std::move(jumps); }
  void begin_segment(double t0, double t1) override { gradient_->begin_segment(t0, t1); }
  void save(ByteWriter& out) const override { gradient_->save(out); }
  void load(ByteReader& in) override { gradient_->load(in); }

 private:
  /// External vectors of the outer program beside time and state: (g, loss), a direction of the state, one of (g,
  /// loss).
  static constexpr int kGradient = 3, kDirection = 2, kGradientDirection = 4, kVectors = 5;

  void run(Executable& code, double t, const double* x, std::initializer_list<double*> out,
           const double* direction = nullptr, const double* slope = nullptr);
  std::unique_ptr<Executable> code(const std::vector<ValueId>& values);

  network::Assembly outer_;
  std::unique_ptr<Gradient> gradient_;
  std::vector<ValueId> inputs_;  ///< g of each plastic value, then the loss
  std::vector<network::Named> added_;
  bool symmetric_;
  std::function<std::vector<double>(double, double)> breakpoints_;
  std::unique_ptr<Jumps> jumps_;
  Vector g_, slope_, bar_;
  std::unique_ptr<Executable> rhs_, jvp_, vjp_;
};

}  // namespace neurode::learning
