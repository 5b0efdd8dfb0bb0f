#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "neurode/dynamics/executable.hpp"
#include "neurode/dynamics/jumps.hpp"
#include "neurode/dynamics/noise.hpp"
#include "neurode/dynamics/presented.hpp"
#include "neurode/dynamics/program.hpp"
#include "neurode/dynamics/spikes.hpp"
#include "neurode/dynamics/system.hpp"

namespace neurode {

class ProgramDelays;
class ProgramJumps;

/// What a program reads of the past: `value`, an input of vector ProgramSystem::kDelayed, is `signal` some time ago.
struct DelayedInput {
  ValueId signal, value;
  Vector delay;                ///< > 0; one for all elements of `value`, or one each
  std::vector<Index> element;  ///< of `signal`, for each element of `value`; empty: the same one
};

/// The state before the start.
struct InitialHistory {
  std::function<void(double t, double* x)> state;  ///< writes all of it
  bool held = true;                                ///< it is the same at any t
  std::vector<double> breakpoints;                 ///< where it is not smooth, ascending
};

/// A System whose right-hand side is a Program: state slices in, their rates out. All products are derived from it;
/// each is built when it is first asked for.
///
/// External vectors of the program: 0 time, 1 state, 2 direction (of jvp and vjp), 3 weights where they are not in the
/// state (recurrent adiabatic learning), 4 delayed values, 5 numbers that change only at jumps,
/// 6 increments of white noise, 7 time derivatives of 4, 8 what is shown of data.
class ProgramSystem : public System {
 public:
  static constexpr int kState = 1, kDirection = 2, kDelayed = 4, kHeld = 5, kNoise = 6, kDelayedRate = 7, kShown = 8,
                       kVectors = 9;

  /// A slice of the state: its value in the program (an input of vector kState) and its rate (invalid: 0).
  struct Part {
    ValueId value, rate;
  };

  /// White noise: what it adds to the state over a step. channel_of is needed where `diagonal`.
  struct NoiseParts {
    std::vector<Noise::Source> sources;
    std::vector<ValueId> terms;  ///< G dw of each part, linear in inputs of vector kNoise; invalid or missing: none
    Noise::Calculus calculus = Noise::Calculus::ito;
    bool diagonal = false;
    std::vector<Index> channel_of;
  };

  /// `parts` in the order of layout.slices(). `breakpoints` gives those the program does not show; times at which
  /// conditions on time alone change (t > 5 in an equation) are found here.
  ProgramSystem(Program program, StateLayout layout, std::vector<Part> parts,
                std::function<std::vector<double>(double, double)> breakpoints, bool symmetric = false);
  ~ProgramSystem() override;
  /// The program reads of the past. Signals must not depend on delayed values. To be called before anything else.
  /// J does not hold what the past contributes: it counts as given.
  void read_past(std::vector<DelayedInput> inputs, InitialHistory history);

  const StateLayout& layout() const override { return layout_; }
  void rhs(double t, const double* x, double* dxdt) override;
  bool rates_without(Block left_out, double t, const double* x, double* dxdt) override;
  void jvp(double t, const double* x, const double* v, double* jv) override;
  void vjp(double t, const double* x, const double* u, double* jtu) override;
  const Sparsity* sparsity() override;
  bool time_derivative(double t, const double* x, double* ft) override;
  bool linear_rates(double t, const double* x, double* d) override;
  bool symmetric_jacobian() const override { return symmetric_; }
  std::vector<double> breakpoints(double t0, double t1) const override;
  void begin_segment(double t0, double t1) override;
  /// To be called once, before anything else. Without sources: nothing.
  void set_noise(NoiseParts noise);
  Noise* noise() override { return noise_.get(); }

  /// What vector kShown holds; before the first right-hand side.
  void show(std::unique_ptr<Presented> shown) { shown_ = std::move(shown); }

  Jumps* jumps() override;
  /// Who spikes and what that does; before the first right-hand side.
  void set_spikes(SpikeRules rules);
  /// Jumps of another kind, for a system where nobody spikes.
  void set_jumps(std::unique_ptr<Jumps> jumps) { other_jumps_ = std::move(jumps); }

  /// What the program reads at (t, x): its external vectors.
  using Inputs = std::array<const double*, kVectors>;
  Inputs inputs(double t, const double* x, const double* direction = nullptr);
  Delays* delays() override;

  const Program& program() const { return program_; }
  Program& program() { return program_; }
  const std::vector<Part>& parts() const { return parts_; }

  /// Code for any values of the program as functions of (t, x): run(t, x, out) writes them one after another.
  class Sampler {
   public:
    Sampler(ProgramSystem& system, const std::vector<ValueId>& values);
    /// Doubles written by run().
    Index size() const { return size_; }
    /// Where each value starts.
    const std::vector<Index>& offsets() const { return offsets_; }
    void run(double t, const double* x, double* out);

   private:
    ProgramSystem& system_;
    std::vector<Index> offsets_;
    Index size_ = 0;
    std::unique_ptr<Executable> code_;
  };

 private:
  friend class ProgramDelays;
  friend class ProgramNoise;
  std::unique_ptr<Executable> build(const std::vector<ValueId>& rates);
  std::unique_ptr<Executable> build_if_any(const std::vector<ValueId>& rates);

  Program program_;
  StateLayout layout_;
  std::vector<Part> parts_;
  std::function<std::vector<double>(double, double)> breakpoints_;
  std::vector<double> own_breakpoints_;
  bool symmetric_;
  double time_[2] = {0, 0};
  double segment_begin_ = 0, segment_end_ = 0;
  bool in_segment_ = false;
  std::unique_ptr<ProgramDelays> past_;
  std::unique_ptr<Presented> shown_;
  std::unique_ptr<Executable> rhs_, jvp_, vjp_, without_;
  Block left_out_ = Block::auxiliary;  ///< by `without_`
  std::unique_ptr<ProgramJumps> jumps_;
  std::unique_ptr<Jumps> other_jumps_;
  // Found when first asked for; the outer level says whether it was looked for, the inner one whether there is any.
  std::optional<std::optional<Sparsity>> sparsity_;
  std::optional<std::unique_ptr<Executable>> time_derivative_, linear_rates_;
  std::unique_ptr<Noise> noise_;
};

}  // namespace neurode
