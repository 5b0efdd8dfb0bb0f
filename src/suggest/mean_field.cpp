#include "suggest/mean_field.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "neurode/core/diagnostics.hpp"
#include "neurode/equations/parse.hpp"
#include "neurode/network/families.hpp"

namespace neurode::suggest {

namespace {

constexpr std::size_t kNodes = 4096;
constexpr double kFar = 10;  ///< z beyond it weighs 1e-23

}  // namespace

Unit::Unit(const std::string& text) : nodes_(kNodes), weights_(kNodes) {
  equations::Graph graph;
  Diagnostics faults;
  const auto parsed = equations::parse_expression(graph, {text, {}, ""}, {}, faults);
  faults.throw_if_any();
  const equations::Node input = graph.symbol("I");
  const equations::Node both[] = {parsed->value, equations::differentiate(graph, parsed->value, input)};
  tape_ = equations::Tape(graph, both, std::span(&input, 1));
  scratch_.resize(tape_.scratch_size());
  for (auto* v : {&inputs_, &values_, &slopes_}) v->resize(kNodes);
  // Midpoints: a kink at 0 lies between two of them.
  const double step = 2 * kFar / static_cast<double>(kNodes);
  for (std::size_t k = 0; k < kNodes; ++k) {
    nodes_[k] = -kFar + (static_cast<double>(k) + 0.5) * step;
    weights_[k] = step * std::exp(-0.5 * nodes_[k] * nodes_[k]) / std::sqrt(2 * std::numbers::pi);
  }
}

std::pair<double, double> Unit::at(double input) const {
  const equations::LaneInput in{&input, false};
  double value = 0, slope = 0;
  double* out[] = {&value, &slope};
  tape_.run(1, &in, out, scratch_.data());
  return {value, slope};
}

std::pair<double, double> Unit::means(double q, double offset) const {
  const double root = std::sqrt(q);
  for (std::size_t k = 0; k < kNodes; ++k) inputs_[k] = root * nodes_[k];
  const equations::LaneInput in{inputs_.data(), false};
  double* out[] = {values_.data(), slopes_.data()};
  tape_.run(kNodes, &in, out, scratch_.data());
  double square = 0, slope = 0;
  for (std::size_t k = 0; k < kNodes; ++k) {
    square += weights_[k] * (values_[k] - offset) * (values_[k] - offset);
    slope += weights_[k] * slopes_[k] * slopes_[k];
  }
  return {square, slope};
}

double Unit::largest_slope() const {
  double most = 0;
  for (int k = -2000; k <= 2000; ++k) most = std::max(most, std::abs(slope(0.01 * k)));
  return most;
}

MeanField Unit::critical(double bias_variance) const {
  const double offset = value(0);
  // At chi = 1 sw^2 = 1/<f'^2>: what is left is one equation for q.
  const auto excess = [&](double q) {
    const auto [square, slope] = means(q, offset);
    return slope > 0 ? square / slope + bias_variance - q : std::numeric_limits<double>::infinity();
  };
  MeanField m;
  m.bias_variance = bias_variance;
  m.chi = 1;
  const auto found = [&](double q) {
    m.q = q;
    m.weight_variance = 1 / means(q, offset).second;
    return m;
  };
  if (bias_variance == 0) {
    // Linear about 0, or a unit without a scale (relu): every q is as good, and the smallest is the state to be at.
    const double small = 1e-8;
    if (std::abs(excess(small)) <= 1e-4 * small) return found(small);
  }
  double low = 1e-8;
  if (!(excess(low) > 0)) return {};
  for (double high = 1e-6; high < 1e4; low = high, high *= 1.5) {
    if (excess(high) > 0) continue;
    for (int k = 0; k < 200 && high - low > 1e-13 * high; ++k) {
      const double middle = 0.5 * (low + high);
      (excess(middle) > 0 ? low : high) = middle;
    }
    return found(0.5 * (low + high));
  }
  return {};
}

MeanField Unit::at_fixed_point(double weight_variance, double bias_variance) const {
  MeanField m;
  m.weight_variance = weight_variance;
  m.bias_variance = bias_variance;
  const auto excess = [&](double q) { return weight_variance * means(q, 0).first + bias_variance - q; };
  // From q = 1 towards where q stays: up or down until the sign turns, then by halves.
  double low = 1, high = 1;
  if (excess(1) > 0) {
    for (; excess(high) > 0; high *= 1.5) {
      if (high > 1e8) return m;
    }
  } else {
    for (; excess(low) <= 0; low /= 1.5) {
      if (low > 1e-9) continue;
      low = high = 0;  // it dies away
      break;
    }
  }
  for (int k = 0; k < 200 && high - low > 1e-14 * high; ++k) {
    const double middle = 0.5 * (low + high);
    (excess(middle) > 0 ? low : high) = middle;
  }
  m.q = 0.5 * (low + high);
  m.chi = weight_variance * means(std::max(m.q, 1e-12), 0).second;  // of relu at 0 there is no slope
  return m;
}

std::string activation_text(const std::string& name) {
  const auto* entry = find_entry(network::activations(), name);
  return entry ? entry->expression : "";
}

std::vector<Activation> activations() {
  std::vector<Activation> out;
  for (const auto& entry : network::activations()) {
    if (entry.expression.empty() || entry.name == "identity") continue;
    const Unit f(entry.expression);
    Activation a;
    a.name = entry.name;
    a.slope = f.slope(0);
    a.offset = f.value(0);
    a.plain = f.critical(0);
    a.biased = f.critical(0.05);
    a.lecun = f.at_fixed_point(1, 0).chi;
    out.push_back(a);
  }
  return out;
}

}  // namespace neurode::suggest
