#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compare/problem.hpp"

namespace neurode::compare {

namespace {

// Rows this much slower than the fastest count as equally fast: then the one with less work is named.
constexpr double kAsFast = 1.15;

std::string row_name(const Row& r) {
  return std::isnan(r.rtol) ? fmt::format("{} with dt = {}", r.integrator, short_number(r.dt))
                            : fmt::format("{} with rtol = {}", r.integrator, short_number(r.rtol));
}

}  // namespace

std::string short_number(double x) {
  if (!(x > 0) || (x > 0.01 && x < 1e6)) return fmt::format("{:g}", x);
  auto exponent = static_cast<int>(std::floor(std::log10(x)));
  std::string digits = fmt::format("{:.4g}", x / std::pow(10.0, exponent));
  if (digits == "10") digits = "1", ++exponent;
  return fmt::format("{}e{}", digits, exponent);
}

std::string time_text(double seconds) {
  if (std::isnan(seconds)) return "-";
  if (seconds < 1e-3) return fmt::format("{:.3g} us", seconds * 1e6);
  if (seconds < 1) return fmt::format("{:.3g} ms", seconds * 1e3);
  return fmt::format("{:.3g} s", seconds);
}

std::vector<bool> pareto(const std::vector<std::pair<double, double>>& points) {
  std::vector<bool> best(points.size(), true);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto& [error, work] = points[i];
    if (!std::isfinite(error) || !std::isfinite(work)) best[i] = false;
    for (std::size_t j = 0; j < points.size() && best[i]; ++j) {
      const auto& [other_error, other_work] = points[j];
      const bool no_worse = other_error <= error && other_work <= work;
      const bool better = other_error < error || other_work < work || j < i;
      if (j != i && no_worse && better) best[i] = false;
    }
  }
  return best;
}

void mark_and_recommend(Comparison& c, double accuracy) {
  std::vector<std::pair<double, double>> by_work, by_time;
  for (const Row& r : c.rows) {
    const double error = r.state == State::done ? r.error.trajectory : kUnknown;
    by_work.emplace_back(error, r.work);
    by_time.emplace_back(error, r.seconds);
  }
  const auto best_work = pareto(by_work), best_time = pareto(by_time);
  for (std::size_t k = 0; k < c.rows.size(); ++k) {
    c.rows[k].best_work = best_work[k];
    c.rows[k].best_time = best_time[k];
    c.rows[k].near_reference = c.rows[k].state == State::done && c.rows[k].error.trajectory < 10 * c.reference.error;
  }

  c.recommendation = {};
  auto& advice = c.recommendation;
  advice.accuracy = accuracy;
  const Row* fastest = nullptr;
  const Row* most_exact = nullptr;
  for (const Row& r : c.rows) {
    if (r.state != State::done || std::isnan(r.error.trajectory)) continue;
    if (!most_exact || r.error.trajectory < most_exact->error.trajectory) most_exact = &r;
    if (r.error.trajectory <= accuracy && (!fastest || r.seconds < fastest->seconds)) fastest = &r;
  }
  if (!fastest) {
    advice.text = most_exact ? fmt::format(
                                   "Recommended for a relative accuracy of {}: none of these reaches it; the "
                                   "most exact is {} at {:.2g}. Extend --rtol, or shorten --dt.",
                                   short_number(accuracy), row_name(*most_exact), most_exact->error.trajectory)
                             : "Recommended: nothing; no method got to the end.";
    return;
  }
  const Row* chosen = fastest;
  for (const Row& r : c.rows) {
    if (r.state != State::done || !(r.error.trajectory <= accuracy)) continue;
    if (r.seconds <= kAsFast * fastest->seconds && r.work < chosen->work) chosen = &r;
  }
  advice.row = static_cast<int>(chosen - c.rows.data());

  // Why: against the next best method, and against the slowest that gets there.
  const Row* next = nullptr;
  const Row* slowest = nullptr;
  std::vector<std::string> seen;
  for (const Row& r : c.rows) {
    if (r.state != State::done || r.integrator == chosen->integrator || !(r.error.trajectory <= accuracy)) continue;
    if (!next || r.seconds < next->seconds) next = &r;
  }
  for (const Row& r : c.rows) {
    if (r.state != State::done || !(r.error.trajectory <= accuracy)) continue;
    if (std::find(seen.begin(), seen.end(), r.integrator) != seen.end()) continue;
    const Row* cheapest = &r;  // of its method
    for (const Row& q : c.rows) {
      if (q.integrator == r.integrator && q.state == State::done && q.error.trajectory <= accuracy &&
          q.seconds < cheapest->seconds) {
        cheapest = &q;
      }
    }
    seen.push_back(r.integrator);
    if (cheapest->integrator != chosen->integrator && (!slowest || cheapest->seconds > slowest->seconds)) {
      slowest = cheapest;
    }
  }
  std::string why;
  if (next) {
    const double ratio = next->seconds / chosen->seconds;
    why += ratio < 1 ? fmt::format("; {} is as fast, but more work", row_name(*next))
                     : fmt::format("; next {}, {:.2g} times the time", row_name(*next), ratio);
    if (slowest != next && slowest) {
      why += fmt::format("; slowest {}, {:.3g} times", row_name(*slowest), slowest->seconds / chosen->seconds);
    }
  }
  advice.text = fmt::format(
      "Recommended for a relative accuracy of {}: {}: error {:.2g} in {}, {:.6g} right-hand sides and their like{}.",
      short_number(accuracy), row_name(*chosen), chosen->error.trajectory, time_text(chosen->seconds), chosen->work,
      why);
}

}  // namespace neurode::compare
