#include "integrate/history.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace neurode::integrate {

History::History(Delays& delays, int dense_order, double t0, const Vector& x0)
    : delays_(delays),
      t0_(t0),
      shortest_(delays.shortest()),
      longest_(delays.longest()),
      signals_(delays.signals()),
      ring_(kFirstPieces),
      state_(x0),
      start_(Vector::Zero(signals_)),
      before_(start_),
      small_since_(std::numeric_limits<double>::infinity()) {
  const int n = std::clamp(dense_order, 1, kMostNodes - 1);
  for (int j = 0; j <= n; ++j) nodes_.push_back(0.5 - 0.5 * std::cos(std::numbers::pi * j / n));
  for (int j = 0; j <= n; ++j) {
    double product = 1;
    for (int k = 0; k <= n; ++k) {
      if (k != j) product *= nodes_[static_cast<std::size_t>(j)] - nodes_[static_cast<std::size_t>(k)];
    }
    scale_.push_back(1 / product);
  }
  const Index size = signals_ * static_cast<Index>(nodes_.size());
  for (Piece& p : ring_) p.values.setZero(size);
  open_.values.setZero(size);
  next_.values.setZero(size);
  delays_.sample(t0, x0.data(), start_.data());
}

void History::discard_trial() {
  open_there_ = false;
  ++version_;
}

void History::sample(Stepper& stepper, double t, const Vector& x, double dt, double t_end, const Vector& x_end) {
  // F inside interpolate() reads the piece that stands: the new one is put together beside it.
  next_.from = t;
  next_.to = t_end;
  const std::size_t last = nodes_.size() - 1;
  for (std::size_t j = 0; j <= last; ++j) {
    double* out = next_.values.data() + static_cast<Index>(j) * signals_;
    const double at = j == 0 ? t : j == last ? t_end : t + nodes_[j] * (t_end - t);
    if (j > 0 && j < last) stepper.interpolate((at - t) / dt, state_);
    delays_.sample(at, j == 0 ? x.data() : j == last ? x_end.data() : state_.data(), out);
  }
  std::swap(open_, next_);
  open_there_ = true;
  ++version_;
}

void History::prune(double now) {
  const double needed = now - longest_ * (1 + kRounding);
  while (begin_ < end_ && piece(begin_).to < needed) ++begin_;
}

void History::pin() {
  if (end_ > begin_) prune(piece(end_ - 1).to);
  pinned_ = true;
  pinned_end_ = end_;
  pinned_small_since_ = small_since_;
}

void History::save(ByteWriter& out) const {
  out.put(pinned_small_since_);
  out.put(static_cast<std::uint64_t>(pinned_end_ - begin_));
  for (std::int64_t k = begin_; k < pinned_end_; ++k) {
    out.put(piece(k).from);
    out.put(piece(k).to);
    out.put_all(piece(k).values);
  }
}

void History::load(ByteReader& in) {
  in.get(small_since_);
  discard_trial();
  begin_ = end_ = 0;
  for (auto n = in.get<std::uint64_t>(); n > 0; --n) {
    if (end_ == static_cast<std::int64_t>(ring_.size())) grow();
    Piece& p = piece(end_++);
    in.get(p.from);
    in.get(p.to);
    in.get_all(p.values);
  }
}

void History::keep() {
  if (!pinned_) prune(open_.to);
  if (end_ - begin_ == static_cast<std::int64_t>(ring_.size())) grow();
  std::swap(piece(end_), open_);
  ++end_;
  open_there_ = false;
  ++version_;
}

void History::grow() {
  std::vector<Piece> larger(2 * ring_.size());
  for (std::int64_t k = begin_; k < end_; ++k) {
    std::swap(larger[static_cast<std::size_t>(k) & (larger.size() - 1)], piece(k));
  }
  ring_.swap(larger);
  for (Piece& p : ring_) {
    if (p.values.size() == 0) p.values.setZero(open_.values.size());
  }
}

bool History::rested(bool small, double t) {
  if (!small) {
    small_since_ = std::numeric_limits<double>::infinity();
  } else if (small_since_ > t) {
    small_since_ = t;
  }
  return t - small_since_ >= longest_;
}

