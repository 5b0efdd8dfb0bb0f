#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "neurode/analysis/spectrum.hpp"
#include "neurode/core/errors.hpp"
#include "study/context.hpp"
#include "study/studies/list.hpp"
#include "study/valleys.hpp"

namespace neurode::study {

namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
constexpr int kFiner = 20;      ///< times at which the gradient is looked at, to one at which the Hessian is
constexpr double kZero = 1e-9;  ///< of the largest |eigenvalue|: below it one is rounding
constexpr double kPlateau =
    0.25;  ///< |g| below this share of sqrt(2 loss |H|), its most in a bowl: the loss stands still
constexpr double kNearLowest = 0.8;  ///< of the lowest eigenvalue: those below it are told from it by nothing
constexpr double kAlong = 0.9999;    ///< cosine of dw/dt and -g from which weights follow the gradient
constexpr std::size_t kDrawn = 5;    ///< eigenvalues from each end in the picture

struct Curvature {
  double t = 0, loss = 0, gradient = 0;  ///< |g|
  analysis::SymmetricSpectrum spectrum;

  double sharpness() const { return spectrum.values[spectrum.values.size() - 1]; }
  double lowest() const { return spectrum.values[0]; }
  double size() const { return spectrum.values.cwiseAbs().maxCoeff(); }
  /// Of those known.
  Index negative() const { return (spectrum.values.array() < -kZero * size()).count(); }
  bool plateau() const { return negative() > 0 && gradient < kPlateau * std::sqrt(2 * loss * size()); }
};

/// Where the loss stands still at a saddle, and how it goes on.
struct Saddle {
  Curvature at;
  double escape = kNothing;     ///< growth of g along the lowest eigenvectors, as the run has it
  double predicted = kNothing;  ///< rate times -lowest
};

class Surveyor {
 public:
  Surveyor(run::Prepared& p, learning::Landscape& loss, Index each)
      : p_(p), loss_(loss), each_(each), g_(loss.size()), rates_(p.problem.initial.size()) {}

  double gradient(double t, const Vector& x) { return loss_.gradient(t, x.data(), g_.data()); }
  const Vector& g() const { return g_; }

  Curvature curvature(double t, const Vector& x) {
    Curvature c;
    c.t = t;
    c.loss = gradient(t, x);
    c.gradient = g_.norm();
    c.spectrum = analysis::symmetric_spectrum(
        loss_.size(), [&](const double* v, double* hv) { loss_.product(t, x.data(), v, hv); }, 500, each_);
    return c;
  }

  /// The factor between -g and dw/dt where weights follow the gradient; NaN where they do not.
  double rate(double t, const Vector& x) {
    gradient(t, x);
    p_.problem.system->rhs(t, x.data(), rates_.data());
    Vector dw(loss_.size());
    Index at = 0;
    for (const auto& name : p_.problem.moved) {
      const Slice& s = *p_.problem.system->layout().find(name);
      dw.segment(at, s.size()) = rates_.segment(s.offset, s.size());
      at += s.size();
    }
    const double along = -dw.dot(g_);
    return along > kAlong * dw.norm() * g_.norm() ? along / g_.squaredNorm() : kNothing;
  }

  Saddle saddle(const Valley& v) {
    Saddle s;
    s.at = curvature(v.t[0], v.x);
    const Index lowest = (s.at.spectrum.values.array() <= kNearLowest * s.at.lowest()).count();
    s.escape = growth(v, s.at.spectrum.vectors.leftCols(lowest));
    s.at.spectrum.vectors.resize(0, 0);
    s.predicted = -s.at.lowest() * rate(v.t[0], v.x);
    return s;
  }

