#include "network/stimuli/stimuli.hpp"

namespace neurode::network {

static std::vector<double> breakpoints(const Parameters& p, double t0, double t1) {
  return between({p.number("start"), p.number("stop")}, t0, t1);
}

StimulusEntry sine_stimulus() {
  return {{"sine",
           "offset + amplitude sin(2 pi frequency t + phase) from `start` to `stop`, else 0",
           {amplitude_parameter("half the difference between peak and trough"),
            ParameterSpec::make(Kind::number, "frequency", "cycles per unit of time").at_least(0).needed(),
            ParameterSpec::make(Kind::number, "phase", "angle at t = 0, in radians").standard(0.0),
            ParameterSpec::make(Kind::per_neuron, "offset", "value it swings about").standard(0.0),
            time_parameter("start", "time it goes on; at once if absent").standard(-kNever),
            time_parameter("stop", "time it goes off; never if absent").standard(kNever)},
           "",
           ""},
          "where(s >= start and s < stop, offset + amplitude*sin(2*pi*frequency*t + phase), 0)",
          breakpoints,
          false,
          check_start_stop};
}

}  // namespace neurode::network
