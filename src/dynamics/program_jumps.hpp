#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "dynamics/spike_changes.hpp"
#include "neurode/dynamics/executable.hpp"
#include "neurode/dynamics/jumps.hpp"
#include "neurode/dynamics/program_system.hpp"
#include "neurode/dynamics/spikes.hpp"
#include "neurode/equations/tape.hpp"

namespace neurode {

/// Spikes of a ProgramSystem.
class ProgramJumps : public Jumps {
 public:
  ProgramJumps(ProgramSystem& system, SpikeRules rules);

  void start(double t) override;
  Index thresholds() const override { return thresholds_; }
  void margins(double t, const double* x, double* g) override;
  bool resets(Index k) const override;
  void fire(double t, std::span<const Index> fired, double* x) override;
  double next() const override;
  bool deliver(double t, double* x) override;
  void save(ByteWriter& out) const override;
  void load(ByteReader& in) override;

  /// Flags of the refractory, for the program's vector kHeld.
  const double* flags() const { return flags_.data(); }
  const SpikeRules& rules() const { return rules_; }
  /// Threshold k: which population's, which neuron, which sample.
  struct Place {
    std::size_t rule;
    Index row, col;
  };
  Place place(Index k) const;

 private:
  struct Scheduled {
    double t = 0;
    std::uint64_t order = 0;
    std::int32_t effect = 0;  ///< -1 - rule: the end of a refractory time; from effects.size() on: a change
    std::int64_t index = 0;   ///< of the neuron that spiked (all its connections), or of the connection
    std::int32_t sample = 0;
  };
  static bool later(const Scheduled& a, const Scheduled& b) { return a.t != b.t ? a.t > b.t : a.order > b.order; }
  bool is_possible(const Scheduled& s) const;
  void schedule(double t, std::int32_t effect, std::int64_t index, Index sample);
  /// What the spikes of these neurons do to what learns: those that send first, then those that receive.
  void change(double t, std::span<const Index> fired, double* x);
  /// Connections [from, to) of the effect's list, in one sample.
  void act(std::size_t effect, std::int64_t from, std::int64_t to, Index sample, double* x);

  ProgramSystem& system_;
  SpikeRules rules_;
  std::vector<Index> first_;  ///< first threshold of each rule
  Index thresholds_ = 0;
  std::unique_ptr<Executable> margins_;
  std::vector<std::unique_ptr<Executable>> resets_;  ///< of each rule; null: none
  std::vector<equations::Tape> tapes_;               ///< of each effect
  std::vector<Columns> columns_;
  SpikeChanges changes_;
  Vector flags_, reset_values_;
  std::vector<double> lanes_, tape_scratch_;
  std::vector<equations::LaneInput> inputs_;
  std::vector<double*> outputs_;
  std::vector<Scheduled> queue_;  ///< a heap: the earliest first
  std::uint64_t order_ = 0;
};

}  // namespace neurode
