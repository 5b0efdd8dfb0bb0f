#include "neurode/compare/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <optional>
#include <thread>

#include "compare/problem.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/core/threads.hpp"
#include "neurode/scenario/read.hpp"

namespace neurode::compare {

namespace {

// A run longer than this is not repeated for the sake of its time: noise is small then.
constexpr double kLongRun = 1.0;
constexpr const char* kInterrupted = "interrupted";

using integrate::MethodEntry;

const MethodEntry& entry_of(const std::string& name) { return *find_entry(integrate::methods(), name); }

/// Tolerances from loosest to finest, a decade a step; both ends included.
std::vector<double> ladder(double loosest, double finest) {
  std::vector<double> rtols;
  const auto decades = static_cast<int>(std::floor(std::log10(loosest / finest) + 1e-9));
  for (int k = 0; k <= decades; ++k) rtols.push_back(loosest * std::pow(10.0, -k));
  if (rtols.back() > finest * (1 + 1e-9)) rtols.push_back(finest);
  // 1e-3 * 1e-4 is not 1e-7 to the last bit; what the table says should be what the user types.
  for (double& r : rtols) r = std::stod(fmt::format("{:.6g}", r));
  return rtols;
}

std::vector<Row> plan_rows(const Request& request, Problem& problem, const std::vector<std::string>& methods) {
  std::vector<Row> rows;
  std::vector<double> steps = request.steps;
  if (steps.empty() && problem.prepared().options.dt > 0) {
    for (const double share : {1.0, 0.5, 0.25}) steps.push_back(share * problem.prepared().options.dt);
  }
  std::sort(steps.rbegin(), steps.rend());
  for (const auto& name : methods) {
    const bool adaptive = entry_of(name).adaptive();
    for (const double value : adaptive ? ladder(request.loosest, request.finest) : steps) {
      Row r;
      r.integrator = name;
      (adaptive ? r.rtol : r.dt) = value;
      rows.push_back(r);
    }
  }
  return rows;
}

void check(const Request& request, const std::vector<std::string>& methods) {
  const auto refuse = [](const char* name, const std::string& found, const char* allowed) {
    throw UsageError(fmt::format("{}: {} is no good; allowed: {}", name, found, allowed));
  };
  if (!(request.finest > 0 && request.finest <= request.loosest && request.loosest < 1)) {
    refuse("rtol", fmt::format("{:g} to {:g}", request.loosest, request.finest),
           "the loosest, then the finest tolerance, between 0 and 1");
  }
  for (const double step : request.steps) {
    if (!(step > 0) || std::isinf(step)) refuse("dt", fmt::format("{:g}", step), "a number > 0");
  }
  if (!(request.time_limit > 0)) refuse("time_limit", fmt::format("{:g}", request.time_limit), "a number > 0");
  if (!(request.accuracy >= 0)) refuse("accuracy", fmt::format("{:g}", request.accuracy), "a number > 0");
  if (request.repeat < 1) refuse("repeat", fmt::format("{}", request.repeat), "an integer >= 1");
  if (request.jobs < 1) refuse("jobs", fmt::format("{}", request.jobs), "an integer >= 1");
  for (const auto& name : methods) {
    const auto* m = find_entry(integrate::methods(), name);
    if (!m) throw UsageError(unknown_name("integrator", {}, name, entry_names(integrate::methods())).format());
  }
  if (!request.reference_method.empty()) {
    const auto* m = find_entry(integrate::methods(), request.reference_method);
    if (!m) {
      throw UsageError(
          unknown_name("integrator", {}, request.reference_method, entry_names(integrate::methods())).format());
    }
    if (!m->adaptive()) {
      throw UsageError(fmt::format("\"{}\" takes fixed steps and cannot be the reference; allowed: an adaptive method",
                                   request.reference_method));
    }
  }
}

/// Columns (or colours) of a Jacobian: what one costs in J v products.
double jacobian_columns(System& system) {
  const Sparsity* pattern = system.sparsity();
  return pattern ? static_cast<double>(pattern->groups.size()) : static_cast<double>(system.size());
}

class Comparer {
 public:
  Comparer(const Request& request, const Progress& progress, const std::function<bool()>& interrupt)
      : request_(request), progress_(progress), interrupt_(interrupt), problem_(request) {}

