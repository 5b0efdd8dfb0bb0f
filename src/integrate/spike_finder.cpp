#include "integrate/spike_finder.hpp"

#include <algorithm>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <limits>

namespace neurode::integrate {
namespace {

constexpr int kPieces = 4;      // a step is looked at at the ends of this many equal pieces
constexpr int kRounds = 10000;  // of neurons making each other spike at one moment

}  // namespace

SpikeFinder::SpikeFinder(Jumps* jumps, Index state_size) : jumps_(jumps), between_(jumps ? state_size : 0) {
  if (!jumps_) return;
  const auto n = static_cast<std::size_t>(jumps_->thresholds());
  before_.resize(n);
  now_.resize(n);
  rising_.reserve(n);
  fired_.reserve(n);
}

void SpikeFinder::start(double t, const Vector& x) {
  if (!jumps_) return;
  jumps_->start(t);
  margins(t, x, before_);
}

void SpikeFinder::save(ByteWriter& out) const {
  out.put_all(before_);
  if (jumps_) jumps_->save(out);
}

void SpikeFinder::load(ByteReader& in) {
  in.get_all(before_);
  if (jumps_) jumps_->load(in);
}

double SpikeFinder::next() const { return jumps_ ? jumps_->next() : std::numeric_limits<double>::infinity(); }

/// The largest margin among those that rise in this piece.
double SpikeFinder::margin_at(double theta) {
  const Vector* x = x_new_;
  if (theta < 1) {
    stepper_->interpolate(theta, between_);
    x = &between_;
  }
  margins(theta < 1 ? t_ + theta * dt_ : t_new_, *x, now_);
  double largest = -std::numeric_limits<double>::infinity();
  for (const Index k : rising_) largest = std::max(largest, now_[static_cast<std::size_t>(k)]);
  return largest;
}

double SpikeFinder::first_crossing(double t, double dt, double t_new, const Vector& x_new, Stepper& stepper,
                                   bool inside) {
  t_ = t, dt_ = dt, t_new_ = t_new, x_new_ = &x_new, stepper_ = &stepper;
  const double resolution =
      std::numeric_limits<double>::epsilon() * std::max(1.0, std::max(std::abs(t_), std::abs(t_new_)) / dt_);
  for (int piece = inside ? 1 : kPieces; piece <= kPieces; ++piece) {
    const double from = inside ? (piece - 1.0) / kPieces : 0.0, to = static_cast<double>(piece) / kPieces;
    rising_.clear();
    margin_at(to);
    for (std::size_t k = 0; k < now_.size(); ++k) {
      if (before_[k] < 0 && now_[k] >= 0) rising_.push_back(static_cast<Index>(k));
    }
    if (rising_.empty()) {
      before_.swap(now_);
      continue;
    }
    if (!inside) return 1;
    double low = -std::numeric_limits<double>::infinity(), high = low;  // of the largest margin at both ends
    for (const Index k : rising_) {
      low = std::max(low, before_[static_cast<std::size_t>(k)]);
      high = std::max(high, now_[static_cast<std::size_t>(k)]);
    }
    if (high == 0 || !std::isfinite(low)) return to;
    std::uintmax_t iterations = 100;
    using Policy =
        boost::math::policies::policy<boost::math::policies::evaluation_error<boost::math::policies::ignore_error>,
                                      boost::math::policies::domain_error<boost::math::policies::ignore_error>>;
    return boost::math::tools::toms748_solve(
               [this](double theta) { return margin_at(theta); }, from, to, low, high,
               [resolution](double a, double b) { return std::abs(b - a) <= 2 * resolution; }, iterations, Policy())
        .second;
  }
  return 2;
}

bool SpikeFinder::settle(double t, Vector& x, const std::function<void(Index, double)>& spike, bool& endless) {
  bool changed = jumps_->deliver(t, x.data());
  for (int round = 0;; ++round) {
    margins(t, x, now_);
    fired_.clear();
    for (std::size_t k = 0; k < now_.size(); ++k) {
      const auto neuron = static_cast<Index>(k);
      if (now_[k] >= 0 && (before_[k] < 0 || jumps_->resets(neuron))) fired_.push_back(neuron);
    }
    before_.swap(now_);
    if (fired_.empty()) return changed;
    if (round == kRounds) {
      endless = true;
      return changed;
    }
    jumps_->fire(t, fired_, x.data());
    if (spike) {
      for (const Index k : fired_) spike(k, t);
    }
    jumps_->deliver(t, x.data());
    changed = true;
  }
}

}  // namespace neurode::integrate
