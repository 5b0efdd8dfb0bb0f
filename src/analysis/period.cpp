#include "neurode/analysis/period.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "neurode/core/errors.hpp"
#include "neurode/integrate/drive.hpp"

namespace neurode::analysis {

namespace {

constexpr int kRangePoints = 2000;  // at which the range is looked at
constexpr Index kMostTurns = 64;    // crossings a period, at most
constexpr Index kAgain = 4;         // periods of which the spread is told

integrate::Result go(System& system, double t0, const Vector& x, double t1, const PeriodSearch& s,
                     const std::vector<integrate::OutputGrid>& grids, const std::vector<integrate::Event>& events,
                     integrate::Observer observer) {
  observer.interrupt = s.interrupt;
  auto r = integrate::drive(system, t0, x, t1, s.integrator, grids, events, observer);
  if (!integrate::succeeded(r.outcome) && r.outcome != integrate::Outcome::interrupted) throw NumericalError(r.message);
  return r;
}

}  // namespace

Period find_period(System& system, const Vector& x, const PeriodSearch& search) {
  const Index n = system.size();
  Vector at = x;
  double t = search.t0;
  if (search.skip > 0) {
    const auto r = go(system, t, at, t + search.skip, search, {}, {}, {});
    at = r.x, t = r.t;
  }
  Period out;
  out.low = out.high = at;
  integrate::Observer ranges;
  ranges.output = [&](std::size_t, std::int64_t, double, const Vector& y) {
    out.low = out.low.cwiseMin(y);
    out.high = out.high.cwiseMax(y);
  };
  go(system, t, at, t + search.span, search, {{search.span / kRangePoints}}, {}, ranges);
  const Vector scale = search.scale.size() == n ? search.scale : Vector(Vector::Ones(n));
  const Vector width = out.high - out.low;
  out.element = search.element;
  if (out.element < 0) width.cwiseQuotient(scale).maxCoeff(&out.element);
  out.level = search.has_level ? search.level : 0.5 * (out.low[out.element] + out.high[out.element]);
  out.x = at;

  std::vector<double> times;
  std::vector<Vector> states;
  integrate::Observer crossings;
  crossings.event = [&](std::size_t, double when, const Vector& y) {
    times.push_back(when);
    states.push_back(y);
  };
  const integrate::Event section{"section", [&](double, const Vector& y) { return y[out.element] - out.level; }, 1,
                                 false};
  go(system, t, at, t + search.span, search, {}, {section}, crossings);
  const auto count = static_cast<Index>(times.size());
  out.crossings = count;
  if (count == 0) return out;
  out.x = states.back();
  const Vector unit = width.array().max(1e-9 * (1 + out.high.array().abs())).matrix();
  const auto apart = [&](Index i, Index k) {
    const Vector d = states[static_cast<std::size_t>(i)] - states[static_cast<std::size_t>(k)];
    return d.cwiseQuotient(unit).cwiseAbs().maxCoeff();
  };
  for (Index m = 1; m <= kMostTurns && m < count; ++m) {
    const double change = apart(count - 1, count - 1 - m);
    if (!(change < search.same)) continue;
    out.found = true;
    out.turns = m;
    out.change = change;
    const auto length = [&](Index k) {  // of the k-th period from the end
      return times[static_cast<std::size_t>(count - 1 - k * m)] -
             times[static_cast<std::size_t>(count - 1 - (k + 1) * m)];
    };
    out.period = length(0);
    double low = out.period, high = out.period;
    for (Index k = 1; k < kAgain && (k + 1) * m < count; ++k)
      low = std::min(low, length(k)), high = std::max(high, length(k));
    out.spread = high - low;
    break;
  }
  return out;
}

}  // namespace neurode::analysis
