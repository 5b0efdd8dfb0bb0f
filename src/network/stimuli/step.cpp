#include "network/stimuli/stimuli.hpp"

namespace neurode::network {

static std::vector<double> breakpoints(const Parameters& p, double t0, double t1) {
  return between({p.number("start"), p.number("stop")}, t0, t1);
}

StimulusEntry step_stimulus() {
  return {{"step",
           "0, then `amplitude` from `start` (until `stop`)",
           {amplitude_parameter("value from start on"), time_parameter("start", "time it goes on").needed(),
            time_parameter("stop", "time it goes off; never if absent").standard(kNever)},
           "",
           ""},
          "where(s >= start and s < stop, amplitude, 0)",
          breakpoints,
          false,
          check_start_stop};
}

}  // namespace neurode::network
