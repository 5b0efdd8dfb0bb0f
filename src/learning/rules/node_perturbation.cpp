// Learning from what random perturbations of neurons do to the loss.
#include "learning/parts/expr.hpp"
#include "learning/parts/layers.hpp"
#include "learning/parts/perturbations.hpp"
#include "learning/rules/rules.hpp"

namespace neurode::learning {

namespace {

using network::Assembly;

/// Two forward passes, one with sigma xi added to the inputs of all neurons that learn, sample by sample:
///
///     g_W = sum over samples of (L_perturbed - L) xi / sigma r^T
///
/// The mean over xi is dL/dW + O(sigma^2), and dL/dW where L is quadratic in the inputs.
Problem build(const Setup& setup) {
  const auto& net = setup.network;
  const auto* train = setup.train();
  Assembly a = network::assemble(net, {train, true, true});
  const ValueId loss = add_loss(setup, a, train, true);
  const Layers layers(net, a);
  Program& p = a.program;
  const auto last = static_cast<std::size_t>(setup.output);
  std::vector<char> learns(net.populations.size(), 0);
  for (const auto& w : a.plastic) {
    learns[w.projection >= 0 ? net.projections[static_cast<std::size_t>(w.projection)].post
                             : static_cast<std::size_t>(w.population)] = 1;
  }
  Perturbations perturbations(setup, a);
  const double sigma = perturbations.sigma();
  std::vector<ValueId> outputs = a.outputs, xi(net.populations.size());
  Assembly::Softmax parts;
  for (const std::size_t q : layers.order()) {
    if (layers.clamped(q)) continue;
    ValueId z = layers.total(q, outputs);
    const Index n = layers.size(q);
    if (learns[q]) {
      xi[q] = perturbations.of(net.populations[q]);
      z = p.elementwise(n, a.samples, Expr(p, z) + sigma * Expr(p, xi[q]));
    }
    outputs[q] = layers.activate(q, z, q == last ? &parts : nullptr);
  }
  const ValueId targets = targets_of(setup, a, train);
  const auto each = [&](ValueId output, const Assembly::Softmax& s) {
    LossContext c{p, output, targets, s.argument.valid() ? &s : nullptr, setup.loss_parameters};
    if (a.shown) c.mask = a.shown->mask;
    c.each_sample = true;
    return setup.loss->build(c);
  };
  const ValueId perturbed = each(outputs[last], parts), quiet = each(a.outputs[last], a.softmax[last]);
  Expr rise = (Expr(p, perturbed) - Expr(p, quiet)) / sigma;
  if (a.shown) rise = rise * Expr(p, a.shown->present);
  const ValueId more = p.elementwise(1, a.samples, rise);
  std::vector<ValueId> slopes(net.populations.size());
  for (std::size_t q = 0; q < slopes.size(); ++q) {
    if (!xi[q].valid()) continue;
    const Index n = layers.size(q);
    slopes[q] = p.elementwise(n, a.samples, Expr(p, p.broadcast(more, n, a.samples)) * Expr(p, xi[q]));
  }
  auto gradient = layers.gradient(slopes);
  const ValueId output = a.outputs[last];
  return finish({setup, std::move(a), loss, output, std::move(gradient), false, {}, perturbations.shown()});
}

}  // namespace

RuleEntry node_perturbation() {
  RuleEntry e;
  e.name = "node_perturbation";
  e.summary =
      "random perturbations sigma xi of the inputs of neurons, held for a window: g = (L(perturbed) - L) xi / sigma "
      "r^T, sample by sample: on average the gradient; activity at its steady state";
  e.needs = "[data] with targets, and a network of layers";
  e.citation =
      "R. J. Williams, Mach. Learn. 8 (1992) 229-256; J. Werfel, X. Xie, H. S. Seung, Neural Comput. 17 (2005) "
      "2699-2718 (unbiased, baseline without perturbation)";
  e.parameters = Perturbations::parameters();
  e.check = Layers::check;
  e.build = build;
  return e;
}

}  // namespace neurode::learning
