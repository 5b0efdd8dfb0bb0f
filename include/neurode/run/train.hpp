#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "neurode/core/scenario_folder.hpp"
#include "neurode/core/value.hpp"
#include "neurode/learning/problem.hpp"

namespace neurode::run {

/// When a training run ends.
struct TrainingLimits {
  double loss = 0;                    ///< reached: done. <= 0: there is none
  double evaluations = 1e5;           ///< of the gradient
  double seconds = 60;                ///< by the clock
  std::function<bool()> interrupt{};  ///< asked after each step
};

/// What a training run cost and what it gave, whatever its flow and its integrator are.
struct Training {
  bool reached = false;  ///< the loss asked for
  /// Gradients of the loss, and products with its Hessian or metric, which cost about as much, by the end: right-hand
  /// sides, J v products, columns of Jacobians, and products inside solves.
  double evaluations = 0;
  double seconds = 0;  ///< by the clock
  double loss = std::numeric_limits<double>::quiet_NaN();
  double accuracy = loss, test_accuracy = loss;  ///< NaN where there is none
  std::string ended;                             ///< by what, where the loss was not reached
  std::vector<std::pair<double, double>> curve;  ///< evaluations and loss, about 12 points an e-fold of evaluations
};

/// Integrates the scenario's learning (tree `root`, as if in `file`) from its start until a limit. Its own end, stop
/// conditions and records do not count. @throws ScenarioError; UsageError where there is no loss
Training train(const Value& root, const ScenarioFile& file, const TrainingLimits& limits);

/// The loss of all training samples, or of those shown where there is no other; null: none.
const learning::Metric* loss_of(const learning::Problem& problem);

/// [integrator] with another method, whose step is a tolerance or, where its steps are fixed, dt; keys that do not go
/// with it are left out, limits stay.
void set_method(Value& root, const std::string& method, double step);

}  // namespace neurode::run
