#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "neurode/analysis/components.hpp"
#include "neurode/core/errors.hpp"
#include "study/context.hpp"
#include "study/studies/list.hpp"

namespace neurode::study {

namespace {

constexpr double kMostNumbers = 1e8;  ///< observations that are kept
constexpr std::size_t kDrawn = 3;

/// The variables whose rows, one behind the other, are the neurons: the one that is named, or all activity.
std::vector<network::Named> variables(const run::Prepared& p, const Parameters& q) {
  const auto& problem = p.problem;
  std::vector<network::Named> out;
  std::vector<std::string> names;
  for (const auto& n : problem.named) {
    // Neurons (and samples), no weights and biases.
    const Slice* s = n.state ? problem.system->layout().find(n.name) : nullptr;
    const bool moves = s && s->block == Block::weights;
    if (n.population.empty() || n.connections || moves) continue;
    if (!n.col_dimension.empty() && n.col_dimension != "sample") continue;
    names.push_back(n.name);
    if (q.has("of") && n.name == q.text("of")) out.push_back(n);
  }
  if (q.has("of") && out.empty()) {
    Diagnostic d;
    d.problem = fmt::format("--of: \"{}\" is no variable of neurons", q.text("of"));
    d.allowed = quoted_list(names);
    d.suggestion = nearest_name(q.text("of"), names);
    throw UsageError(d.format());
  }
  if (!out.empty()) return out;
  for (const auto& n : problem.named) {
    const Slice* s = n.state ? problem.system->layout().find(n.name) : nullptr;
    if (s && s->block == Block::activity) out.push_back(n);
  }
  if (!out.empty()) return out;
  // Activity sits at its steady state: the output of each population that learning or input moves.
  for (const auto& population : p.network->populations) {
    if (population.clamped) continue;
    for (const auto& n : problem.named) {
      if (n.name == population.name + ".output") out.push_back(n);
    }
  }
  return out;
}

/// Observations of one time: neurons x samples.
struct Observed {
  std::vector<double> t;
  Matrix data;  ///< neurons x (times * samples)
  Index samples = 1;
  Passage passage;
};

Observed observe(run::Prepared& p, const std::vector<network::Named>& of, int count, double skip,
                 const std::function<bool()>& interrupt) {
  std::vector<ValueId> values;
  Index rows = 0;
  Observed out;
  out.samples = of.front().cols;
  for (const auto& n : of) {
    values.push_back(n.value);
    rows += n.rows;
    if (n.cols != out.samples) {
      throw UsageError(fmt::format("{} has {} samples and {} has {}: --of names one of them", n.name, n.cols,
                                   of.front().name, out.samples));
    }
  }
  const double numbers = static_cast<double>(rows) * static_cast<double>(out.samples) * count;
  if (numbers > kMostNumbers) {
    throw UsageError(
        fmt::format("{} variables, {} samples and {} times are {:.2g} numbers: more than {:g}; --points or "
                    "--of takes fewer",
                    rows, out.samples, count, numbers, kMostNumbers));
  }
  const auto sampler = p.problem.sampler(values);
  Vector now(sampler->size());
  out.data.resize(rows, out.samples * count);
  out.passage = pass(p, p.options, count, skip, interrupt, [&](double t, const Vector& x) {
    sampler->run(t, x.data(), now.data());
    auto block = out.data.middleCols(static_cast<Index>(out.t.size()) * out.samples, out.samples);
    Index row = 0;
    for (std::size_t k = 0; k < of.size(); ++k) {
      block.middleRows(row, of[k].rows) =
          Eigen::Map<const Matrix>(now.data() + sampler->offsets()[k], of[k].rows, out.samples);
      row += of[k].rows;
    }
    out.t.push_back(t);
  });
  if (static_cast<int>(out.t.size()) < count) {
    out.data = out.data.leftCols(static_cast<Index>(out.t.size()) * out.samples).eval();
  }
  return out;
}

plot::Chart picture(const Findings& f, const Observed& o, const analysis::Components& c, const Matrix& projected,
                    const std::vector<double>& spread) {
  plot::Chart chart;
  chart.title = "Dimension of activity: " + (f.title.empty() ? f.scenario : f.title);
  chart.subtitle = f.heading;
  plot::Panel explained{"Variance explained", "components", "share", {}};
  const std::string time = "time" + (f.time_unit.empty() ? "" : " [" + f.time_unit + "]");
  explained.x_linear = explained.y_linear = true;
  plot::Curve share{"cumulative", {}};
  double sum = 0;
  for (Index k = 0; k < std::min<Index>(c.variances.size(), 30); ++k) {
    sum += c.variances[k] / c.variances.sum();
    share.points.emplace_back(static_cast<double>(k + 1), sum);
  }
  explained.curves = {std::move(share)};
  chart.panels = {std::move(explained)};
  plot::Panel course{"Projections", time, "component", {}};
  course.x_linear = course.y_linear = true;
  const auto n = static_cast<std::size_t>(projected.rows());
  for (std::size_t k = 0; k < std::min(n, kDrawn); ++k) {
    plot::Curve line{fmt::format("component {}", k + 1), {}};
    line.marked = false;
    for (std::size_t i = 0; i < o.t.size(); ++i) {
      line.points.emplace_back(o.t[i], projected(static_cast<Index>(k), static_cast<Index>(i) * o.samples));
    }
    course.curves.push_back(std::move(line));
  }
  chart.caption = o.samples > 1 ? "Projections: of the first sample." : "";
  chart.panels.push_back(std::move(course));
  if (o.samples > 1) {
    plot::Panel spreading{"Over samples", time, "participation ratio", {}};
    spreading.x_linear = spreading.y_linear = true;
    plot::Curve line{"over samples", {}};
    line.marked = false;
    for (std::size_t i = 0; i < o.t.size(); ++i) line.points.emplace_back(o.t[i], spread[i]);
    spreading.curves = {std::move(line)};
    chart.panels.push_back(std::move(spreading));
  }
  return chart;
}

Findings run(const Request& request) {
  const auto& q = request.parameters;
  auto p = run::prepare(request.scenario, request.overrides);  // noise, delays and spikes are welcome
  const auto of = variables(*p, q);
  if (of.empty()) throw UsageError(request.scenario.path.string() + ": has no activity");
  const double duration = p->scenario.time.end - p->scenario.time.start;
  const double skip = q.has("skip") ? q.number("skip") : (p->problem.learns ? 0 : 0.2 * duration);
  const auto o = observe(*p, of, static_cast<int>(q.integer("points")), skip, request.interrupt);
  if (o.t.size() < 2) throw NumericalError(o.passage.cut.empty() ? "interrupted" : o.passage.cut);
  const auto c = analysis::principal_components(o.data);
  const auto shown = std::min<Index>(q.integer("components"), c.axes.cols());
  const Matrix projected = c.axes.leftCols(shown).transpose() * (o.data.colwise() - c.mean);
  std::vector<double> spread;
  for (std::size_t i = 0; o.samples > 1 && i < o.t.size(); ++i) {
    spread.push_back(analysis::participation_ratio(o.data.middleCols(static_cast<Index>(i) * o.samples, o.samples)));
  }

  Findings f = about(request, "dimension", *p);
  std::string names;
  f.labels.clear();
  for (const auto& n : of) {
    names += (names.empty() ? "" : ", ") + n.name;
    for (Index r = 0; r < n.rows; ++r) f.labels.push_back(fmt::format("{}[{}]", n.name, r));
  }
  const double ratio = c.participation_ratio();
  f.complete = o.passage.complete;
  f.heading = fmt::format("{}: {} variables{}; {}", names, o.data.rows(),
                          o.samples > 1 ? fmt::format(", {} samples", o.samples) : "", describe(o.passage, o.t.size()));
  f.facts.emplace_back("participation_ratio", ratio);
  f.facts.emplace_back("variance", c.variances.sum());
  f.dimensions = {{"component", static_cast<std::size_t>(shown), {}},
                  {"state", f.labels.size(), {}},
                  {"moment", o.t.size(), {}},
                  {"sample", static_cast<std::size_t>(o.samples), {}}};
  const std::string unit = of.size() == 1 ? of[0].unit : "";
  Quantity variance{"variance", "variance along the component, over times and samples", "", {"component"}, {}, {}, 6};
  Quantity share{"share", "its share of all", "1", {"component"}, {}, {}, 4};
  Quantity sum{"cumulative", "the share of it and those before it", "1", {"component"}, {}, {}, 6};
  const double total = c.variances.sum();
  for (Index k = 0; k < shown; ++k) {
    variance.numbers.push_back(c.variances[k]);
    share.numbers.push_back(c.variances[k] / total);
    sum.numbers.push_back(c.variances.head(k + 1).sum() / total);
  }
  f.add(std::move(variance)), f.add(std::move(share)), f.add(std::move(sum));
  f.table = {"variance", "share", "cumulative"};
  const Matrix axes = c.axes.leftCols(shown);
  f.add({"axis",
         "the component's direction, of length 1",
         "1",
         {"component", "state"},
         {axes.data(), axes.data() + axes.size()},
         {}});
  f.add({"mean", "mean over times and samples", unit, {"state"}, {c.mean.begin(), c.mean.end()}, {}});
  f.add({"moment_time", "time", f.time_unit, {"moment"}, o.t, {}});
  f.add({"projection",
         "activity, less its mean, along the components",
         unit,
         {"moment", "sample", "component"},
         {projected.data(), projected.data() + projected.size()},
         {}});
  f.notes.push_back(fmt::format("Participation ratio {:.6g}, of {} at most.", ratio, o.data.rows()));
  if (std::isnan(ratio)) f.notes.back() = "Nothing varies: there is no dimension.";
  if (!spread.empty()) {
    const auto told = [](double d) { return std::isnan(d) ? "none (they are alike)" : fmt::format("{:.6g}", d); };
    f.notes.push_back(fmt::format("Over the samples alone: {} at the start, {} at the end.", told(spread.front()),
                                  told(spread.back())));
    f.add({"sample_participation_ratio",
           "participation ratio over the samples, at each time",
           "1",
           {"moment"},
           spread,
           {}});
  }
  if (!o.passage.cut.empty()) f.notes.push_back(o.passage.cut);
  f.chart = picture(f, o, c, projected, spread);
  return f;
}

}  // namespace

StudyEntry dimension() {
  StudyEntry e;
  e.name = "dimension";
  e.summary = "how many directions activity spreads over: participation ratio, principal components, projections";
  e.citation = "L. F. Abbott, K. Rajan, H. Sompolinsky, in The Dynamic Brain (Oxford, 2011) 65-82";
  e.parameters = {
      ParameterSpec::make(Kind::string, "of",
                          "variable whose neurons count: hidden.a. Default: all activity, as one population"),
      ParameterSpec::make(Kind::integer, "points", "times at equal distances").at_least(2).at_most(1e7).standard(1000),
      ParameterSpec::make(Kind::number, "skip",
                          "time before. Default: a fifth of the scenario's, nothing where it learns")
          .at_least(0),
      ParameterSpec::make(Kind::integer, "components", "principal components that are told")
          .at_least(1)
          .at_most(1e6)
          .standard(10),
  };
  e.run = run;
  return e;
}

}  // namespace neurode::study
