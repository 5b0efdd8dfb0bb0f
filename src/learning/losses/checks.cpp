// What outputs and targets a loss can be used with.
#include <fmt/format.h>

#include <cmath>

#include "learning/losses/losses.hpp"
#include "neurode/equations/parse.hpp"

namespace neurode::learning {

std::optional<OutputRange> output_range(const network::Population& population) {
  if (population.softmax) return OutputRange{0, 1, 0, 0};
  if (population.activation.empty()) return std::nullopt;
  equations::Graph graph;
  Diagnostics none;
  const auto f = equations::parse_expression(graph, {population.activation, {}, ""}, {}, none);
  if (!f || !none.empty()) return std::nullopt;
  OutputRange range{INFINITY, -INFINITY, 0, 0};
  const auto see = [&](double input) {
    const double y = equations::evaluate(graph, f->value, {{"I", input}});
    if (y < range.low) range.low = y, range.at_low = input;
    if (y > range.high) range.high = y, range.at_high = input;
  };
  see(0);
  for (int k = -40; k <= 40; ++k) {
    const double size = std::pow(10, k / 10.0);
    see(size);
    see(-size);
  }
  return range;
}

const Matrix* given_targets(const Setup& setup) {
  const auto* train = setup.train();
  return train && train->targets.size() > 0 && !setup.scenario.learning->has_target() ? &train->targets : nullptr;
}

void refuse_loss(const Setup& setup, Diagnostics& diagnostics, const std::string& problem, const std::string& found,
                 const std::string& allowed) {
  diagnostics.add({setup.scenario.learning->loss.source.where, "learning.loss", problem, found, allowed, ""});
}

void check_targets(const Setup& setup, Diagnostics& diagnostics, bool (*fits)(double), const std::string& allowed) {
  const Matrix* targets = given_targets(setup);
  if (!targets) return;
  for (Index j = 0; j < targets->cols(); ++j) {
    for (Index i = 0; i < targets->rows(); ++i) {
      const double y = (*targets)(i, j);
      if (std::isnan(y) || fits(y)) continue;
      return refuse_loss(setup, diagnostics, fmt::format("{} cannot have every target", setup.loss->name),
                         fmt::format("a target of {}", number_text(y)), allowed);
    }
  }
}

}  // namespace neurode::learning