std::int64_t History::find(double where, std::int64_t hint) const {
  constexpr int kNear = 8;
  std::int64_t k = std::clamp(hint, begin_, end_ - 1);
  for (int i = 0; i < kNear; ++i) {
    if (where > piece(k).to && k + 1 < end_) {
      ++k;
    } else if (where <= piece(k).from && k > begin_) {  // where two pieces meet, the earlier one, whatever the hint
      --k;
    } else {
      return k;
    }
  }
  std::int64_t low = begin_, high = end_ - 1;  // the first piece that ends at `where` or later
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    if (piece(middle).to < where) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

void History::window(double t, double where, bool rate, std::int64_t& hint, Window& w) const {
  const auto single = [&w, rate](const Vector& values) {
    w.values = values.data();
    w.nodes = 1;
    w.weight[0] = rate ? 0 : 1;
  };
  if (where < t0_) {
    if (!before_known_) {
      delays_.before(t, before_.data());
      before_known_ = delays_.held_before();
    }
    return single(before_);
  }
  const Piece* p = &open_;
  if (!(open_there_ && where >= open_.from)) {
    if (begin_ == end_) return single(start_);
    hint = find(where, hint);
    p = &piece(hint);
  }
  // A polynomial continued far beyond its piece says nothing.
  constexpr double kFar = 2;
  const double length = p->to - p->from, theta = std::clamp((t - p->from) / length, 1 - kFar, kFar);
  w.values = p->values.data();
  w.stride = signals_;
  w.nodes = static_cast<int>(nodes_.size());
  weigh(theta, rate, w);
  if (rate) {
    for (int j = 0; j < w.nodes; ++j) w.weight[static_cast<std::size_t>(j)] /= length;
  }
}

/// Lagrange's weights at theta, or their derivatives: products of the distances to the nodes before and behind.
void History::weigh(double theta, bool rate, Window& w) const {
  const std::size_t n = nodes_.size();
  std::array<double, kMostNodes + 1> behind, behind_rate;
  behind[n] = 1;
  behind_rate[n] = 0;
  for (std::size_t j = n; j-- > 0;) {
    behind[j] = behind[j + 1] * (theta - nodes_[j]);
    behind_rate[j] = behind_rate[j + 1] * (theta - nodes_[j]) + behind[j + 1];
  }
  double before = 1, before_rate = 0;
  for (std::size_t j = 0; j < n; ++j) {
    w.weight[j] =
        scale_[j] * (rate ? before_rate * behind[j + 1] + before * behind_rate[j + 1] : before * behind[j + 1]);
    before_rate = before_rate * (theta - nodes_[j]) + before;
    before *= theta - nodes_[j];
  }
}

std::vector<double> delayed_breakpoints(const std::vector<double>& ends, const Delays& delays, double t0, double t1,
                                        int levels, std::size_t most) {
  const double near = 64 * std::numeric_limits<double>::epsilon() * std::max(std::abs(t0), std::abs(t1));
  const auto settle = [near](std::vector<double>& times) {
    std::sort(times.begin(), times.end());
    times.erase(std::unique(times.begin(), times.end(), [near](double a, double b) { return b - a <= near; }),
                times.end());
  };
  const auto there = [near](const std::vector<double>& times, double t) {
    const auto at = std::lower_bound(times.begin(), times.end(), t - near);
    return at != times.end() && *at <= t + near;
  };
  std::vector<double> level = delays.breakpoints_before(), all = ends;
  level.push_back(t0);
  level.insert(level.end(), ends.begin(), ends.end());
  for (int k = 0; k < levels && !level.empty(); ++k) {
    std::vector<double> next;
    for (const double d : delays.distinct()) {
      for (const double b : level) {
        if (b + d > t0 && b + d < t1 && !there(all, b + d)) next.push_back(b + d);
      }
    }
    settle(next);
    if (all.size() + next.size() > most) break;
    all.insert(all.end(), next.begin(), next.end());
    std::sort(all.begin(), all.end());
    level = std::move(next);
  }
  return all;
}

}  // namespace neurode::integrate
