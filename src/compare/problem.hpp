#pragma once

#include <memory>
#include <vector>

#include "neurode/compare/compare.hpp"
#include "neurode/run/prepare.hpp"

namespace neurode::compare {

/// A trajectory on the common grid: a column a time, the last one the end.
struct Trajectory {
  std::vector<double> times;
  Matrix states;
  std::vector<double> loss;  ///< empty without one
};

/// One worker's own copy of the scenario (a System is not safe for concurrent calls) with the ways to run it.
class Problem {
 public:
  explicit Problem(const Request& request);

  run::Prepared& prepared() { return *prepared_; }
  System& system() { return *prepared_->problem.system; }

  /// [integrator] as the scenario has it, with this method and tolerance or step: the absolute tolerances keep their
  /// ratio to rtol.
  integrate::Options options(const std::string& method, double rtol, double dt, double time_limit) const;
  /// atol / rtol of every component.
  const Vector& floor() const { return floor_; }

  /// To `end` with the states at `times` in `t`; no stop conditions. Empty `times`: only the end is reached.
  integrate::Result run(const integrate::Options& o, double end, const std::vector<double>& times, Trajectory* t,
                        const std::function<bool()>& interrupt);
  /// To the scenario's end or its stop condition, collecting the ends of steps in `steps`.
  integrate::Result run_to_stop(const integrate::Options& o, std::vector<double>& steps,
                                const std::function<bool()>& interrupt);

 private:
  std::unique_ptr<run::Prepared> prepared_;
  Vector floor_;
};

Errors errors_between(const Trajectory& a, const Trajectory& reference, const Vector& floor, const StateLayout& layout);

/// The state's reference trajectory and how it was got.
struct ReferenceRun {
  Reference about;
  Trajectory trajectory;
};

/// What kind of problem it is.
struct Character {
  bool stiff = false;
  std::string text;
};
Character look_at(Problem& problem, const Request& request, const std::function<bool()>& interrupt);

ReferenceRun make_reference(Problem& problem, const Request& request, const Character& character,
                            const std::function<bool()>& interrupt);

/// Methods that fit, best known first.
std::vector<std::string> sensible_methods(Problem& problem, const Character& character);

/// Fills in best_work and best_time, and the recommendation.
void mark_and_recommend(Comparison& c, double accuracy);

/// 1e-7 as one writes it, not 1e-07.
std::string short_number(double x);
/// "3.1 ms".
std::string time_text(double seconds);

/// Points no other point beats in both, of (error, work): lower is better. Ties keep the first.
std::vector<bool> pareto(const std::vector<std::pair<double, double>>& points);

}  // namespace neurode::compare
