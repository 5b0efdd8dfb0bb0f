#include "network/stimuli/stimuli.hpp"

namespace neurode::network {

static std::vector<double> breakpoints(const Parameters&, double, double) { return {}; }

StimulusEntry constant_stimulus() {
  return {{"constant", "the same all the time", {amplitude_parameter("value")}, "", ""}, "amplitude", breakpoints};
}

}  // namespace neurode::network
