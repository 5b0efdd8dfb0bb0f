#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "neurode/analysis/family.hpp"
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

/// The scenario's integrator, with a method of high order at this tolerance; a stiff one where the scenario's is.
integrate::Options tightened(const run::Prepared& p, double rtol);

/// Elements' names, "p.v[0]".
std::vector<std::string> state_labels(const StateLayout& layout);

/// A scenario as a function of one of its numbers.
class ScenarioFamily final : public analysis::Family {
 public:
  /// @throws UsageError where `key` is no path of keys
  ScenarioFamily(const run::Prepared& p, const ScenarioFile& file, const std::string& key);

  System& at(double p) override;
  /// The scenario at the last at().
  run::Prepared& prepared() { return *prepared_; }
  /// The number the scenario has there, its model's where it says nothing. @throws UsageError where it has none
  double standard() const { return standard_; }

 private:
  ScenarioFile file_;
  Value root_;
  std::vector<std::string> path_;
  double standard_ = 0, now_;
  Index size_ = 0;
  std::unique_ptr<run::Prepared> prepared_;
};

/// The place in the state of the element called "p.v[0]", or "p.v" for its first. @throws UsageError
Index element(const StateLayout& layout, const std::string& name);
/// Those that --x and --y name, or the first two. @throws UsageError where they are not two
std::array<Index, 2> plane_of(const StateLayout& layout, const Parameters& q);

}  // namespace neurode::study
