#include "integrate/output_points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace neurode::integrate {
namespace {

// How near to the end a grid point must lie to be the end, in spacings.
constexpr double kSnap = 1e-9;

}  // namespace

bool same_time(double a, double b, double t0) {
  const double largest = std::max({std::abs(a), std::abs(b), std::abs(t0)});
  return std::abs(a - b) <= 8 * std::numeric_limits<double>::epsilon() * largest;
}

OutputPoints::OutputPoints(const std::vector<OutputGrid>& grids, double t0, double t1) : t0_(t0), t1_(t1) {
  for (std::size_t i = 0; i < grids.size(); ++i) {
    const double every = grids[i].every;
    if (!(every >= 0) || std::isinf(every)) {
      throw std::invalid_argument(fmt::format("output grid {}: the spacing must be finite and >= 0, is {}", i, every));
    }
    const auto& times = grids[i].times;
    if (!times.empty()) {
      const bool inside = times.front() >= t0 && times.back() <= t1;
      if (!std::is_sorted(times.begin(), times.end()) || !inside) {
        throw std::invalid_argument(fmt::format("output grid {}: the times must ascend within [{}, {}]", i, t0, t1));
      }
      grids_.push_back({i, 0, static_cast<std::int64_t>(times.size()) - 1, 0, times.front(), times});
      continue;
    }
    if (every == 0) {
      each_step_.push_back(i);
      continue;
    }
    const double count = std::floor((t1 - t0) / every + kSnap);
    if (!(count < 9e15)) {
      throw std::invalid_argument(fmt::format("output grid {}: spacing {} has too many points up to {}", i, every, t1));
    }
    grids_.push_back({i, every, static_cast<std::int64_t>(count), 0, t0, {}});
  }
}

double OutputPoints::time(const Grid& g, std::int64_t k) const {
  if (!g.times.empty()) return k <= g.last ? g.times[static_cast<std::size_t>(k)] : t1_;
  const double t = t0_ + static_cast<double>(k) * g.every;
  return k == g.last && (t > t1_ || t1_ - t <= kSnap * g.every) ? t1_ : t;
}

bool OutputPoints::next(double limit, bool forgive, Point& point) {
  Grid* first = nullptr;
  for (auto& g : grids_) {
    if (g.next > g.last || !(g.next_time <= limit || (forgive && same_time(g.next_time, limit, t0_)))) continue;
    if (!first || g.next_time < first->next_time) first = &g;
  }
  if (!first) return false;
  point = {first->number, first->next, first->next_time};
  ++first->next;
  first->next_time = time(*first, first->next);
  return true;
}

void OutputPoints::save(ByteWriter& out) const {
  out.put(static_cast<std::uint64_t>(grids_.size()));
  for (const auto& g : grids_) out.put(g.next);
  out.put(step_index_);
}

void OutputPoints::load(ByteReader& in) {
  if (in.get<std::uint64_t>() != grids_.size()) throw BytesError("there are other output grids");
  for (auto& g : grids_) {
    in.get(g.next);
    if (g.next < 0 || g.next > g.last + 1) throw BytesError("an output grid is at a place it does not have");
    g.next_time = time(g, g.next);
  }
  in.get(step_index_);
}

}  // namespace neurode::integrate
