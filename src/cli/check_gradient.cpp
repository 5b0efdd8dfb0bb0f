#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "neurode/core/json.hpp"
#include "neurode/run/certify.hpp"

namespace neurode::cli {

namespace {

void print_json(const std::string& scenario, const run::Certificate& c) {
  JsonWriter w;
  w.begin_object().member("scenario", scenario).member("rule", c.rule).member("exact", c.exact).member("loss", c.loss);
  w.member("taken", c.where);
  if (c.residual >= 0) w.member("residual", c.residual);
  w.member("tolerance", run::Certificate::kTolerance);
  w.key("weights").begin_array();
  for (const auto& l : c.weights) {
    w.begin_object()
        .member("name", l.name)
        .member("rows", static_cast<std::int64_t>(l.rows))
        .member("columns", static_cast<std::int64_t>(l.cols))
        .member("norm", l.norm)
        .member("directions", static_cast<std::int64_t>(l.directions))
        .member("all_elements", l.coordinates)
        .member("differences", l.differences)
        .member("differences_uncertainty", l.uncertainty);
    if (l.adjoint) w.member("back_propagation", *l.adjoint);
    if (l.angle) w.member("angle", *l.angle).member("norm_ratio", *l.ratio);
    if (c.exact) w.member("holds", l.holds());
    w.end_object();
  }
  w.end_array();
  if (c.exact) w.member("holds", c.holds());
  w.end_object();
  fmt::print("{}\n", w.text());
}

void print_table(const std::string& scenario, const run::Certificate& c) {
  fmt::print("{}: what rule \"{}\" follows, against the gradient of \"{}\"\n", scenario, c.rule, c.loss);
  fmt::print("  g and loss: {}\n", c.where);
  if (c.residual >= 0) fmt::print("  largest rate left of the fast states: {:.1e}\n", c.residual);
  std::size_t width = 8;
  for (const auto& l : c.weights) width = std::max(width, l.name.size());
  fmt::print("\n  {:<{}}  {:>10}  {:>10}  {:>12} {:>5}  {:>10}", "", width, "shape", "|g|", "differences", "of",
             "back-prop.");
  fmt::print("{}\n", c.exact ? "" : fmt::format("  {:>9}  {:>10}", "angle", "|g|/|grad|"));
  for (const auto& l : c.weights) {
    fmt::print("  {:<{}}  {:>10}  {:>10.4g}  {:>12.1e} {:>5}  {:>10}", l.name, width,
               fmt::format("{} x {}", l.rows, l.cols), l.norm, l.differences,
               fmt::format("{}{}", l.directions, l.coordinates ? "" : "*"),
               l.adjoint ? fmt::format("{:.1e}", *l.adjoint) : "-");
    if (c.exact) {
      fmt::print("  {}\n", l.holds() ? "pass" : "FAIL");
    } else {
      fmt::print("  {:>9}  {:>10}\n", l.angle ? fmt::format("{:.3g} deg", *l.angle) : "-",
                 l.ratio ? fmt::format("{:.4g}", *l.ratio) : "-");
    }
  }
  fmt::print("\n");
  const bool sampled = std::any_of(c.weights.begin(), c.weights.end(), [](const auto& l) { return !l.coordinates; });
  fmt::print("  differences, back-prop.: |g - that| / |that|; differences of fourth order, along each weight{}\n",
             sampled ? " (*: along random directions)" : "");
  if (!c.exact) {
    fmt::print("  The rule is an approximation: no figure of it passes or fails.\n");
  } else if (c.holds()) {
    fmt::print("  All agree with the differences to {:g}: certified.\n", run::Certificate::kTolerance);
  } else {
    fmt::print("  NOT certified: the rule claims the gradient, and is off by more than {:g}.\n",
               run::Certificate::kTolerance);
  }
}

}  // namespace

int check_gradient(const ScenarioFile& scenario, const std::vector<std::string>& set, bool json) {
  const auto c = run::certify(scenario, set);
  const std::string name = scenario.path.string();
  json ? print_json(name, c) : print_table(name, c);
  return c.exact && !c.holds() ? 3 : 0;
}

}  // namespace neurode::cli
