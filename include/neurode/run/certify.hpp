#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "neurode/core/scenario_folder.hpp"
#include "neurode/dynamics/layout.hpp"

namespace neurode::run {

/// What a rule follows, held against the gradient of the loss, weight matrix by weight matrix.
struct Certificate {
  struct Weights {
    std::string name;
    Index rows = 0, cols = 0;
    double norm = 0;                     ///< |g|
    Index directions = 0;                ///< derivatives compared with differences
    bool coordinates = false;            ///< they are those to all elements
    double differences = 0;              ///< |g - differences| / |differences|, along those directions
    double uncertainty = 0;              ///< of the differences themselves, from two step sizes, relative
    std::optional<double> adjoint;       ///< |g - back-propagated gradient| / |back-propagated gradient|
    std::optional<double> angle, ratio;  ///< degrees between g and the gradient; |g| / |gradient|
    bool holds() const { return differences <= kTolerance; }
  };
  static constexpr double kTolerance = 1e-6;

  std::string rule, loss;
  bool exact = false;    ///< the rule claims to follow the gradient
  std::string where;     ///< what g and the loss were taken from
  double residual = -1;  ///< largest rate of the fast states left after relaxing; -1: there are none to relax
  std::vector<Weights> weights;
  /// Of an exact rule: do all agree with the differences?
  bool holds() const;
};

/// Takes g = -dw/dt with flow "gradient" and rate 1, at the start's weights. Fast states (activity, errors, traces)
/// relax while the weights are held; where F depends on time, g and loss are averages over the run with weights held.
/// @throws ScenarioError for what a run would refuse, and without [learning]; NumericalError
Certificate certify(const ScenarioFile& file, const std::vector<std::string>& overrides);

}  // namespace neurode::run
