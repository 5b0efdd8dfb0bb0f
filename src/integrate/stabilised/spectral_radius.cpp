#include "integrate/stabilised/spectral_radius.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace neurode::integrate {
namespace {

constexpr double kSafety = 1.2;
constexpr double kSettled = 0.01;
constexpr int kMost = 50;         // right-hand sides an estimate takes
constexpr int kLater = 25;        // from here on ratios count where none settles
constexpr int kLeast = 3;         // ratios before one can count as settled,
constexpr int kLeastNoisy = 5;    // and after noise
constexpr int kBlanks = 3;        // directions in a row without any effect that make the radius 0
constexpr double kNothing = .01;  // rho dt below which its digits do not matter

}  // namespace

SpectralRadius::SpectralRadius(System& system, Statistics& statistics, const Options& o)
    : system_(system), statistics_(statistics), relative_(std::sqrt(std::numeric_limits<double>::epsilon())) {
  const Index n = system.size();
  // A component near 0 counts as of size atol / rtol, but is not moved by more than atol.
  const double share = o.rtol > 0 ? std::min(1.0, relative_ / o.rtol) : 1.0;
  absolute_ = o.atol.size() == n ? Vector(share * o.atol) : Vector::Constant(n, share * o.atol[0]);
  weight_ = direction_ = x_ = f_ = Vector::Zero(n);
  forget();
}

void SpectralRadius::forget() {
  kept_ = false;
  random_ = 0;
}

void SpectralRadius::weigh(const Vector& x) {
  weight_ = relative_ * x.cwiseAbs() + absolute_;
  // Where x and atol are 0: nothing may be divided by 0, nor blown up out of proportion.
  const double most = weight_.size() > 0 ? weight_.maxCoeff() : 0.0;
  weight_ = weight_.cwiseMax(most > 0 ? 1e-8 * most : relative_);
}

double SpectralRadius::norm(const Vector& v) const {
  return std::sqrt((v.array() / weight_.array()).square().sum() / static_cast<double>(std::max<Index>(1, v.size())));
}

/// Adds to each component a number between -1 and 1 times its weight (splitmix64, S. Vigna).
void SpectralRadius::add_noise() {
  for (Index i = 0; i < direction_.size(); ++i) {
    std::uint64_t z = random_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    direction_[i] += weight_[i] * (static_cast<double>(z >> 11) * 0x1p-52 - 1);
  }
}

double SpectralRadius::give_up() {
  kept_ = false;
  return std::numeric_limits<double>::quiet_NaN();
}

double SpectralRadius::estimate(double t, const Vector& x, const Vector& f, double dt, bool doubtful) {
  if (x.size() == 0) return 0;
  weigh(x);
  if (!kept_) direction_ = f;
  const double given = norm(direction_);
  const bool noisy = !kept_ || doubtful || !(given > 0);
  if (given > 0) direction_ /= given;
  if (noisy) add_noise();
  kept_ = false;

  const int least = noisy ? kLeastNoisy : kLeast;
  double ratio = 0, largest = 0;
  int blanks = 0;
  for (int k = 1; k <= kMost; ++k) {
    const double size = norm(direction_);
    if (!(size > 0) || !std::isfinite(size)) return give_up();
    x_ = x + direction_ / size;
    ++statistics_.rhs;
    system_.rhs(t, x_.data(), f_.data());
    direction_ = f_ - f;
    const double before = ratio;
    ratio = norm(direction_);
    if (!std::isfinite(ratio)) return give_up();
    if (ratio == 0) {
      if (++blanks == kBlanks) return 0;
      add_noise();
      continue;
    }
    blanks = 0;
    if (k >= kLater) largest = std::max(largest, ratio);
    if (k < least) continue;
    if (std::abs(ratio - before) <= kSettled * ratio || ratio * dt < kNothing) {
      kept_ = true;
      return kSafety * ratio;
    }
  }
  kept_ = true;
  return kSafety * largest;
}

}  // namespace neurode::integrate
