#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "neurode/dynamics/layout.hpp"

namespace bench {

/// Solves a problem to its end at a tolerance (rtol; atol is a fixed multiple of it): the state there.
struct Solver {
  std::string name;
  std::function<void(double tolerance, neurode::Vector& x)> solve;
};

/// A solver's error over its tolerance: the least-squares line through the logarithms of both at tolerances from 1e-4
/// to 1e-8. Single errors scatter about it (they change sign along the way), so one run says little about which solver
/// is the more accurate. Scanned when first asked.
class ErrorLine {
 public:
  /// `floor`: a component counts as at least this large where its error is divided by it.
  ErrorLine(Solver solver, std::function<neurode::Vector()> truth, double floor);

  /// Largest relative error of a component of the solution at this tolerance.
  double error_of(double tolerance) const;
  double fitted(double tolerance);
  /// The tolerance at which the line has this error.
  double tolerance_for(double error);
  const Solver& solver() const { return solver_; }

 private:
  void scan();

  Solver solver_;
  std::function<neurode::Vector()> make_truth_;
  mutable std::optional<neurode::Vector> truth_;
  double floor_;
  bool scanned_ = false;
  double slope_ = 1, offset_ = 0;
};

/// Solvers of ours against those of others on one problem, all registered as benchmarks, with two pairs each in the
/// closing table: at equal tolerance, which says nothing about errors, and at equal error, which is what the target is
/// for: the yardstick gets the tolerance at which its line has the error of ours, by our line or as it is, whichever is
/// larger. Where there are several yardsticks the fastest counts; they must be forms of one method, whose errors are
/// those of the first.
struct Contest {
  std::string problem;
  std::vector<Solver> ours, yardsticks;
  std::function<neurode::Vector()> truth;
  double tolerance, target;
  double floor = 0;  ///< as ErrorLine's
};
void add(const Contest& contest);

}  // namespace bench