  Comparison run() {
    check(request_, request_.integrators);
    for (const auto& name : request_.integrators) {
      if (entry_of(name).adaptive() || !request_.steps.empty() || problem_.prepared().options.dt > 0) continue;
      throw UsageError(
          fmt::format("\"{}\" takes fixed steps; which ones is for --dt to say, e.g. --dt 0.1,0.05", name));
    }
    say("looking at the problem", 0, 0);
    const Character character = look_at(problem_, request_, interrupt_);
    const auto methods = request_.integrators.empty() ? sensible_methods(problem_, character) : request_.integrators;
    c_.scenario = request_.scenario.path.string();
    c_.title = problem_.prepared().scenario.title;
    c_.scenario_text = scenario::to_toml(problem_.prepared().scenario.root);
    c_.overrides = request_.overrides;
    c_.time_unit = problem_.prepared().network->time_unit;
    c_.states = problem_.system().size();
    c_.stiff = character.stiff;
    c_.character = character.text;
    c_.rows = plan_rows(request_, problem_, methods);
    say("reference", 0, c_.rows.size());
    auto reference = make_reference(problem_, request_, character, interrupt_);
    c_.reference = reference.about;
    truth_ = std::move(reference.trajectory);
    columns_ = jacobian_columns(problem_.system());
    measure_errors();
    measure_times();
    const double middle = std::pow(10.0, std::round(0.5 * std::log10(request_.loosest * request_.finest)));
    mark_and_recommend(c_, request_.accuracy > 0 ? request_.accuracy : middle);
    return std::move(c_);
  }

 private:
  void say(const std::string& what, std::size_t row, std::size_t rows) {
    if (progress_) progress_(what, row, rows);
  }
  bool interrupted() const { return interrupt_ && interrupt_(); }

  double work(const integrate::Statistics& s) const {
    return static_cast<double>(s.rhs + s.jvps) + columns_ * static_cast<double>(s.jacobians);
  }

  /// All rows of one method, from the cheapest on: one that ran out of time dooms the finer ones.
  void measure_method(Problem& problem, std::size_t first, std::size_t last) {
    bool too_slow = false;
    for (std::size_t k = first; k < last; ++k) {
      Row& r = c_.rows[k];
      if (too_slow || interrupted()) {
        r.state = State::skipped;
        r.cause = too_slow ? "not tried: too slow already at a larger tolerance or step" : kInterrupted;
        continue;
      }
      {
        const std::lock_guard lock(progress_lock_);
        say(r.integrator, rows_done_++, c_.rows.size());
      }
      const auto o = problem.options(r.integrator, r.rtol, r.dt, request_.time_limit);
      r.cause = integrate::refusal(entry_of(r.integrator), problem.system(), o);
      if (!r.cause.empty()) {
        r.state = State::refused;
        continue;
      }
      Trajectory t;
      const auto result = problem.run(o, c_.reference.end, truth_.times, &t, interrupt_);
      r.statistics = result.statistics;
      r.time_reached = result.t;
      r.work = work(r.statistics);
      if (result.outcome == integrate::Outcome::interrupted) {
        r.state = State::skipped;
        r.cause = kInterrupted;
        continue;
      }
      if (result.outcome != integrate::Outcome::reached_end) {
        r.state = State::failed;
        r.cause = result.message;
        r.seconds = result.statistics.wall_seconds;
        too_slow = result.outcome == integrate::Outcome::wall_clock;
        continue;
      }
      r.error = errors_between(t, truth_, problem.floor(), problem.system().layout());
      r.seconds = result.statistics.wall_seconds;
    }
  }

