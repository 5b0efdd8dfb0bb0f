#pragma once

#include "neurode/run/monitor.hpp"
#include "prepared.hpp"

/// Times at which an expression rises through zero.
inline std::vector<double> crossings(neurode::run::Prepared& p, const std::string& expression) {
  using namespace neurode;
  Diagnostics diagnostics;
  run::Monitor monitor({expression, {}, "test"}, p.problem, diagnostics);
  diagnostics.throw_if_any();
  std::vector<double> times;
  integrate::Event e{"crossing", [&](double t, const Vector& x) { return monitor.evaluate(t, x.data()); }, 1, false};
  integrate::Observer observer;
  observer.event = [&](std::size_t, double t, const Vector&) { times.push_back(t); };
  integrate::drive(*p.problem.system, p.scenario.time.start, p.problem.initial, p.scenario.time.end, p.options, {}, {e},
                   observer);
  return times;
}
