#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>

#include "neurode/analysis/branch.hpp"
#include "neurode/analysis/fixed_points.hpp"
#include "neurode/core/errors.hpp"
#include "study/context.hpp"
#include "study/scenario_family.hpp"
#include "study/studies/list.hpp"

namespace neurode::study {

namespace {

using analysis::Branch;
using analysis::BranchPoint;
using analysis::Special;

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kShown = 6;

/// Curves of one kind, solid where stable, dashed where not, joined where stability changes.
class Lines {
 public:
  explicit Lines(const std::string& name) {
    stable_ = {name + ", stable", {}};
    unstable_ = {name + ", unstable", {}};
    stable_.marked = unstable_.marked = false;
    unstable_.dashed = true;
    unstable_.like = stable_.name;
  }
  void begin() { before_.reset(); }
  void add(double p, double v, bool is_stable) {
    auto& mine = is_stable ? stable_ : unstable_;
    if (!before_ || before_->second != is_stable) mine.points.emplace_back(kNothing, kNothing);
    if (before_ && before_->second != is_stable) mine.points.push_back(before_->first);
    mine.points.emplace_back(p, v);
    before_ = {{p, v}, is_stable};
  }
  void into(plot::Panel& panel) {
    panel.curves.push_back(std::move(stable_));
    panel.curves.push_back(std::move(unstable_));
  }

