#include "work_precision.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "bench.hpp"

namespace bench {
namespace {

constexpr int kScanned = 17;
constexpr double kLoosest = -4, kPointsPerDecade = 4;  // 1e-4 to 1e-8

using Line = std::shared_ptr<ErrorLine>;

std::string benchmark_name(const Solver& s, const Contest& c) {
  std::string name = fmt::format("{}_{}", s.name, c.problem);
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

void add_benchmark(const std::string& name, const Line& line, std::function<double()> tolerance) {
  benchmark::RegisterBenchmark(name.c_str(), [line, tolerance](benchmark::State& state) {
    const double at = tolerance();
    neurode::Vector x;
    for (auto _ : state) {
      line->solver().solve(at, x);
      benchmark::DoNotOptimize(x.data());
    }
  });
}

std::function<void()> turn(const Line& line, const std::function<double()>& tolerance) {
  return [line, tolerance, x = neurode::Vector()]() mutable {
    line->solver().solve(tolerance(), x);
    benchmark::DoNotOptimize(x.data());
  };
}

}  // namespace

ErrorLine::ErrorLine(Solver solver, std::function<neurode::Vector()> truth, double floor)
    : solver_(std::move(solver)), make_truth_(std::move(truth)), floor_(floor) {}

double ErrorLine::error_of(double tolerance) const {
  if (!truth_) truth_ = make_truth_();
  neurode::Vector x;
  solver_.solve(tolerance, x);
  return ((x - *truth_).array() / truth_->array().abs().max(floor_)).abs().maxCoeff();
}

void ErrorLine::scan() {
  if (std::exchange(scanned_, true)) return;
  double s = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (int k = 0; k < kScanned; ++k) {
    const double x = kLoosest - k / kPointsPerDecade, y = std::log10(error_of(std::pow(10, x)));
    if (!std::isfinite(y)) continue;  // an error of exactly 0
    s += 1, sx += x, sy += y, sxx += x * x, sxy += x * y;
  }
  slope_ = (s * sxy - sx * sy) / (s * sxx - sx * sx);
  offset_ = (sy - slope_ * sx) / s;
}

double ErrorLine::fitted(double tolerance) {
  scan();
  return std::pow(10, offset_ + slope_ * std::log10(tolerance));
}

double ErrorLine::tolerance_for(double error) {
  scan();
  return std::pow(10, (std::log10(error) - offset_) / slope_);
}

void add(const Contest& c) {
  std::vector<Line> others;
  std::vector<std::string> plain;
  for (const Solver& s : c.yardsticks) {
    others.push_back(std::make_shared<ErrorLine>(s, c.truth, c.floor));
    plain.push_back(benchmark_name(s, c));
    add_benchmark(plain.back(), others.back(), [tolerance = c.tolerance] { return tolerance; });
  }
  const Line yardstick = others.front();
  for (const Solver& s : c.ours) {
    const auto line = std::make_shared<ErrorLine>(s, c.truth, c.floor);
    const std::string name = benchmark_name(s, c);
    const auto at_tolerance = [tolerance = c.tolerance] { return tolerance; };
    const auto matched = [line, yardstick, tolerance = c.tolerance, known = std::make_shared<double>(0)] {
      if (*known == 0) *known = yardstick->tolerance_for(std::max(line->fitted(tolerance), line->error_of(tolerance)));
      return *known;
    };
    add_benchmark(name, line, at_tolerance);
    std::vector<std::function<void()>> turns{turn(line, at_tolerance)}, equal_turns = turns;
    for (const Line& other : others) {
      turns.push_back(turn(other, at_tolerance));
      equal_turns.push_back(turn(other, matched));
    }
    std::vector<std::string> equal;
    for (std::size_t k = 0; k < others.size(); ++k) {
      equal.push_back(fmt::format("{}_as_{}", plain[k], s.name));
      add_benchmark(equal.back(), others[k], matched);
    }
    pairs().push_back({.what = fmt::format("{}: {} / odeint, equal tolerance", c.problem, s.name),
                       .ours = name,
                       .yardstick = plain.front(),
                       .others = {plain.begin() + 1, plain.end()},
                       .note =
                           [line, yardstick, tolerance = c.tolerance] {
                             return fmt::format("errors {:.1e}, {:.1e}; by their lines {:.1e}, {:.1e}",
                                                line->error_of(tolerance), yardstick->error_of(tolerance),
                                                line->fitted(tolerance), yardstick->fitted(tolerance));
                           },
                       .turns = turns});
    pairs().push_back({.what = fmt::format("{}: {} / odeint, equal error", c.problem, s.name),
                       .ours = name,
                       .yardstick = equal.front(),
                       .target = c.target,
                       .others = {equal.begin() + 1, equal.end()},
                       .note =
                           [line, yardstick, matched, tolerance = c.tolerance] {
                             const double at = matched();
                             return fmt::format("errors {:.1e}, {:.1e}; odeint's tolerance {:.1e}",
                                                line->error_of(tolerance), yardstick->error_of(at), at);
                           },
                       .turns = equal_turns});
  }
}

}  // namespace bench
