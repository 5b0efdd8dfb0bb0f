#pragma once

#include <memory>
#include <vector>

#include "neurode/dynamics/program_system.hpp"

namespace neurode {

/// The noise of a ProgramSystem, its terms being values of the program. Whether it is additive, and Milstein's factor,
/// come from differentiating them.
class ProgramNoise final : public Noise {
 public:
  ProgramNoise(ProgramSystem& system, ProgramSystem::NoiseParts parts);

  const std::vector<Source>& sources() const override { return parts_.sources; }
  Calculus calculus() const override { return parts_.calculus; }
  bool additive() const override { return additive_; }
  bool diagonal() const override { return parts_.diagonal; }
  void apply(double t, const double* x, const double* dw, double* out) override;
  void milstein(double t, const double* x, double* out) override;
  const std::vector<Index>& channel_of() const override { return parts_.channel_of; }

 private:
  /// Of each part: the derivative of its term in the direction (1, 1, ...) of the state; invalid where it is 0.
  std::vector<ValueId> slopes();
  void run(Executable& code, double t, const double* x, const double* dw, double* out);

  ProgramSystem& system_;
  ProgramSystem::NoiseParts parts_;
  bool additive_ = true;
  Vector ones_;
  std::unique_ptr<Executable> apply_, milstein_;
};

}  // namespace neurode
