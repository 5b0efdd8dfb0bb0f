#pragma once

#include <vector>

#include "neurode/dynamics/layout.hpp"

namespace neurode::study {

/// A time at which |g| was smallest, with what came after, up to where it had risen.
struct Valley {
  Vector x;               ///< state there
  std::vector<double> t;  ///< from there on
  std::vector<Vector> g;  ///< the gradient at these times
};

/// How fast the part of g in the span of orthonormal columns grows from the valley on: the slope of its logarithm, up
/// to where it is e times as large; NaN where it does not grow.
double growth(const Valley& valley, const Matrix& columns);

/// Finds the valleys of |g| over time, the start among them, as the course of a run is told. A valley is what |g| rises
/// from by half, and has fallen to from as much above.
class Valleys {
 public:
  explicit Valleys(Index weights);
  /// The valley that is over now, valid up to the next call; null: none is.
  const Valley* add(double t, const Vector& x, const Vector& g);

 private:
  std::size_t most_;  ///< gradients that are kept
  Valley now_;
  double smallest_, peak_ = 0;
  bool falls_ = true;  ///< looks for the bottom
};

}  // namespace neurode::study
