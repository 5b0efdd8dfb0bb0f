// Two relaxations of one network, free and with the output clamped at the targets.
#include <fmt/format.h>
#include <cmath>

#include "learning/parts/copies.hpp"
#include "learning/rules/rules.hpp"

namespace neurode::learning {

namespace {

/// Layers between a population and the output along its longest way; the output has 0.
std::vector<int> distances(const Layers& layers, std::size_t last, std::size_t count) {
  std::vector<int> d(count, 0);
  for (auto at = layers.order().rbegin(); at != layers.order().rend(); ++at) {
    if (*at == last) continue;
    for (const auto& l : layers.links()) {
      if (l.pre == *at) d[*at] = std::max(d[*at], d[l.post] + 1);
    }
  }
  return d;
}

Problem build(const Setup& setup) {
  const auto& net = setup.network;
  network::Assembly a = network::assemble(net, {setup.train(), true, true});
  const Layers layers(net, a);
  const double gamma = setup.rule.number("gamma"), tau = setup.rule.number("tau");
  const auto last = static_cast<std::size_t>(setup.output);
  Copies copies(setup, a, layers, gamma);
  const Copy free = copies.add("", "");
  const Copy clamped = copies.add(".clamped", " while the output is clamped", targets_of(setup, a, setup.train()));
  copies.relax(free, tau);
  copies.relax(clamped, tau);
  // With L = factor * |y - t|^2 (linear output) or cross-entropy (softmax): dL/dz at the output is `slope` (y - t).
  double slope = setup.loss_parameters.number("factor") * per_sample(setup, a.samples);
  if (!setup.loss->wants_softmax) slope *= 2;
  const auto d = distances(layers, last, net.populations.size());
  std::vector<double> factors(net.populations.size());
  for (std::size_t q = 0; q < factors.size(); ++q) factors[q] = -slope * std::pow(gamma, -d[q]);
  auto gradient = layers.contrast(clamped.r, free.r, factors);
  Program& p = a.program;
  if (a.shown) {
    for (auto& g : gradient) {
      if (!g.valid()) continue;
      const auto n = p[g];
      g = p.elementwise(n.rows, n.cols, Expr(p, a.shown->present) * Expr(p, g));
    }
  }
  const ValueId loss = name_loss(setup, a, layers.loss(setup, setup.train(), free.r[last], &free.softmax));
  copies.hide_forward_pass();
  Draft draft{setup, std::move(a), loss, free.r[last], std::move(gradient)};
  draft.feedback = gamma;
  return finish(std::move(draft));
}

void check(const Setup& setup, Diagnostics& diagnostics) {
  Copies::check(setup, diagnostics);
  const auto& pop = setup.network.populations[static_cast<std::size_t>(setup.output)];
  const bool linear = pop.activation == "I";
  const bool fits = setup.loss->wants_softmax ? pop.softmax : linear && setup.loss->name == "squared_error";
  if (fits) return;
  diagnostics.add({setup.scenario.learning->rule.source.where, "learning.rule",
                   "compares the output with its targets, which is the slope of the loss only for a linear output with "
                   "squared_error, or softmax with cross_entropy",
                   fmt::format("loss \"{}\" and population \"{}\"", setup.loss->name, pop.name),
                   "activation = \"identity\" with squared_error, or \"softmax\" with cross_entropy", ""});
}

}  // namespace

RuleEntry contrastive_hebbian() {
  RuleEntry e;
  e.name = "contrastive_hebbian";
  e.summary =
      "connections act both ways, back by gamma W^T: tau du/dt = -u + W r(pre) + gamma W^T r(post) + b, r = f(u), in a "
      "free copy and one whose output is clamped at the targets; g = -gamma^(-layers up to the output) (clamped r r^T "
      "- free r r^T): back-propagation up to O(gamma)";
  e.needs =
      "[data] with targets, a network of layers, a linear output with squared_error or softmax with cross_entropy";
  e.citation =
      "J. R. Movellan, Connectionist Models (1991) 10-17; X. Xie, H. S. Seung, Neural Comput. 15 (2003) 441-454";
  e.parameters = {
      ParameterSpec::make(Kind::number, "gamma", "gain of the way back").above(0).at_most(1).standard(0.1),
      ParameterSpec::make(Kind::number, "tau", "time constant of the units").above(0).standard(0.1),
  };
  e.check = check;
  e.build = build;
  return e;
}

}  // namespace neurode::learning
