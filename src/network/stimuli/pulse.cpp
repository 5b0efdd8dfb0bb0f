#include "network/stimuli/stimuli.hpp"

namespace neurode::network {

static std::vector<double> breakpoints(const Parameters& p, double t0, double t1) {
  const double start = p.number("start");
  return between({start, start + p.number("duration")}, t0, t1);
}

StimulusEntry pulse_stimulus() {
  return {{"pulse",
           "`amplitude` from `start` for `duration`, else 0",
           {amplitude_parameter("value during the pulse"), time_parameter("start", "time it goes on").needed(),
            time_parameter("duration", "how long it stays on").above(0).needed()},
           "",
           ""},
          "where(s >= start and s < start + duration, amplitude, 0)",
          breakpoints};
}

}  // namespace neurode::network
