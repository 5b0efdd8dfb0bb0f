#include "integrate/stochastic/stepper.hpp"

namespace neurode::integrate {

StochasticStep::StochasticStep(System& system, Statistics& statistics, const Options& options, double dt)
    : OneStep(system, statistics), noise_(system.noise()) {
  if (noise_) path_.emplace(noise_->sources(), options.seed, dt);
  const Index channels = noise_ ? noise_->channels() : 0;
  for (Vector* v : {&dw_, &dz_}) v->setZero(channels);
  ones_.setOnes(channels);
}

void StochasticStep::draw(double t, double dt) {
  if (path_) path_->increments(t, t + dt, dw_, dz_);
}

void StochasticStep::kick(double t, const Vector& x, const Vector& w, Vector& out) {
  if (noise_) {
    noise_->apply(t, x.data(), w.data(), out.data());
  } else {
    out.setZero();
  }
}

void StochasticStep::spread(const Vector& w, Vector& out) const {
  if (!noise_) {
    out.setZero();
    return;
  }
  const auto& channel = noise_->channel_of();
  for (Index i = 0; i < out.size(); ++i) {
    const Index k = channel[static_cast<std::size_t>(i)];
    out[i] = k < 0 ? 0 : w[k];
  }
}

bool fits(const MethodEntry& m, const Noise& noise) {
  if (!m.stochastic || (m.needs_diagonal && !noise.diagonal())) return false;
  if (noise.additive()) return true;
  return noise.calculus() == Noise::Calculus::ito ? m.takes_ito : m.takes_stratonovich;
}

}  // namespace neurode::integrate
