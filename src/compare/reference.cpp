// What kind of problem it is, which methods fit it, and the trajectory that stands for the truth.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compare/problem.hpp"
#include "neurode/core/errors.hpp"

namespace neurode::compare {

namespace {

constexpr std::int64_t kPilotRhs = 50000;  // right-hand sides of each pilot run
constexpr double kPilotSeconds = 2;
// Steps of a fifth-order method grow by 4 from rtol 1e-3 to 1e-6 where accuracy rules, not at all where stability does.
constexpr double kStiffRatio = 1.7;
constexpr std::int64_t kFewSteps = 60;
// The common grid: so many ends of the reference's steps, and so many equal intervals.
constexpr std::size_t kStepPoints = 200, kEqualPoints = 50;
constexpr double kGridDoubles = 1 << 25;
constexpr Index kFactorised = 300;  // larger full Jacobians are factorised only where that is asked for

bool usable(Problem& p, const std::string& name) {
  const auto* m = find_entry(integrate::methods(), name);
  return m && integrate::refusal(*m, p.system(), p.options(name, 1e-6, 1, 0)).empty();
}

/// Sorted times in (start, end], the last one the end.
std::vector<double> common_grid(const std::vector<double>& steps, double start, double end, Index n) {
  const auto most = static_cast<std::size_t>(std::max(2.0, kGridDoubles / static_cast<double>(std::max<Index>(1, n))));
  const std::size_t from_steps = std::min(kStepPoints, most / 2), equal = std::min(kEqualPoints, most / 2);
  std::vector<double> times;
  for (std::size_t k = 1; k <= equal; ++k) {
    times.push_back(start + (end - start) * static_cast<double>(k) / static_cast<double>(equal));
  }
  for (std::size_t k = 1; k < from_steps && !steps.empty(); ++k) times.push_back(steps[steps.size() * k / from_steps]);
  std::erase_if(times, [&](double t) { return !(t > start && t < end); });
  times.push_back(end);
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  return times;
}

}  // namespace

Character look_at(Problem& problem, const Request& request, const std::function<bool()>& interrupt) {
  const auto& time = problem.prepared().scenario.time;
  double rate[2] = {0, 0};
  std::int64_t steps = 0;
  for (int k = 0; k < 2; ++k) {
    auto o = problem.options("tsit5", k == 0 ? 1e-3 : 1e-6, 0, std::min(kPilotSeconds, request.time_limit));
    o.max_rhs = kPilotRhs;
    const auto r = problem.run(o, time.end, {}, nullptr, interrupt);
    steps = std::max(steps, r.statistics.steps);
    rate[k] = static_cast<double>(r.statistics.steps) / std::max(r.t - time.start, 1e-300);
  }
  const double ratio = rate[1] / rate[0];
  Character c;
  c.stiff = steps > kFewSteps && ratio < kStiffRatio;
  c.text = fmt::format(
      "{}: from rtol 1e-3 to 1e-6 tsit5's steps per time grow by {:.2f} ({} where accuracy alone sets them)",
      c.stiff ? "stiff for explicit methods" : "not stiff", ratio, "3.98");
  return c;
}

std::vector<std::string> sensible_methods(Problem& problem, const Character& character) {
  std::vector<std::string> names =
      character.stiff ? std::vector<std::string>{"auto",    "rodas5p", "rodas4", "rosenbrock23", "cvode_bdf",
                                                 "exprb43", "rock2",   "rock4",  "tsit5"}
                      : std::vector<std::string>{"auto", "tsit5",         "dop853",      "bulirsch_stoer",
                                                 "bs3",  "odeint_dopri5", "cvode_adams", "rodas5p"};
  const std::string own = problem.prepared().options.method;
  if (std::find(names.begin(), names.end(), own) == names.end()) names.insert(names.begin(), own);
  const Index n = problem.system().size();
  const Sparsity* pattern = n > kFactorised ? problem.system().sparsity() : nullptr;
  const bool large = n > kFactorised && (pattern == nullptr || pattern->density() > 0.1);
  std::erase_if(names, [&](const std::string& name) {
    return !usable(problem, name) ||
           (large && name != own && find_entry(integrate::methods(), name)->largest_dense > 0);
  });
  return names;
}

ReferenceRun make_reference(Problem& problem, const Request& request, const Character& character,
                            const std::function<bool()>& interrupt) {
  std::vector<std::string> candidates =
      character.stiff ? std::vector<std::string>{"rodas5p", "dop853", "rodas4", "exprb43", "cvode_bdf", "tsit5"}
                      : std::vector<std::string>{"dop853", "bulirsch_stoer", "fehlberg78", "tsit5", "rodas5p"};
  if (!request.reference_method.empty()) {
    std::erase(candidates, request.reference_method);
    candidates.insert(candidates.begin(), request.reference_method);
  }
  std::erase_if(candidates, [&](const std::string& name) { return !usable(problem, name); });
  const double rtol = request.reference_rtol > 0 ? request.reference_rtol : std::max(0.01 * request.finest, 3e-14);
  const double limit = 3 * request.time_limit;

  ReferenceRun result;
  Reference& about = result.about;
  about.rtol = about.second_rtol = rtol;
  std::string failures;
  std::vector<double> times;
  for (const auto& name : candidates) {
    if (times.empty()) {
      // A first run, at a moderate tolerance, finds the end and where the solution moves.
      std::vector<double> steps;
      const auto r =
          problem.run_to_stop(problem.options(name, std::min(1e-6, request.loosest), 0, limit), steps, interrupt);
      if (!integrate::succeeded(r.outcome)) {
        failures += "\n  " + name + ": " + r.message;
        continue;
      }
      about.end = r.t;
      if (r.event >= 0) about.stopped_by = problem.prepared().stops[static_cast<std::size_t>(r.event)].event.name;
      if (r.outcome == integrate::Outcome::steady_state) about.stopped_by = "steady state";
      times = common_grid(steps, problem.prepared().scenario.time.start, r.t, problem.system().size());
    }
    Trajectory t;
    const auto r = problem.run(problem.options(name, rtol, 0, limit), about.end, times, &t, interrupt);
    if (r.outcome != integrate::Outcome::reached_end) {
      failures += "\n  " + name + ": " + r.message;
      continue;
    }
    if (about.method.empty()) {
      about.method = name;
      result.trajectory = std::move(t);
    } else {
      about.second = name;
      about.error = errors_between(t, result.trajectory, problem.floor(), problem.system().layout()).trajectory;
      break;
    }
  }
  about.grid_points = times.size();
  if (interrupt && interrupt()) return result;
  if (about.method.empty()) {
    throw NumericalError(
        fmt::format("no method got to the end with rtol = {:g}, so there is nothing to compare "
                    "with (--time-limit, --reference METHOD@RTOL):{}",
                    rtol, failures));
  }
  return result;
}

}  // namespace neurode::compare
