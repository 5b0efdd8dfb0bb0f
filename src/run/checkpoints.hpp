#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "neurode/core/bytes.hpp"
#include "neurode/run/simulate.hpp"
#include "run/writers.hpp"

namespace neurode::run {

/// Of a method, where the scenario's [checkpoint] wants any checkpoints at all.
integrate::RestartPoints restart_points(const scenario::CheckpointSection& section, const std::string& method);

/// Writes checkpoints into the file of a run, as [checkpoint] says: where integration stands (a Snapshot), and how far
/// the file, its writers and the report were then.
class Checkpoints {
 public:
  Checkpoints(const scenario::CheckpointSection& section, double start, record::Recorder& recorder,
              std::vector<std::unique_ptr<AxisWriter>>& writers, Report& report);

  /// What the file and the run's own parts were when `from` was taken. @throws BytesError
  void take_up(const Continuation& from);
  /// A restart point: takes note of it, and writes where it is time.
  void passed(double t, const integrate::Statistics& s, const integrate::SnapshotSource& source);
  /// Closes the file, with the last restart point noted, whose snapshot this is, unless it is in it already.
  void close_with(const std::optional<integrate::Snapshot>& last);

 private:
  using Clock = std::chrono::steady_clock;
  bool is_due(double t, const integrate::Statistics& s) const;
  ByteWriter head(bool bound, double t, std::span<const std::byte> memory, const Vector& x) const;

  const scenario::CheckpointSection section_;
  const double start_;
  record::Recorder& recorder_;
  std::vector<std::unique_ptr<AxisWriter>>& writers_;
  Report& report_;
  ByteWriter noted_, noted_free_;  ///< at the last restart point, and at the last one that is not bound
  ByteWriter own_;                 ///< of writers and report
  std::vector<std::uint64_t> points_;
  std::optional<double> written_;  ///< time of the one in the file
  std::int64_t sittings_ = 1;
  bool at_once_ = false;
  double every_passed_ = 0;
  std::int64_t written_at_step_ = 0;
  Clock::time_point last_ = Clock::now();
  std::chrono::duration<double> pause_;
};

}  // namespace neurode::run
