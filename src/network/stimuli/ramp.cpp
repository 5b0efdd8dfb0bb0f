#include "network/stimuli/stimuli.hpp"

namespace neurode::network {

static std::vector<double> breakpoints(const Parameters& p, double t0, double t1) {
  const double start = p.number("start");
  return between({start, start + p.number("duration")}, t0, t1);
}

StimulusEntry ramp_stimulus() {
  return {{"ramp",
           "a straight line from `from` to `to`, held before and after",
           {ParameterSpec::make(Kind::per_neuron, "from", "value until start").standard(0.0),
            ParameterSpec::make(Kind::per_neuron, "to", "value from start + duration on").needed(),
            time_parameter("start", "time the ramp begins").needed(),
            time_parameter("duration", "how long it takes").above(0).needed()},
           "",
           ""},
          "where(s < start, from, where(s < start + duration, from + (to - from)*((t - start)/duration), to))",
          breakpoints};
}

}  // namespace neurode::network
