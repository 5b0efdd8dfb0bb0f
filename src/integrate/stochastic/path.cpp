#include "integrate/stochastic/path.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "neurode/core/threads.hpp"

namespace neurode::integrate {

namespace {

constexpr double kAdaptiveTop = 0x1p20;
constexpr int kAdaptiveKept = 36;
constexpr int kMostHalvings = 50;  // of the top cell to dt: enough of the depth is left below
constexpr Index kBlock = 256;      // channels
constexpr Index kWorthThreads = 4096;
constexpr std::uint64_t kWhole = std::uint64_t{1} << BrownianPath::kDepth;

/// dt 2^k, the largest up to kSpan. Steps longer than that are made of several cells.
int halvings(double dt) {
  int exponent;
  std::frexp(BrownianPath::kSpan / dt, &exponent);
  return std::min(exponent - 1, kMostHalvings);
}

}  // namespace

BrownianPath::BrownianPath(const std::vector<Noise::Source>& sources, std::uint64_t seed, double dt)
    : top_(dt > 0 ? std::ldexp(dt, halvings(dt)) : kAdaptiveTop),
      kept_(dt > 0 ? std::max(0, halvings(dt)) : kAdaptiveKept),
      node_(kDepth + 1, 0) {
  for (std::size_t s = 0; s < sources.size(); ++s) {
    streams_.emplace_back(seed, sources[s].name);
    for (Index first = 0; first < sources[s].count; first += kBlock) {
      blocks_.push_back(
          {s, static_cast<std::uint32_t>(first), channels_ + first, std::min(kBlock, sources[s].count - first)});
    }
    channels_ += sources[s].count;
  }
  kept_w_.assign(static_cast<std::size_t>(kept_) + 1, Vector::Zero(channels_));
  kept_h_ = kept_w_;
  scratch_.assign(static_cast<std::size_t>(max_threads()),
                  std::vector<double>(2 * kBlock * static_cast<std::size_t>(kDepth - kept_)));
  tasks_.reserve(16 * kDepth);
}

double BrownianPath::length(int level) const { return std::ldexp(top_, -level); }

/// To kDepth levels, or so that some units in the last place of t do not matter: k dt is not always computed alike.
BrownianPath::Place BrownianPath::place(double t) const {
  const double x = t / top_;
  int exponent = 0;
  std::frexp(x, &exponent);
  const int depth = std::clamp(49 - exponent, 0, kDepth);
  const double cell = std::floor(x), fraction = x - cell;
  const double steps = std::nearbyint(std::ldexp(fraction, depth));
  Place p{static_cast<std::int64_t>(cell), static_cast<std::uint64_t>(steps) << (kDepth - depth)};
  if (p.offset >= kWhole) ++p.cell, p.offset = 0;
  return p;
}

double BrownianPath::suited(double t, double dt) const {
  int exponent;
  std::frexp(dt, &exponent);
  const double unit = std::ldexp(1.0, exponent - 3);  // dt/8 < unit <= dt/4
  const double end = std::floor((t + dt) / unit) * unit;
  return end > t ? end - t : dt;
}

void BrownianPath::plan_node(std::uint32_t cell, int level, std::uint64_t node) {
  if (cell != cell_ || node_[0] == 0) {
    std::fill(node_.begin(), node_.end(), 0);
    tasks_.push_back({Task::Kind::root, 0, 1, cell});
    cell_ = cell;
    node_[0] = 1;
  }
  for (int l = 1; l <= level; ++l) {
    auto& held = node_[static_cast<std::size_t>(l)];
    const std::uint64_t wanted = node >> (level - l);
    if (held == wanted) continue;
    const bool right = (wanted & 1U) != 0;
    if (!right || held != wanted - 1) tasks_.push_back({Task::Kind::left, l, wanted & ~std::uint64_t{1}, cell});
    if (right) tasks_.push_back({Task::Kind::right, l, wanted, cell});
    held = wanted;
    for (int below = l + 1; below <= kDepth; ++below) node_[static_cast<std::size_t>(below)] = 0;
  }
}

/// The interval as few nodes, from left to right.
void BrownianPath::plan(Place from, Place to) {
  tasks_.clear();
  while (from.cell < to.cell || (from.cell == to.cell && from.offset < to.offset)) {
    const std::uint64_t end = from.cell < to.cell ? kWhole : to.offset;
    int size = from.offset == 0 ? kDepth : std::countr_zero(from.offset);
    while ((std::uint64_t{1} << size) > end - from.offset) --size;
    const int level = kDepth - size;
    const auto cell = static_cast<std::uint32_t>(from.cell);
    plan_node(cell, level, (std::uint64_t{1} << level) | (from.offset >> size));
    tasks_.push_back({Task::Kind::add, level, 0, cell});
    from.offset += std::uint64_t{1} << size;
    if (from.offset == kWhole) ++from.cell, from.offset = 0;
  }
}

void BrownianPath::run(const Block& b, double* scratch, double* dw, double* dz) const {
  const auto w_of = [&](int level) {
    return level <= kept_ ? kept_w_[static_cast<std::size_t>(level)].data() + b.offset
                          : scratch + 2 * kBlock * (level - kept_ - 1);
  };
  const auto h_of = [&](int level) {
    return level <= kept_ ? kept_h_[static_cast<std::size_t>(level)].data() + b.offset : w_of(level) + kBlock;
  };
  constexpr auto kLanes = static_cast<Index>(NormalPairs::kLanes);
  double first[kLanes], second[kLanes];
  std::fill(dw, dw + b.count, 0.0);
  std::fill(dz, dz + b.count, 0.0);
  for (const Task& task : tasks_) {
    const double h = length(task.level);
    double* w = w_of(task.level);
    double* area = h_of(task.level);
    if (task.kind == Task::Kind::add) {
      for (Index i = 0; i < b.count; ++i) {
        dz[i] += h * (dw[i] + 0.5 * w[i] + area[i]);
        dw[i] += w[i];
      }
      continue;
    }
    if (task.kind == Task::Kind::right) {
      const double* up = w_of(task.level - 1);
      const double* up_area = h_of(task.level - 1);
      for (Index i = 0; i < b.count; ++i) {
        const double right = up[i] - w[i];
        area[i] = 2 * up_area[i] - 0.5 * (w[i] - right) - area[i];
        w[i] = right;
      }
      continue;
    }
    const bool root = task.kind == Task::Kind::root;
    // A left half is drawn at its parent.
    const std::uint64_t node = root ? 0 : task.node >> 1;
    const double* up = root ? nullptr : w_of(task.level - 1);
    const double* up_area = root ? nullptr : h_of(task.level - 1);
    using H = Halving;
    const double spread = root ? std::sqrt(h) : std::sqrt(H::kZVariance * 2 * h);
    const double area_spread = root ? std::sqrt(h / 12) : std::sqrt(H::kNVariance * 2 * h);
    for (Index from = 0; from < b.count; from += kLanes) {
      streams_[b.source].draw(task.cell, node, b.first + static_cast<std::uint32_t>(from), first, second);
      const Index count = std::min(kLanes, b.count - from);
      for (Index k = 0; k < count; ++k) {
        const Index i = from + k;
        const double z = spread * first[k], n = area_spread * second[k];
        w[i] = root ? z : H::kWOfW * up[i] + H::kWOfArea * up_area[i] + z;
        area[i] = root ? n : H::kAreaOfArea * up_area[i] + H::kAreaOfZ * z + n;
      }
    }
  }
}

void BrownianPath::increments(double t0, double t1, Vector& dw, Vector& dz) {
  plan(place(t0), place(t1));
  const bool memory_for_all = static_cast<std::size_t>(max_threads()) <= scratch_.size();  // there may be more by now
  const bool threaded = channels_ >= kWorthThreads && memory_for_all;
  for_chunks(static_cast<std::int64_t>(blocks_.size()), threaded, [&](std::int64_t k) {
    const Block& b = blocks_[static_cast<std::size_t>(k)];
    run(b, scratch_[static_cast<std::size_t>(this_thread())].data(), dw.data() + b.offset, dz.data() + b.offset);
  });
  // What lies below the levels kept is lost.
  for (int l = kept_ + 1; l <= kDepth; ++l) node_[static_cast<std::size_t>(l)] = 0;
}

}  // namespace neurode::integrate
