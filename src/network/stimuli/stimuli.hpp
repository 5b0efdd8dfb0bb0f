#pragma once

#include <initializer_list>

#include "neurode/network/families.hpp"

namespace neurode::network {

StimulusEntry constant_stimulus();
StimulusEntry piecewise_stimulus();
StimulusEntry pulse_stimulus();
StimulusEntry pulse_train_stimulus();
StimulusEntry ramp_stimulus();
StimulusEntry sine_stimulus();
StimulusEntry step_stimulus();

/// "Never": a time that every run ends before, and that is still a number in equation text and in JSON.
inline constexpr double kNever = 1e300;
/// No stimulus may have more breakpoints than this in a run.
inline constexpr double kMostBreakpoints = 1e7;

/// The times that lie in (t0, t1).
std::vector<double> between(std::initializer_list<double> times, double t0, double t1);

/// `stop` must be later than `start`.
void check_start_stop(const Parameters& p, const Value& source, double t0, double t1, Diagnostics& diagnostics);

ParameterSpec amplitude_parameter(const char* help);
ParameterSpec time_parameter(const char* name, const char* help);

}  // namespace neurode::network
