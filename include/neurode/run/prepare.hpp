#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "neurode/core/scenario_folder.hpp"
#include "neurode/integrate/drive.hpp"
#include "neurode/learning/problem.hpp"
#include "neurode/network/network.hpp"
#include "neurode/record/recorder.hpp"
#include "neurode/run/monitor.hpp"
#include "neurode/run/report.hpp"
#include "neurode/scenario/scenario.hpp"

namespace neurode::run {

/// Where a recorded variable's numbers come from and how they are laid out in the file.
struct RecordedVariable {
  record::Variable file;                     ///< as the recorder wants it
  ValueId value;                             ///< of the problem, or
  const learning::Metric* metric = nullptr;  ///< of the problem, or
  int expression = -1;                       ///< index into the plan's expressions
  Index rows = 1, cols = 1;                  ///< of the value
  std::vector<std::int64_t> neurons;         ///< rows kept; empty: all
  bool transposed = false;                   ///< weights: the file has post first
  Index size() const { return (neurons.empty() ? rows : static_cast<Index>(neurons.size())) * cols; }
};

/// Everything that goes into the file: grids, variables, expressions.
struct RecordPlan {
  std::vector<record::Dimension> dimensions;
  std::vector<record::TimeAxis> axes;
  std::vector<double> every;  ///< of each axis; 0: every step
  std::vector<RecordedVariable> variables;
  /// Spikes go to a time axis of their own, "POP.spike_time", with the neuron (and sample) of each.
  std::vector<learning::Spiking> spikes;
  /// Numbers of neurons at the two ends of recorded connections, written once.
  struct Ends {
    record::Variable file;
    std::vector<double> numbers;
  };
  std::vector<Ends> ends;
  std::vector<Monitor> expressions;
  int gzip = 4;

  /// Bytes of numbers before compression for a run over `duration`; every-step axes count as one point.
  double estimated_bytes(double duration) const;
};

/// A condition that ends the run, as an event; `holds` tells whether it is true already.
struct StopRule {
  integrate::Event event;
  std::function<bool(double t, const double* x)> holds;
};

/// A scenario made ready: everything a run would refuse has been refused.
struct Prepared {
  scenario::Scenario scenario;
  std::vector<std::string> overrides;  ///< KEY=VALUE, in the scenario already
  std::unique_ptr<network::Network> network;
  learning::Problem problem;
  integrate::Options options;
  RecordPlan plan;
  std::vector<StopRule> stops;
  Report report;
  double steady_state = 0;
};

/// Which of the stop conditions holds before the first step; -1: none. Then there is nothing to integrate.
int holding_at_start(const Prepared& prepared);

/// Reads and checks a scenario file with overrides (KEY=VALUE). What needs more memory than there is counts as a fault,
/// unless that is allowed. @throws ScenarioError with every fault found; FileError (of the scenario or a data file) as
/// they are met
std::unique_ptr<Prepared> prepare(const ScenarioFile& file, const std::vector<std::string>& overrides);
/// The same of a scenario's tree, as if it stood in `file`.
std::unique_ptr<Prepared> prepare(const Value& root, const ScenarioFile& file);

/// The parts, for prepare(). Steps may carry any unit of time; numbers are in `time_unit`.
integrate::Options read_integrator(const scenario::Scenario& scenario, const StateLayout* layout,
                                   const std::string& time_unit, Diagnostics& diagnostics);
RecordPlan plan_record(const scenario::Scenario& scenario, learning::Problem& problem, const network::Network& network,
                       Diagnostics& diagnostics);

}  // namespace neurode::run