 private:
  run::Prepared& p_;
  learning::Landscape& loss_;
  Index each_;
  Vector g_, rates_;
};

plot::Chart picture(const Findings& f, const std::vector<Curvature>& points, const std::vector<Saddle>& saddles) {
  plot::Chart chart;
  chart.title = "Hessian of the loss: " + (f.title.empty() ? f.scenario : f.title);
  chart.subtitle = f.heading;
  chart.caption = "Below 0 a gradient flow leaves along the eigenvector.";
  const std::string time = "time" + (f.time_unit.empty() ? "" : " [" + f.time_unit + "]");
  plot::Panel loss{"Loss and gradient", time, "loss, |g|", {}}, values{"Eigenvalues", time, "eigenvalue", {}};
  loss.x_linear = values.x_linear = values.y_linear = true;
  values.level = 0;
  const auto curve = [&](const std::string& name, const auto& get) {
    plot::Curve c{name, {}};
    c.marked = false;
    for (const auto& p : points) c.points.emplace_back(p.t, get(p));
    return c;
  };
  loss.curves = {curve("loss", [](const auto& p) { return p.loss; }),
                 curve("|g|", [](const auto& p) { return p.gradient; })};
  if (!saddles.empty()) {
    plot::Curve marks{"saddle", {}};
    marks.joined = false;
    for (const auto& s : saddles) marks.points.emplace_back(s.at.t, s.at.gradient);
    loss.curves.push_back(std::move(marks));
  }
  const auto n = static_cast<std::size_t>(points[0].spectrum.values.size());
  for (std::size_t k = 0; k < n; ++k) {
    if (k >= kDrawn && k + kDrawn < n) continue;
    const bool low = k < kDrawn && 2 * k < n;
    const std::string name = low ? fmt::format("lowest {}", k + 1) : fmt::format("highest {}", n - k);
    values.curves.push_back(curve(name, [k](const auto& p) { return p.spectrum.values[static_cast<Index>(k)]; }));
  }
  chart.panels = {std::move(loss), std::move(values)};
  return chart;
}

void tell_saddles(Findings& f, const std::vector<Saddle>& saddles, const std::string& rate) {
  f.dimensions.push_back({"saddle", saddles.size(), {}});
  const auto add = [&](const char* name, const char* long_name, const std::string& unit, const auto& get) {
    Quantity v{name, long_name, unit, {"saddle"}, {}, {}};
    for (const auto& s : saddles) v.numbers.push_back(static_cast<double>(get(s)));
    f.add(std::move(v));
  };
  add("saddle_time", "time at which the gradient is smallest near a saddle", f.time_unit,
      [](const auto& s) { return s.at.t; });
  add("saddle_loss", "loss there", "", [](const auto& s) { return s.at.loss; });
  add("saddle_gradient_norm", "|g| there", "", [](const auto& s) { return s.at.gradient; });
  add("saddle_negative", "negative eigenvalues there: the saddle's index", "1",
      [](const auto& s) { return s.at.negative(); });
  add("saddle_lowest", "lowest eigenvalue there", "", [](const auto& s) { return s.at.lowest(); });
  add("escape_rate", "growth of the gradient along the lowest eigenvectors, up to e times, as the run has it", rate,
      [](const auto& s) { return s.escape; });
  add("predicted_rate", "learning rate times -lowest eigenvalue, where weights follow the gradient", rate,
      [](const auto& s) { return s.predicted; });
  for (const auto& s : saddles) {
    f.notes.push_back(fmt::format(
        "Saddle at {:.6g}: loss {:.6g}, |g| {:.3g}, {}{} negative eigenvalue{}; it is left at a rate of {:.4g}{}.",
        s.at.t, s.at.loss, s.at.gradient, s.at.spectrum.whole ? "" : "of those known ", s.at.negative(),
        s.at.negative() == 1 ? "" : "s", s.escape,
        std::isnan(s.predicted) ? "" : fmt::format(", rate times -lowest eigenvalue is {:.4g}", s.predicted)));
  }
  if (saddles.empty()) f.notes.emplace_back("No saddle is left on the way.");
}

Findings run(const Request& request) {
  const auto& q = request.parameters;
  auto p = run::prepare(request.scenario, request.overrides);  // noise, and rates that jump, are welcome
  std::string why;
  const auto landscape = p->problem.landscape(&why);
  if (!landscape) {
    throw UsageError(fmt::format("{}: there is no Hessian of the loss: {}", request.scenario.path.string(), why));
  }
  const int count = static_cast<int>(q.integer("points"));
  Surveyor surveyor(*p, *landscape, q.integer("eigenvalues"));
  Valleys valleys(landscape->size());
  std::vector<Curvature> points;
  std::vector<Saddle> saddles;
  int seen = 0;
  const auto passage =
      pass(*p, p->options, (count - 1) * kFiner + 1, 0, request.interrupt, [&](double t, const Vector& x) {
        surveyor.gradient(t, x);
        if (const Valley* v = valleys.add(t, x, surveyor.g())) {
          Saddle s = surveyor.saddle(*v);
          if (s.at.plateau()) saddles.push_back(std::move(s));
        }
        if (seen++ % kFiner != 0) return;
        points.push_back(surveyor.curvature(t, x));
        points.back().spectrum.vectors.resize(0, 0);
      });

  Findings f = about(request, "hessian", *p);
  const std::string rate = f.time_unit.empty() ? "" : "1/" + f.time_unit;
  f.complete = passage.complete && !points.empty();
  f.labels.clear();
  f.heading = fmt::format("{} weights; Hessian of the loss on all training samples, activity at its steady state; {}",
                          landscape->size(), describe(passage, points.size()));
  f.facts.emplace_back("weight_count", static_cast<std::int64_t>(landscape->size()));
  const bool whole = points.empty() || points[0].spectrum.whole;
  const std::size_t values = points.empty() ? 1 : static_cast<std::size_t>(points[0].spectrum.values.size());
  f.dimensions = {{"point", points.size(), {}}, {"eigenvalue", values, {}}};
  const auto add = [&](const char* name, const char* long_name, const std::string& unit, int digits, const auto& get) {
    Quantity v{name, long_name, unit, {"point"}, {}, {}, digits};
    for (const auto& c : points) v.numbers.push_back(static_cast<double>(get(c)));
    f.table.emplace_back(name);
    f.add(std::move(v));
  };
  add("time", "time", f.time_unit, 8, [](const auto& c) { return c.t; });
  add("loss", "loss on all training samples", "", 6, [](const auto& c) { return c.loss; });
  add("gradient_norm", "|g| of its gradient", "", 4, [](const auto& c) { return c.gradient; });
  add("sharpness", "highest eigenvalue", "", 6, [](const auto& c) { return c.sharpness(); });
  add("lowest", "lowest eigenvalue", "", 6, [](const auto& c) { return c.lowest(); });
  add("negative", whole ? "negative eigenvalues" : "negative eigenvalues, of those known", "1", 8,
      [](const auto& c) { return c.negative(); });
  Quantity all{
      "eigenvalue", whole ? "eigenvalues of the Hessian, ascending" : "lowest and highest eigenvalues, ascending",
      "",           {"point", "eigenvalue"},
      {},           {}};
  for (const auto& c : points) {
    all.numbers.insert(all.numbers.end(), c.spectrum.values.begin(), c.spectrum.values.end());
  }
  f.add(std::move(all));
  tell_saddles(f, saddles, rate);
  if (!whole) f.notes.push_back(fmt::format("Of the eigenvalues the {} lowest and highest are known.", values / 2));
  if (!passage.cut.empty()) f.notes.push_back(passage.cut);
  if (!points.empty()) f.chart = picture(f, points, saddles);
  return f;
}

}  // namespace

StudyEntry hessian() {
  StudyEntry e;
  e.name = "hessian";
  e.summary = "of a learning scenario: eigenvalues of the loss's Hessian along a run, sharpness, saddles and escapes";
  e.needs = "a loss, and a network with a steady state";
  e.citation =
      "Y. LeCun, P. Y. Simard, B. Pearlmutter, NIPS 5 (1993) 156-163; saddles: A. M. Saxe, J. L. McClelland, S. "
      "Ganguli, "
      "ICLR 2014, arXiv:1312.6120";
  e.parameters = {
      ParameterSpec::make(Kind::integer, "points", "times along the run, at equal distances, its ends among them")
          .at_least(2)
          .at_most(1e5)
          .standard(50),
      ParameterSpec::make(Kind::integer, "eigenvalues",
                          "of more than 500 weights, how many from each end; of fewer all are computed")
          .at_least(1)
          .at_most(200)
          .standard(10),
  };
  e.run = run;
  return e;
}

}  // namespace neurode::study
