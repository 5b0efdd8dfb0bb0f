#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "network/stimuli/stimuli.hpp"
#include "neurode/core/errors.hpp"

namespace neurode::network {

namespace {

/// First and last pulse that may have an edge in (t0, t1), as whole numbers (doubles, because a wrong file may ask for
/// more than an integer holds). Empty if last < first.
struct PulseRange {
  double first, last;
  double count() const { return last < first ? 0 : last - first + 1; }
};

PulseRange pulses_in(const Parameters& p, double t0, double t1) {
  const double start = p.number("start"), period = p.number("period");
  const auto count = p.integer("count");
  const double last = count == 0 ? kNever : static_cast<double>(count - 1);
  // One more on each side: the quotient is rounded, and a pulse that began before t0 may end after it.
  return {std::max(0.0, std::floor((t0 - start) / period) - 1), std::min(last, std::floor((t1 - start) / period) + 1)};
}

std::vector<double> breakpoints(const Parameters& p, double t0, double t1) {
  const double start = p.number("start"), period = p.number("period"), width = p.number("width");
  const auto range = pulses_in(p, t0, t1);
  if (2 * range.count() > kMostBreakpoints) {
    throw NumericalError(fmt::format("a pulse train with {} pulses in one run", range.count()));
  }
  std::vector<double> out;
  const auto first = static_cast<std::int64_t>(range.first);
  const auto pulses = static_cast<std::int64_t>(range.count());
  for (std::int64_t k = first; k < first + pulses; ++k) {
    const double on = start + static_cast<double>(k) * period;
    for (const double t : {on, on + width}) {
      if (t > t0 && t < t1) out.push_back(t);
    }
  }
  return out;
}

void check(const Parameters& p, const Value& source, double t0, double t1, Diagnostics& diagnostics) {
  const double period = p.number("period"), width = p.number("width");
  const auto fault = [&](const char* key, std::string problem, std::string found, std::string allowed) {
    const Value* v = source.find(key);
    const Value& at = v != nullptr ? *v : source;
    diagnostics.add({at.where, at.key, std::move(problem), std::move(found), std::move(allowed), ""});
  };
  if (width >= period) {
    fault("width", "pulses would run into each other", fmt::format("width = {}, period = {}", width, period),
          "width < period");
  }
  const double edges = 2 * pulses_in(p, t0, t1).count();
  if (edges > kMostBreakpoints) {
    fault("period", "the pulses are too many for one run",
          fmt::format("period = {}, {:.3g} edges from {} to {}", period, edges, t0, t1),
          fmt::format("at most {:.0e} edges: a longer period or a count", kMostBreakpoints));
  }
}

}  // namespace

StimulusEntry pulse_train_stimulus() {
  return {
      {"pulse_train",
       "pulses of `width` every `period` from `start`, else 0",
       {amplitude_parameter("value during a pulse"), time_parameter("start", "time the first goes on").standard(0.0),
        time_parameter("width", "how long each stays on").above(0).needed(),
        time_parameter("period", "from the beginning of one to that of the next").above(0).needed(),
        ParameterSpec::make(Kind::integer, "count", "how many; 0: without end").at_least(0).standard(0)},
       "",
       ""},
      // s lies inside a smooth segment, so that rounding in the quotient cannot put it into the wrong pulse.
      "where(s >= start and (count == 0 or s < start + count*period) and "
      "s - (start + floor((s - start)/period)*period) < width, amplitude, 0)",
      breakpoints,
      false,
      check};
}

}  // namespace neurode::network
