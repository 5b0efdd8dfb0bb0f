#include "network/stimuli/stimuli.hpp"

#include <fmt/format.h>

namespace neurode::network {

const std::vector<StimulusEntry>& stimuli() {
  // Sorted by name.
  static const std::vector<StimulusEntry> list = {
      constant_stimulus(), piecewise_stimulus(), pulse_stimulus(), pulse_train_stimulus(),
      ramp_stimulus(),     sine_stimulus(),      step_stimulus(),
  };
  return list;
}

std::vector<double> between(std::initializer_list<double> times, double t0, double t1) {
  std::vector<double> out;
  for (const double t : times) {
    if (t > t0 && t < t1) out.push_back(t);
  }
  return out;
}

void check_start_stop(const Parameters& p, const Value& source, double, double, Diagnostics& diagnostics) {
  const double start = p.number("start"), stop = p.number("stop");
  if (start < stop) return;
  const Value* v = source.find("stop");
  if (v == nullptr) v = source.find("start");
  const Value& at = v != nullptr ? *v : source;
  diagnostics.add({at.where, at.key, "the stimulus would end before it starts",
                   fmt::format("start = {}, stop = {}", start, stop), "start < stop", ""});
}

ParameterSpec amplitude_parameter(const char* help) {
  return ParameterSpec::make(Kind::per_neuron, "amplitude", help).needed();
}

ParameterSpec time_parameter(const char* name, const char* help) {
  return ParameterSpec::make(Kind::number, name, help);
}

}  // namespace neurode::network
