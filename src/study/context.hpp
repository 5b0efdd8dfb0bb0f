#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "neurode/run/prepare.hpp"
#include "neurode/study/study.hpp"

namespace neurode::study {

/// Findings with all that is said of the scenario; `heading` is the study's.
Findings about(const Request& request, const std::string& study, const run::Prepared& p);

/// The scenario, ready; refused where its future is no function of its state now. @throws ScenarioError, UsageError
std::unique_ptr<run::Prepared> ready(const Request& request);

/// States at `count` equal distances over the scenario's time, from the start; fewer where the run fails. Where it is
/// stopped by a condition, up to there.
struct Trajectory {
  std::vector<double> t;
  std::vector<Vector> x;
  Vector low, high;  ///< of each element
};
Trajectory trajectory(run::Prepared& p, int count, const std::function<bool()>& interrupt);

/// A run from its start to its end, to where a condition stops it, or to where it fails.
struct Passage {
  double begin = 0, end = 0;
  std::string cut;  ///< why it did not come to its end, a sentence; empty: it did
  bool complete = true;
};
/// Shows its states at `count` (two at least) times at equal distances, the first `skip` after the start, the last at
/// the end.
Passage pass(run::Prepared& p, const integrate::Options& options, int count, double skip,
             const std::function<bool()>& interrupt, const std::function<void(double t, const Vector& x)>& visit);
/// What it says of a run: "50 times from 0 to 2807.53".
std::string describe(const Passage& passage, std::size_t count);

/// The scenario's integrator, with a method of high order at this tolerance; a stiff one where the scenario's is.
integrate::Options tightened(const run::Prepared& p, double rtol);

/// Elements' names, "p.v[0]".
std::vector<std::string> state_labels(const StateLayout& layout);

/// The place in the state of the element called "p.v[0]", or "p.v" for its first. @throws UsageError
Index element(const StateLayout& layout, const std::string& name);
/// Those that --x and --y name, or the first two. @throws UsageError where they are not two
std::array<Index, 2> plane_of(const StateLayout& layout, const Parameters& q);

}  // namespace neurode::study
