#include <cmath>

#include "learning/gradients/reference.hpp"
#include "learning/monitors/monitors.hpp"

namespace neurode::learning {

MonitorEntry gradient_norm() {
  MonitorEntry e;
  e.name = "gradient_norm";
  e.summary = "|g| of what the rule hands to the flow in the place of the gradient";
  e.build = [](const MonitorContext& c, std::string*) -> Figure {
    const auto g = std::make_shared<Vector>(Vector::Zero(c.size()));
    return [g, &c](double t, const double* x) {
      c.gradient(t, x, g->data());
      return g->norm();
    };
  };
  return e;
}

MonitorEntry weight_norm() {
  MonitorEntry e;
  e.name = "weight_norm";
  e.summary = "|w| of all weights and biases that the rule moves";
  e.build = [](const MonitorContext& c, std::string*) -> Figure {
    return [&c](double, const double* x) {
      double sum = 0;
      for (const auto& w : c.weights) sum += Eigen::Map<const Vector>(x + w.offset, w.size()).squaredNorm();
      return std::sqrt(sum);
    };
  };
  return e;
}

MonitorEntry gradient_alignment() {
  MonitorEntry e;
  e.name = "gradient_alignment";
  e.summary =
      "cosine of g with the gradient of the loss on all training samples, by back-propagation; 0 where either is 0";
  e.needs = "a network with a steady state";
  e.build = [](const MonitorContext& c, std::string* why) -> Figure {
    const std::shared_ptr<Gradient> reference = reference_gradient(c.setup, why);
    if (!reference) return {};
    const auto g = std::make_shared<Vector>(Vector::Zero(c.size()));
    const auto exact = std::make_shared<Vector>(Vector::Zero(c.size()));
    return [=, &c](double t, const double* x) {
      double loss = 0;
      c.gradient(t, x, g->data());
      reference->evaluate(t, x + c.first, exact->data(), &loss);
      const double lengths = g->norm() * exact->norm();
      return lengths > 0 ? g->dot(*exact) / lengths : 0.0;
    };
  };
  return e;
}

}  // namespace neurode::learning
