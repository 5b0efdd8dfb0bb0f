#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "neurode/analysis/spectrum.hpp"
#include "study/context.hpp"
#include "study/slow_fast.hpp"
#include "study/studies/list.hpp"

namespace neurode::study {

namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

struct Moment {
  double t = 0;
  analysis::Spectrum spectrum;
  double fastest = kNothing;  ///< largest |eigenvalue|
  SlowFast::Rates rates{kNothing, kNothing};
  SlowFast::Distance distance{kNothing, kNothing};

  double separation() const { return rates.slow > 0 ? rates.fast / rates.slow : kNothing; }
};

plot::Chart picture(const Findings& f, const std::vector<Moment>& moments, bool both, const std::string& rate) {
  plot::Chart chart;
  chart.title = "Time scales: " + (f.title.empty() ? f.scenario : f.title);
  chart.subtitle = f.heading;
  const std::string time = "time" + (f.time_unit.empty() ? "" : " [" + f.time_unit + "]");
  plot::Panel rates{"Rates", time, "rate" + (rate.empty() ? "" : " [" + rate + "]"), {}},
      limit{"From the adiabatic limit", time, "relative distance", {}};
  rates.x_linear = limit.x_linear = true;
  const auto curve = [&](plot::Panel& panel, const char* name, const auto& get) {
    plot::Curve c{name, {}};
    c.marked = false;
    for (const auto& m : moments) c.points.emplace_back(m.t, get(m));
    panel.curves.push_back(std::move(c));
  };
  curve(rates, "fastest of all", [](const auto& m) { return m.fastest; });
  if (both) {
    curve(rates, "slowest activity", [](const auto& m) { return m.rates.fast; });
    curve(rates, "fastest weights", [](const auto& m) { return m.rates.slow; });
    curve(limit, "motion of weights", [](const auto& m) { return m.distance.motion; });
    curve(limit, "activity", [](const auto& m) { return m.distance.activity; });
  }
  chart.panels = {std::move(rates)};
  if (both) chart.panels.push_back(std::move(limit));
  return chart;
}

Findings run(const Request& request) {
  auto p = ready(request);
  System& system = *p->problem.system;
  SlowFast parts(system);
  std::vector<Moment> moments;
  const int count = static_cast<int>(request.parameters.integer("points"));
  const auto passage = pass(*p, p->options, count, 0, request.interrupt, [&](double t, const Vector& x) {
    Moment m;
    m.t = t;
    m.spectrum = analysis::spectrum(system, t, x);
    m.fastest = m.spectrum.whole ? m.spectrum.values.cwiseAbs().maxCoeff()
                                 : analysis::spectral_radius(system.size(), [&](const double* v, double* jv) {
                                     system.jvp(t, x.data(), v, jv);
                                   });
    if (parts.both()) m.rates = parts.rates(t, x), m.distance = parts.distance(t, x);
    moments.push_back(std::move(m));
  });

  Findings f = about(request, "timescales", *p);
  const std::string rate = f.time_unit.empty() ? "" : "1/" + f.time_unit;
  f.complete = passage.complete && !moments.empty();
  f.heading = fmt::format("{} states; Jacobian of all of them at {}", system.size(), describe(passage, moments.size()));
  f.labels.clear();
  const bool whole = moments.empty() || moments[0].spectrum.whole;
  const std::size_t values = moments.empty() ? 1 : static_cast<std::size_t>(moments[0].spectrum.values.size());
  f.dimensions = {{"point", moments.size(), {}}, {"eigenvalue", values, {}}};
  const auto add = [&](const char* name, const char* long_name, const std::string& unit, int digits, const auto& get) {
    Quantity v{name, long_name, unit, {"point"}, {}, {}, digits};
    for (const auto& m : moments) v.numbers.push_back(get(m));
    f.table.emplace_back(name);
    f.add(std::move(v));
  };
  add("time", "time", f.time_unit, 8, [](const auto& m) { return m.t; });
  add("fastest_rate", "largest |eigenvalue| of the Jacobian", rate, 6, [](const auto& m) { return m.fastest; });
  add("leading_real", "real part of its eigenvalue furthest to the right", rate, 6,
      [](const auto& m) { return m.spectrum.values[0].real(); });
  if (parts.both()) {
    add("activity_rate", "slowest decay of activity and errors while weights are held", rate, 6,
        [](const auto& m) { return m.rates.fast; });
    add("weight_rate", "fastest rate of weights while activity and errors follow them", rate, 6,
        [](const auto& m) { return m.rates.slow; });
    add("separation", "activity_rate over weight_rate", "1", 4, [](const auto& m) { return m.separation(); });
    add("weight_deviation", "|dw/dt - its adiabatic limit| over the limit's, at the same weights", "1", 4,
        [](const auto& m) { return m.distance.motion; });
    add("activity_deviation", "|activity - its rest at the same weights| over |rest|", "1", 4,
        [](const auto& m) { return m.distance.activity; });
  }
  Quantity re{"eigenvalue_real", "eigenvalues of the Jacobian, real part", rate, {"point", "eigenvalue"}, {}, {}};
  Quantity im{"eigenvalue_imaginary", "the same, imaginary part", rate, {"point", "eigenvalue"}, {}, {}};
  for (const auto& m : moments) {
    for (const auto& v : m.spectrum.values) re.numbers.push_back(v.real()), im.numbers.push_back(v.imag());
  }
  f.add(std::move(re)), f.add(std::move(im));
  if (p->problem.learns && !parts.both()) {
    f.notes.emplace_back(
        "Activity is no state here, it sits at its steady state: the adiabatic limit itself. Only weights have rates.");
  } else if (!p->problem.learns) {
    f.notes.emplace_back("Nothing learns: there is one set of rates, and nothing to be separated.");
  } else if (!moments.empty() && std::isnan(moments[0].rates.slow)) {
    f.notes.emplace_back("There is too much activity (more than 1000 states) for the rate of weights that it follows.");
  }
  if (!whole) f.notes.push_back(fmt::format("Of the eigenvalues, the {} furthest to the right are known.", values));
  if (!passage.cut.empty()) f.notes.push_back(passage.cut);
  f.chart = picture(f, moments, parts.both(), rate);
  return f;
}

}  // namespace

StudyEntry timescales() {
  StudyEntry e;
  e.name = "timescales";
  e.summary = "eigenvalues of the joint Jacobian along a run; activity against weights, and the adiabatic limit";
  e.citation =
      "P. Kokotovic, H. K. Khalil, J. O'Reilly, Singular Perturbation Methods in Control (Academic Press, 1986), ch. 2";
  e.parameters = {
      ParameterSpec::make(Kind::integer, "points", "times along the run, at equal distances, its ends among them")
          .at_least(2)
          .at_most(1e5)
          .standard(50),
  };
  e.run = run;
  return e;
}

}  // namespace neurode::study
