#pragma once

#include <filesystem>
#include <string>

#include "neurode/core/diagnostics.hpp"
#include "neurode/run/prepare.hpp"

namespace neurode::run {

/// What a run holds in memory at its peak, in bytes; right within a factor of 2 where it is more than 100 MB.
struct MemoryEstimate {
  double program = 0;   ///< code, libraries
  double network = 0;   ///< weights, connections, parameters, delays
  double data = 0;      ///< samples
  double state = 0;     ///< initial state, what the equations work in, the past of delays
  double method = 0;    ///< vectors and matrices of the integrator
  double recorder = 0;  ///< buffers of the result file
  double total() const { return program + network + data + state + method + recorder; }
  /// "network 1.2 GB, state 3.4 MB, ...", largest first; parts below a hundredth left out.
  std::string text() const;
};

/// Builds the right-hand side where the state is large.
MemoryEstimate estimate_memory(Prepared& prepared);

/// Reports populations and connections that take more memory than there is, by what the scenario says of their sizes:
/// before anything is built. False if there are any.
bool check_sizes(const scenario::Scenario& scenario, Diagnostics& diagnostics);
/// Reports a prepared run that needs more memory than there is.
void check_memory(Prepared& prepared, Diagnostics& diagnostics);
/// Refuses a run whose result, before compression, is larger than the free space where `file` is to be.
/// @throws ScenarioError
void check_file_size(const Prepared& prepared, const std::filesystem::path& file);

/// Time scales of the equations, 1 / |lambda| of eigenvalues of the Jacobian at the start.
struct TimeScales {
  double slowest = 0, fastest = 0;  ///< 0: not known
  Index zero = 0;                   ///< eigenvalues that are 0, which `slowest` leaves out
  std::string how;                  ///< where the two are from, or why they are not known
};
TimeScales time_scales(Prepared& prepared);

}  // namespace neurode::run
