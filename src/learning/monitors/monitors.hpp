#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "learning/build.hpp"

namespace neurode::learning {

/// What a monitor is made from: a problem with [learning]. Lives as long as the problem.
struct MonitorContext {
  Setup setup;
  Vector initial;
  /// What the rule moves, one after another as g has them.
  struct Weights {
    std::string name;
    Index offset = 0, rows = 0, cols = 0;  ///< in the state
    int projection = -1, population = -1;
    Index size() const { return rows * cols; }
  };
  std::vector<Weights> weights;
  Index first = 0;                    ///< where weights, those of local rules among them, start in the state
  std::vector<network::Named> named;  ///< what can be recorded
  std::function<std::unique_ptr<Sampler>(const std::vector<ValueId>& values)> sampler;
  /// g that the rule hands to the flow, at (t, x): size() numbers.
  std::function<void(double t, const double* x, double* g)> gradient;

  Index size() const {
    Index n = 0;
    for (const auto& w : weights) n += w.size();
    return n;
  }
  const network::Named* find(const std::string& name) const;
};

/// What the rule of an assembly moves; `layout` says where it stands.
MonitorContext monitor_context(const Setup& setup, const network::Assembly& assembly, const StateLayout& layout);
/// problem.maker from a context whose members are all set.
void offer_monitors(Problem& problem, MonitorContext context);

using Figure = std::function<double(double t, const double* x)>;

MonitorEntry conserved();
MonitorEntry gradient_alignment();
MonitorEntry gradient_norm();
MonitorEntry kernel_drift();
MonitorEntry lowest_curvature();
MonitorEntry sharpness();
MonitorEntry weight_norm();

}  // namespace neurode::learning
