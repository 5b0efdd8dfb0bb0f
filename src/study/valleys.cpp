#include "study/valleys.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace neurode::study {

namespace {

constexpr double kMemory = 1 << 28;  ///< bytes of gradients
constexpr double kRise = 1.5;

}  // namespace

double growth(const Valley& v, const Matrix& columns) {
  const auto part = [&](std::size_t k) { return (columns.transpose() * v.g[k]).norm(); };
  const double first = part(0);
  double before = first;
  for (std::size_t k = 1; k < v.g.size(); ++k) {
    const double now = part(k);
    if (now < std::numbers::e * first && k + 1 < v.g.size()) {
      before = now;
      continue;
    }
    // Between the two times it grows exponentially.
    const double share =
        now < std::numbers::e * first ? 1 : std::log(std::numbers::e * first / before) / std::log(now / before);
    const double end = v.t[k - 1] + share * (v.t[k] - v.t[k - 1]);
    const double grown = std::min(1.0, std::log(now / first));
    return grown > 0 && end > v.t[0] ? grown / (end - v.t[0]) : std::numeric_limits<double>::quiet_NaN();
  }
  return std::numeric_limits<double>::quiet_NaN();
}

Valleys::Valleys(Index weights)
    : most_(std::max<std::size_t>(2, static_cast<std::size_t>(kMemory / (8 * static_cast<double>(weights))))),
      smallest_(std::numeric_limits<double>::infinity()) {}

const Valley* Valleys::add(double t, const Vector& x, const Vector& g) {
  const double norm = g.norm();
  if (!falls_) {
    peak_ = std::max(peak_, norm);
    if (!(norm * kRise < peak_)) return nullptr;
    falls_ = true;
    smallest_ = std::numeric_limits<double>::infinity();
  }
  if (norm < smallest_) {
    smallest_ = norm;
    now_ = {x, {}, {}};
  }
  if (now_.g.size() < most_) now_.t.push_back(t), now_.g.push_back(g);
  if (!(norm > kRise * smallest_)) return nullptr;
  falls_ = false;
  peak_ = norm;
  return &now_;
}

}  // namespace neurode::study
