#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "neurode/record/sink.hpp"
#include "neurode/run/simulate.hpp"
#include "run/writers.hpp"

namespace neurode::run {

/// What a run records, declared for a sink: its plan, and spikes.
struct Declared {
  explicit Declared(const Prepared& p);
  std::vector<record::TimeAxis> axes;
  std::vector<record::Variable> variables;
  SpikeWriter spikes;
};

/// One sitting of a run, whose numbers go into a sink.
class Sitting {
 public:
  /// Writes what is written once: the scenario, the ends of recorded connections.
  Sitting(Prepared& p, const Declared& declared, record::Sink& sink);

  /// Called at restart points, and now and then between steps.
  using Restart = std::function<void(double, const integrate::Statistics&, const integrate::SnapshotSource&)>;
  Restart restart;
  std::function<void()> pause;
  std::vector<std::unique_ptr<AxisWriter>> writers;  ///< of the plan's time axes

  /// From the start, or a continuation, to the end; then what is said of it.
  /// @throws Error where a file or a value is not to be had; the last good state is in `summary` then
  void run(const RunHooks& hooks, const Continuation* from, Summary& summary);

 private:
  void integrate(const RunHooks& hooks, const Continuation* from, Summary& summary);
  void write_end(Summary& summary);

  Prepared& p_;
  const SpikeWriter& spikes_;
  record::Sink& sink_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace neurode::run
