// Runs of small scenarios with spikes, and the neurons they share.
#pragma once

#include <string>
#include <vector>

#include "prepared.hpp"

namespace neurode {

struct Spike {
  double t;
  Index which;
};

struct Run {
  std::vector<Spike> spikes;
  integrate::Result end;
};

inline Run run_spikes(const std::string& text, const std::vector<std::string>& set = {}) {
  auto p = prepared("schema = 1\n" + text, set);
  Run r;
  integrate::Observer observer;
  observer.spike = [&](Index which, double t) { r.spikes.push_back({t, which}); };
  r.end = integrate::drive(*p->problem.system, p->scenario.time.start, p->problem.initial, p->scenario.time.end,
                           p->options, {}, {}, observer);
  return r;
}

inline const char* const kTight = "[integrator]\nmethod = \"tsit5\"\nrtol = 1e-11\natol = 1e-13\n";

inline const char* const kLif = R"(
[model.lif]
equations = "dv/dt = (-v + I)/tau"
parameters = { tau = 20.0, v_th = 1.0, t_ref = 0.0 }
threshold = "v >= v_th"
reset = "v = 0"
refractory = "t_ref"
)";

inline const char* const kLeak = R"(
[model.leak]
equations = "dv/dt = (-v + I)/tau"
parameters = { tau = 10.0 }
)";

}  // namespace neurode
