#pragma once

#include <memory>
#include <string>

#include "neurode/dynamics/program_system.hpp"
#include "neurode/network/network.hpp"

namespace neurode::study {

/// A copy of all that assemble() reads of a network without data. Models are those of the original, which must outlive
/// it.
network::Network copy_of(const network::Network& network);
/// A bias to the first input, in place of the one there is, as a state that stands still; its name.
std::string free_bias(network::Population& population);

/// What a network is made of, each neuron by itself: its rate F(x, I) by its state and its input, its output g(x), and
/// the inputs u(y) = W y + b that outputs y make. Populations with one state and one input, coupled by w * pre.
class Units {
 public:
  /// Why a network is none of these; "" where it is.
  static std::string refusal(const network::Network& network);
  explicit Units(const network::Network& network);

  Index size() const { return size_; }
  Vector rate(double t, const Vector& x, const Vector& input);
  /// dF/dx.
  Vector slope(double t, const Vector& x, const Vector& input);
  Vector output(double t, const Vector& x);
  Vector inputs(double t, const Vector& y);
  /// |W - W^T| / |W|, Frobenius norms; 0 where W is 0.
  double asymmetry(double t);

 private:
  const double* state(const Vector& x, const Vector& input);

  Index size_ = 0;
  network::Network separate_, linear_;  ///< without coupling, with inputs as states; and outputs as states
  std::unique_ptr<ProgramSystem> units_, wires_;
  std::unique_ptr<ProgramSystem::Sampler> outputs_;
  Vector both_, rates_, direction_;
};

}  // namespace neurode::study
