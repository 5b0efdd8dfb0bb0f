#include "learning/trajectory/timeline.hpp"

#include <algorithm>
#include <cmath>

namespace neurode::learning {

Timeline::Timeline(double start, double length, double dt, std::vector<double> breakpoints) {
  const double end = start + length;
  const double apart = 1e-12 * (std::abs(start) + length);  // closer breakpoints are one
  std::sort(breakpoints.begin(), breakpoints.end());
  double begin = start;
  const auto add = [&](double to) {
    // A quotient that is whole but for rounding is whole.
    const double many = std::max(1.0, std::ceil((to - begin) / dt * (1 - 1e-12)));
    const auto count = static_cast<Index>(many);
    pieces_.push_back({begin, to, (to - begin) / many, steps_, count});
    steps_ += count;
    begin = to;
  };
  for (const double t : breakpoints) {
    if (t - begin > apart && end - t > apart) add(t);
  }
  add(end);
}

Timeline::Step Timeline::step(Index n) const {
  const auto after =
      std::upper_bound(pieces_.begin(), pieces_.end(), n, [](Index k, const Piece& p) { return k < p.first; });
  const Piece& p = *(after - 1);
  return {p.begin + static_cast<double>(n - p.first) * p.h, p.h};
}

Index Timeline::at(double t) const {
  auto after =
      std::upper_bound(pieces_.begin(), pieces_.end(), t, [](double x, const Piece& p) { return x < p.begin; });
  if (after == pieces_.begin()) ++after;
  const Piece& p = *(after - 1);
  const auto k = static_cast<Index>(std::floor((t - p.begin) / p.h));
  return p.first + std::clamp<Index>(k, 0, p.count - 1);
}

}  // namespace neurode::learning
