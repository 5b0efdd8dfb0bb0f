#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "neurode/analysis/power.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/integrate/drive.hpp"
#include "study/context.hpp"
#include "study/studies/list.hpp"

namespace neurode::study {

namespace {

constexpr std::size_t kPeaks = 8;

Findings study(const Request& request) {
  const auto& q = request.parameters;
  auto p = run::prepare(request.scenario, request.overrides);  // noise, delays and spikes are welcome
  System& system = *p->problem.system;
  const auto& time = p->scenario.time;
  const double duration = time.end - time.start;
  const double skip = q.has("skip") ? q.number("skip") : 0.2 * duration;
  const double span = q.has("time") ? q.number("time") : duration - skip;
  if (!(span > 0)) throw UsageError("--skip leaves no time; --time says how much is looked at");
  const auto samples = static_cast<std::size_t>(q.integer("samples"));
  const int stretches = static_cast<int>(q.integer("stretches"));
  const Index of = q.has("of") ? element(system.layout(), q.text("of")) : 0;
  const double dt = span / static_cast<double>(samples - 1);
  std::vector<double> signal;
  integrate::Observer observer;
  observer.output = [&](std::size_t, std::int64_t, double t, const Vector& x) {
    if (t >= time.start + skip - 1e-9 * dt && signal.size() < samples) signal.push_back(x[of]);
  };
  observer.interrupt = request.interrupt;
  const double begin = time.start + skip;
  integrate::OutputGrid grid;
  for (std::size_t k = 0; k < samples; ++k) grid.times.push_back(begin + static_cast<double>(k) * dt);
  grid.times.back() = begin + span;
  const auto r =
      integrate::drive(system, time.start, p->problem.initial, begin + span, p->options, {grid}, {}, observer);
  const bool interrupted = r.outcome == integrate::Outcome::interrupted;
  if (!integrate::succeeded(r.outcome) && !interrupted) throw NumericalError(r.message);
  if (signal.size() < samples) {
    if (!interrupted) throw NumericalError(r.message);
    signal.resize(samples, 0);
  }
  const auto s = analysis::power_spectrum(signal, dt, stretches);

  Findings f = about(request, "spectrum", *p);
  f.complete = !interrupted;
  const std::string name = f.labels[static_cast<std::size_t>(of)];
  // Rates of a scenario in ms are told in Hz.
  const double hertz = f.time_unit == "ms" ? 1000 : 1;
  const std::string unit = f.time_unit == "ms" || f.time_unit == "s" ? "Hz"
                           : f.time_unit.empty()                     ? ""
                                                                     : "1/" + f.time_unit;
  f.heading = fmt::format("{}: {} samples over {:g} after {:g}, {} under Hann windows; resolution {:.3g}{}", name,
                          samples, span, skip, stretches == 1 ? "one stretch" : fmt::format("{} stretches", stretches),
                          hertz * s.frequency[1], unit.empty() ? "" : " " + unit);
  f.facts = {{"of", name}, {"sampling_interval", dt}};
  const std::size_t peaks = std::min(kPeaks, s.peaks.size());
  f.dimensions = {{"peak", peaks, {}}, {"bin", s.frequency.size(), {}}};
  Quantity at{"peak_frequency", "frequency of a maximum", unit, {"peak"}, {}, {}, 8};
  Quantity period{"peak_period", "its period", f.time_unit, {"peak"}, {}, {}, 8};
  Quantity power{"peak_power", "power there, per unit of frequency", "", {"peak"}, {}, {}, 4};
  for (std::size_t k = 0; k < peaks; ++k) {
    at.numbers.push_back(hertz * s.peaks[k].frequency);
    period.numbers.push_back(1 / s.peaks[k].frequency);
    power.numbers.push_back(s.peaks[k].power / hertz);
  }
  f.add(std::move(at)), f.add(std::move(period)), f.add(std::move(power));
  f.table = {"peak_frequency", "peak_period", "peak_power"};
  Quantity frequency{"frequency", "frequency", unit, {"bin"}, {}, {}};
  Quantity density{"power", "power per unit of frequency", "", {"bin"}, {}, {}};
  plot::Curve curve{name, {}};
  curve.marked = false;
  for (std::size_t k = 0; k < s.frequency.size(); ++k) {
    frequency.numbers.push_back(hertz * s.frequency[k]);
    density.numbers.push_back(s.power[k] / hertz);
    curve.points.emplace_back(hertz * s.frequency[k], s.power[k] / hertz);
  }
  f.add(std::move(frequency)), f.add(std::move(density));
  if (peaks == 0) f.notes.push_back("There is no maximum: nothing recurs.");
  plot::Panel panel{
      "Power", "frequency" + (unit.empty() ? "" : " [" + unit + "]"), "power per unit of frequency", {curve}};
  f.chart.title = "Power spectrum: " + (f.title.empty() ? f.scenario : f.title);
  f.chart.subtitle = f.heading;
  f.chart.panels = {std::move(panel)};
  return f;
}

}  // namespace

StudyEntry spectrum() {
  StudyEntry e;
  e.name = "spectrum";
  e.summary = "power spectrum of an element of the state, and its dominant periods";
  e.citation = "P. D. Welch, IEEE Trans. Audio Electroacoust. 15 (1967) 70-73";
  e.parameters = {
      ParameterSpec::make(Kind::string, "of", "element of the state. Default: the first"),
      ParameterSpec::make(Kind::number, "skip", "time before. Default: a fifth of the scenario's").at_least(0),
      ParameterSpec::make(Kind::number, "time", "time that is looked at. Default: what is left of the scenario's")
          .above(0),
      ParameterSpec::make(Kind::integer, "samples", "at equal distances").at_least(16).at_most(1e8).standard(16384),
      ParameterSpec::make(Kind::integer, "stretches", "half-overlapping, over which the power is averaged (noise)")
          .at_least(1)
          .at_most(10000)
          .standard(1),
  };
  e.run = study;
  return e;
}

}  // namespace neurode::study