 private:
  plot::Curve stable_, unstable_;
  std::optional<std::pair<std::pair<double, double>, bool>> before_;
};

void mark_specials(plot::Panel& panel, const std::vector<Branch>& branches, const auto& value) {
  for (const auto& branch : branches) {
    for (const auto& b : branch.points) {
      if (b.special == Special::none || b.special == Special::start || b.special == Special::end) continue;
      const std::string name(analysis::special_name(b.special));
      auto at = std::find_if(panel.curves.begin(), panel.curves.end(), [&](const auto& c) { return c.name == name; });
      if (at == panel.curves.end()) {
        panel.curves.push_back({name, {}});
        at = panel.curves.end() - 1;
        at->joined = false;
      }
      at->points.emplace_back(b.p, value(b));
    }
  }
}

/// The first branch is one of rest, the others are of orbits.
plot::Chart picture(const Findings& f, const std::vector<Branch>& branches, const std::string& parameter, Index shown) {
  plot::Chart chart;
  chart.title = "Bifurcations: " + (f.title.empty() ? f.scenario : f.title);
  chart.subtitle = f.heading;
  chart.caption = "Solid: stable; dashed: unstable. Of a periodic orbit the smallest and the largest value are shown.";
  plot::Panel states{"Rest and periodic orbits", parameter, f.labels[static_cast<std::size_t>(shown)], {}};
  plot::Panel periods{"Periods", parameter, "period" + (f.time_unit.empty() ? "" : " [" + f.time_unit + "]"), {}};
  states.x_linear = states.y_linear = periods.x_linear = periods.y_linear = true;
  Lines rest("rest"), orbits("orbit"), period("orbit");
  for (const auto& b : branches[0].points) rest.add(b.p, b.x[shown], b.unstable == 0);
  for (std::size_t k = 1; k < branches.size(); ++k) {
    for (const bool high : {false, true}) {
      orbits.begin();
      for (const auto& b : branches[k].points) orbits.add(b.p, (high ? b.high : b.low)[shown], b.unstable == 0);
    }
    period.begin();
    for (const auto& b : branches[k].points) period.add(b.p, b.period, b.unstable == 0);
  }
  rest.into(states), orbits.into(states), period.into(periods);
  mark_specials(states, branches, [&](const auto& b) { return b.high.size() > 0 ? b.high[shown] : b.x[shown]; });
  chart.panels = {std::move(states)};
  if (branches.size() > 1) chart.panels.push_back(std::move(periods));
  return chart;
}

/// The state where the trajectory ends, if Newton's method finds rest from there; else a fixed point nearby.
Vector rest_near(run::Prepared& p, System& system, double t, const std::function<bool()>& interrupt) {
  const Trajectory way = trajectory(p, 50, interrupt);
  analysis::Newton newton(system);
  for (auto at = way.x.rbegin(); at != way.x.rend(); ++at) {
    Vector x = *at;
    if (newton.solve(t, x)) return x;
  }
  throw NumericalError("no state of rest was found near the trajectory; --start begins at another parameter");
}

std::string branch_name(std::size_t k) { return k == 0 ? "rest" : fmt::format("orbits {}", k); }

/// The orbits born at each Hopf point of the first branch; what could not be followed is told.
std::string follow_orbits(ScenarioFamily& family, const analysis::BranchOptions& options, const Parameters& q,
                          std::vector<Branch>& branches) {
  std::string refused;
  analysis::OrbitOptions of_orbits;
  of_orbits.branch = options;
  of_orbits.branch.most = static_cast<int>(q.integer("orbit_points"));
  of_orbits.intervals = q.integer("intervals");
  of_orbits.longest = q.has("longest_period") ? q.number("longest_period") : 0;
  const auto rest = branches[0].points;
  for (const auto& b : rest) {
    if (b.special != Special::hopf) continue;
    // An orbit that ended at this very point was followed already, from its other end.
    const bool done = std::any_of(branches.begin() + 1, branches.end(), [&](const Branch& other) {
      const auto& end = other.points.back();
      return end.special == Special::end && std::abs(end.p - b.p) < 1e-3 * (options.high - options.low) &&
             std::abs(end.period - b.period) < 0.05 * b.period;
    });
    if (done) continue;
    try {
      branches.push_back(analysis::continue_orbits(family, b, of_orbits));
    } catch (const NumericalError& e) {
      refused += (refused.empty() ? "" : "; ") + std::string(e.what());
    }
  }
  return refused;
}

using Get = std::function<double(const BranchPoint&)>;

void add_column(Findings& f, Quantity v, const std::vector<const BranchPoint*>& points, const Get& get) {
  for (const auto* b : points) v.numbers.push_back(get(*b));
  f.add(std::move(v));
}
void add_rows(Findings& f, Quantity v, const std::vector<const BranchPoint*>& points,
              const std::function<void(const BranchPoint&, std::vector<double>&)>& append) {
  for (const auto* b : points) append(*b, v.numbers);
  f.add(std::move(v));
}
std::vector<std::string> special_words() {
  std::vector<std::string> words;
  for (int k = 0; k <= static_cast<int>(Special::homoclinic); ++k) {
    words.emplace_back(analysis::special_name(static_cast<Special>(k)));
  }
  return words;
}
double kind_of(const BranchPoint& b) { return static_cast<double>(b.special); }
void append_real(const BranchPoint& b, std::vector<double>& out) {
  for (const auto& v : b.spectrum.values) out.push_back(v.real());
}
void append_imaginary(const BranchPoint& b, std::vector<double>& out) {
  for (const auto& v : b.spectrum.values) out.push_back(v.imag());
}

void tell_rest(Findings& f, const Branch& branch, const std::string& parameter) {
  std::vector<const BranchPoint*> points;
  for (const auto& b : branch.points) points.push_back(&b);
  const std::string rate = f.time_unit.empty() ? "" : "1/" + f.time_unit;
  f.dimensions.push_back({"point", points.size(), {}});
  f.dimensions.push_back({"eigenvalue", static_cast<std::size_t>(points[0]->spectrum.values.size()), {}});
  add_column(f, {"p", parameter, "", {"point"}, {}, {}}, points, [](const auto& b) { return b.p; });
  add_column(f, {"kind", "what is special about the point", "", {"point"}, {}, special_words()}, points, kind_of);
  add_column(f, {"unstable", "eigenvalues with a positive real part", "1", {"point"}, {}, {}}, points,
             [](const auto& b) { return static_cast<double>(b.unstable); });
  add_rows(f, {"x", "state at rest", "", {"point", "state"}, {}, {}}, points,
           [](const auto& b, auto& out) { out.insert(out.end(), b.x.begin(), b.x.end()); });
  add_rows(f, {"eigenvalue_real", "eigenvalues of the Jacobian, real part", rate, {"point", "eigenvalue"}, {}, {}},
           points, append_real);
  add_rows(f, {"eigenvalue_imaginary", "the same, imaginary part", rate, {"point", "eigenvalue"}, {}, {}}, points,
           append_imaginary);
}

void tell_orbits(Findings& f, const std::vector<Branch>& branches, const std::string& parameter) {
  if (branches.size() < 2) return;
  std::vector<const BranchPoint*> points;
  Quantity which{"orbit_branch", "which branch of orbits, from 1", "1", {"orbit"}, {}, {}};
  for (std::size_t k = 1; k < branches.size(); ++k) {
    for (const auto& b : branches[k].points) {
      points.push_back(&b);
      which.numbers.push_back(static_cast<double>(k));
    }
  }
  f.dimensions.push_back({"orbit", points.size(), {}});
  f.add(std::move(which));
  add_column(f, {"orbit_p", parameter, "", {"orbit"}, {}, {}}, points, [](const auto& b) { return b.p; });
  add_column(f, {"orbit_kind", "what is special about the orbit", "", {"orbit"}, {}, special_words()}, points, kind_of);
  add_column(f, {"orbit_unstable", "multipliers outside of the unit circle", "1", {"orbit"}, {}, {}}, points,
             [](const auto& b) { return static_cast<double>(b.unstable); });
  add_column(f, {"orbit_period", "period", f.time_unit, {"orbit"}, {}, {}}, points,
             [](const auto& b) { return b.period; });
  add_rows(f, {"orbit_x", "state at phase 0", "", {"orbit", "state"}, {}, {}}, points,
           [](const auto& b, auto& out) { out.insert(out.end(), b.x.begin(), b.x.end()); });
  add_rows(f, {"orbit_low", "smallest value over a period", "", {"orbit", "state"}, {}, {}}, points,
           [](const auto& b, auto& out) { out.insert(out.end(), b.low.begin(), b.low.end()); });
  add_rows(f, {"orbit_high", "largest value over a period", "", {"orbit", "state"}, {}, {}}, points,
           [](const auto& b, auto& out) { out.insert(out.end(), b.high.begin(), b.high.end()); });
  const auto multipliers = static_cast<std::size_t>(points[0]->spectrum.values.size());
  if (multipliers == 0) return;
  f.dimensions.push_back({"multiplier", multipliers, {}});
  add_rows(f,
           {"multiplier_real",
            "Floquet multipliers beside the trivial one, real part",
            "1",
            {"orbit", "multiplier"},
            {},
            {}},
           points, append_real);
  add_rows(f, {"multiplier_imaginary", "the same, imaginary part", "1", {"orbit", "multiplier"}, {}, {}}, points,
           append_imaginary);
}

void tell_specials(Findings& f, const std::vector<Branch>& branches, const std::string& parameter) {
  std::vector<const BranchPoint*> points;
  Quantity where{"special_branch", "on which branch it lies", "", {"special"}, {}, {}};
  for (std::size_t k = 0; k < branches.size(); ++k) {
    where.words.push_back(branch_name(k));
    for (const auto& b : branches[k].points) {
      if (b.special == Special::none) continue;
      points.push_back(&b);
      where.numbers.push_back(static_cast<double>(k));
    }
  }
  f.dimensions.push_back({"special", points.size(), {}});
  f.add(std::move(where));
  add_column(f, {"special_kind", "what is special about the point", "", {"special"}, {}, special_words()}, points,
             kind_of);
  add_column(f, {"special_p", parameter, "", {"special"}, {}, {}, 12}, points, [](const auto& b) { return b.p; });
  add_column(f,
             {"special_unstable",
              "directions that grow: eigenvalues right of the axis, multipliers outside of the circle",
              "1",
              {"special"},
              {},
              {}},
             points, [](const auto& b) { return static_cast<double>(b.unstable); });
  add_column(
      f,
      {"special_period", "period; of a Hopf point, that of the orbit that is born", f.time_unit, {"special"}, {}, {}},
      points, [](const auto& b) { return b.period > 0 ? b.period : kNothing; });
  add_column(f,
             {"special_criticality",
              "first Lyapunov coefficient of a Hopf point: below 0 a stable orbit is born, above 0 "
              "an unstable one",
              "",
              {"special"},
              {},
              {},
              4},
             points, [](const auto& b) { return b.special == Special::hopf ? b.criticality : kNothing; });
  f.table = {"special_branch",   "special_kind",   "special_p",
             "special_unstable", "special_period", "special_criticality"};
  for (std::size_t k = 0; k < std::min(kShown, f.labels.size()); ++k) {
    Quantity column{f.labels[k], "", "", {"special"}, {}, {}, 9};
    for (const auto* b : points) column.numbers.push_back(b->x[static_cast<Index>(k)]);
    f.shown.push_back(std::move(column));
  }
}

Findings run(const Request& request) {
  const auto& q = request.parameters;
  auto p = ready(request);
  ScenarioFamily family(*p, request.scenario, q.text("parameter"));
  analysis::BranchOptions options;
  options.low = q.number("from"), options.high = q.number("to");
  if (!(options.low < options.high)) throw UsageError("--from must be less than --to");
  const double start = q.has("start") ? q.number("start") : family.standard();
  if (std::isnan(start)) {
    throw UsageError("--start: the scenario has no number at \"" + q.text("parameter") + "\"; say where to begin");
  }
  if (!(options.low <= start && start <= options.high)) {
    throw UsageError(fmt::format("--start: {:g} does not lie between --from and --to", start));
  }
  options.t = q.has("at") ? q.number("at") : p->scenario.time.start;
  options.step = q.number("step"), options.largest = std::max(q.number("largest_step"), options.step);
  options.most = static_cast<int>(q.integer("points"));
  options.interrupt = request.interrupt;
  System& first = family.at(start);
  const Index shown = q.has("show") ? element(p->problem.system->layout(), q.text("show")) : 0;
  // The trajectory belongs to the scenario's own parameter; a start elsewhere has its own.
  Request there = request;
  there.overrides.push_back(fmt::format("{}={}", q.text("parameter"), number_text(start)));
  auto at_start = ready(there);
  const Vector rest = rest_near(*at_start, first, options.t, request.interrupt);
  std::vector<Branch> branches = {analysis::continue_rest(family, rest, start, options)};
  const std::string orbits_refused = q.flag("orbits") ? follow_orbits(family, options, q, branches) : "";

  Findings f = about(request, "continue", *p);
  f.complete = !(request.interrupt && request.interrupt());
  f.heading = fmt::format("{} states; {} from {:g} to {:g}, starting at {:g}", f.labels.size(), q.text("parameter"),
                          options.low, options.high, start);
  f.facts.emplace_back("parameter", q.text("parameter"));
  f.facts.emplace_back("time", options.t);
  f.dimensions = {{"state", f.labels.size(), {}}};
  tell_rest(f, branches[0], q.text("parameter"));
  tell_orbits(f, branches, q.text("parameter"));
  tell_specials(f, branches, q.text("parameter"));
  for (std::size_t k = 0; k < branches.size(); ++k) {
    const auto& b = branches[k];
    f.notes.push_back(fmt::format("{}: {} points; from {} to {}.", branch_name(k), b.points.size(), b.ended[0],
                                  b.ended[1].empty() ? "its own start" : b.ended[1]));
  }
  if (!orbits_refused.empty()) f.notes.push_back(orbits_refused);
  f.chart = picture(f, branches, q.text("parameter"), shown);
  return f;
}

}  // namespace

StudyEntry continuation() {
  StudyEntry e;
  e.name = "continue";
  e.summary = "states of rest and periodic orbits over one parameter, with their bifurcations";
  e.citation =
      "H. B. Keller, in Applications of Bifurcation Theory (Academic Press, 1977) 359-384; W. Govaerts, Numerical "
      "Methods for Bifurcations of Dynamical Equilibria (SIAM, 2000)";
  e.parameters = {
      ParameterSpec::make(Kind::string, "parameter", "the key that varies, as for --set: population.p.I").needed(),
      ParameterSpec::make(Kind::number, "from", "its smallest value").needed(),
      ParameterSpec::make(Kind::number, "to", "its largest value").needed(),
      ParameterSpec::make(Kind::number, "start", "where to begin. Default: what the scenario says"),
      ParameterSpec::make(Kind::number, "at", "time at which F is taken, where it depends on it. Default: the start"),
      ParameterSpec::make(Kind::number, "step", "first step along the branch; the parameter's range counts as 1")
          .above(0)
          .at_most(1)
          .standard(0.01),
      ParameterSpec::make(Kind::number, "largest_step", "largest step along the branch")
          .above(0)
          .at_most(1)
          .standard(0.05),
      ParameterSpec::make(Kind::integer, "points", "most points in each direction")
          .at_least(1)
          .at_most(1e6)
          .standard(2000),
      ParameterSpec::make(Kind::boolean, "orbits", "follow the periodic orbits that are born at Hopf points")
          .standard(true),
      ParameterSpec::make(Kind::integer, "orbit_points", "most points of a branch of orbits")
          .at_least(1)
          .at_most(1e6)
          .standard(400),
      ParameterSpec::make(Kind::integer, "intervals", "intervals of an orbit's mesh, each with 4 collocation points")
          .at_least(5)
          .at_most(1000)
          .standard(40),
      ParameterSpec::make(Kind::number, "longest_period",
                          "a branch of orbits ends where the period is longer. Default: 100 times the first")
          .above(0),
      ParameterSpec::make(Kind::string, "show", "the element of the state that the picture shows. Default: the first"),
  };
  e.run = run;
  return e;
}

}  // namespace neurode::study
