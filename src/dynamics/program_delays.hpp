#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "neurode/dynamics/delays.hpp"
#include "neurode/dynamics/program_system.hpp"

namespace neurode {

/// The past a ProgramSystem reads: its signals as code, and the vector of delayed values at a time.
class ProgramDelays final : public Delays {
 public:
  /// More distinct delays than this are not followed as breakpoints.
  static constexpr std::size_t kMostDistinct = 32;

  ProgramDelays(ProgramSystem& system, std::vector<DelayedInput> inputs, InitialHistory history);

  Index signals() const override { return signals_; }
  void sample(double t, const double* x, double* out) override;
  void before(double t, double* out) override;
  bool held_before() const override { return held_; }
  std::vector<double> breakpoints_before() const override { return history_.breakpoints; }
  void attach(std::shared_ptr<const Past> past) override;
  double shortest() const override { return batches_.front().delay; }
  double longest() const override { return batches_.back().delay; }
  const std::vector<double>& distinct() const override { return distinct_; }

  void begin_segment(double t0, double t1);
  /// The program's vector of delayed values at t, and their derivatives in time.
  const double* values(double t);
  const double* rates(double t);
  /// Delayed values and the vector their derivatives come in.
  Program::Seeds seeds();

 private:
  /// Reads with one delay: element of the signals -> element of the delayed vector.
  struct Batch {
    double delay = 0;
    std::size_t first = 0, count = 0;  ///< in from_ and to_
    bool run = false;                  ///< both ascend by one
    mutable std::int64_t hint = 0;
  };
  void add_batches(std::vector<double>& delays, std::vector<Index>& from, std::vector<Index>& to);
  void read(double t, bool rate, Vector& out);
  double piece_time(double t, double delay) const;

  ProgramSystem& system_;
  std::vector<DelayedInput> inputs_;
  InitialHistory history_;
  bool held_ = true;
  Index signals_ = 0;
  std::unique_ptr<Executable> code_;
  std::vector<Batch> batches_;  ///< by ascending delay
  std::vector<Index> from_, to_;
  std::vector<double> distinct_;
  std::shared_ptr<const Past> past_;
  Vector values_, rates_, state_, early_;
  double segment_begin_, segment_end_;
  double at_;                  ///< where values_ stand, with
  std::int64_t version_ = -1;  ///< this version of the past
};

}  // namespace neurode