  void measure_errors() {
    std::vector<std::pair<std::size_t, std::size_t>> groups;
    for (std::size_t k = 0; k < c_.rows.size();) {
      const std::size_t first = k;
      while (k < c_.rows.size() && c_.rows[k].integrator == c_.rows[first].integrator) ++k;
      groups.emplace_back(first, k);
    }
    if (request_.jobs <= 1) {
      for (const auto& [first, last] : groups) measure_method(problem_, first, last);
      return;
    }
    std::atomic<std::size_t> next{0};
    std::exception_ptr fault;
    const int jobs = static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(request_.jobs), groups.size()));
    const int share = std::max(1, max_threads() / std::max(1, jobs));
    std::mutex one_prepares;  // data files are read by libraries that know of one thread only
    const auto work = [&] {
      try {
        use_threads(share);
        std::optional<Problem> prepared;
        {
          const std::lock_guard lock(one_prepares);
          prepared.emplace(request_);
        }
        Problem& own = *prepared;
        for (std::size_t g = next++; g < groups.size(); g = next++) {
          measure_method(own, groups[g].first, groups[g].second);
        }
      } catch (...) {
        const std::lock_guard lock(progress_lock_);
        fault = std::current_exception();
      }
    };
    {
      std::vector<std::jthread> threads;  // joined at the bracket, also where one cannot be started
      for (int k = 0; k < jobs; ++k) threads.emplace_back(work);
    }
    if (fault) std::rethrow_exception(fault);
  }

  /// Timed runs, one at a time, without output. What ran long while nothing else did is taken as it was.
  void measure_times() {
    for (std::size_t k = 0; k < c_.rows.size(); ++k) {
      Row& r = c_.rows[k];
      if (r.state != State::done || interrupted()) continue;
      const bool alone = request_.jobs <= 1;
      r.timed = alone ? 1 : 0;
      if (alone && r.seconds > kLongRun) continue;
      say("timing " + r.integrator, k, c_.rows.size());
      const int repeat = r.seconds > kLongRun ? 1 : request_.repeat;
      const auto o = problem_.options(r.integrator, r.rtol, r.dt, 4 * request_.time_limit);
      std::vector<double> seconds;
      for (int n = 0; n < repeat; ++n) {
        const auto result = problem_.run(o, c_.reference.end, {}, nullptr, interrupt_);
        if (result.outcome != integrate::Outcome::reached_end) continue;
        seconds.push_back(result.statistics.wall_seconds);
        r.statistics = result.statistics;  // without what dense output took
        r.work = work(r.statistics);
      }
      if (seconds.empty()) continue;
      std::sort(seconds.begin(), seconds.end());
      const std::size_t middle = seconds.size() / 2;
      r.seconds = seconds.size() % 2 == 1 ? seconds[middle] : 0.5 * (seconds[middle - 1] + seconds[middle]);
      r.timed = static_cast<int>(seconds.size());
    }
  }

  const Request& request_;
  const Progress& progress_;
  const std::function<bool()>& interrupt_;
  Problem problem_;
  Comparison c_;
  Trajectory truth_;
  double columns_ = 0;
  std::size_t rows_done_ = 0;
  std::mutex progress_lock_;
};

}  // namespace

std::string state_name(State s) {
  switch (s) {
    case State::done:
      return "done";
    case State::failed:
      return "failed";
    case State::refused:
      return "refused";
    case State::skipped:
      break;
  }
  return "skipped";
}

double Row::digits() const { return std::isnan(error.end) ? kUnknown : -std::log10(std::max(error.end, 1e-16)); }

std::pair<double, double> parse_ladder(const std::string& text, const std::string& option) {
  const auto number = [&](const std::string& s) {
    std::size_t used = 0;
    double x = 0;
    try {
      x = std::stod(s, &used);
    } catch (const std::exception&) {
    }
    if (used != s.size() || s.empty() || !(x > 0 && x < 1)) {
      throw UsageError(
          fmt::format("{}: \"{}\" is no tolerance; allowed: a number between 0 and 1, e.g. 1e-6, or "
                      "LOOSEST:FINEST, e.g. 1e-3:1e-9",
                      option, text));
    }
    return x;
  };
  const auto colon = text.find(':');
  const double a = number(text.substr(0, colon)), b = colon == std::string::npos ? a : number(text.substr(colon + 1));
  return {std::max(a, b), std::min(a, b)};
}

Comparison run(const Request& request, const Progress& progress, const std::function<bool()>& interrupt) {
  return Comparer(request, progress, interrupt).run();
}

}  // namespace neurode::compare
