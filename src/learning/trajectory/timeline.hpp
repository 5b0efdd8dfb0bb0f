#pragma once

#include <vector>

#include "neurode/dynamics/layout.hpp"

namespace neurode::learning {

/// The fixed steps of an episode: none goes over a breakpoint, all between two breakpoints are alike and at most dt.
class Timeline {
 public:
  struct Step {
    double t = 0, h = 0;
    double mid() const { return t + 0.5 * h; }
  };

  Timeline(double start, double length, double dt, std::vector<double> breakpoints);

  Index steps() const { return steps_; }
  Step step(Index n) const;
  /// The step in which t lies.
  Index at(double t) const;
  double start() const { return pieces_.front().begin; }
  double end() const { return pieces_.back().end; }

 private:
  struct Piece {
    double begin = 0, end = 0, h = 0;
    Index first = 0, count = 0;
  };
  std::vector<Piece> pieces_;
  Index steps_ = 0;
};

}  // namespace neurode::learning
