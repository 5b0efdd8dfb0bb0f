// Units that look ahead of their slow membranes: signals and errors pass through at once.
#include "learning/parts/layers.hpp"
#include "learning/rules/rules.hpp"

namespace neurode::learning {

namespace {

ValueId state(const Layers& layers, network::Assembly& a, std::size_t q, const std::string& name,
              const std::string& long_name) {
  Slice s;
  s.name = layers.name(q) + "." + name;
  s.long_name = long_name + " of population " + layers.name(q);
  s.rows = layers.size(q);
  s.cols = a.samples;
  s.block = Block::activity;
  s.row_dimension = layers.name(q);
  s.col_dimension = "sample";
  return add_state(a, s, Matrix::Zero(s.rows, s.cols));
}

Problem build(const Setup& setup) {
  const auto& net = setup.network;
  network::Assembly a = network::assemble(net, {setup.train(), true, true});
  const ValueId loss = add_loss(setup, a, setup.train(), true);
  const Layers layers(net, a);
  Program& p = a.program;
  const double beta = setup.rule.number("beta"), tau = setup.rule.number("tau"), lag = setup.rule.number("lag");
  const double share = per_sample(setup, a.samples);
  const auto last = static_cast<std::size_t>(setup.output);
  const std::size_t count = net.populations.size();
  std::vector<ValueId> u(count), ahead(count), r = a.outputs, error(count);
  ValueId value;
  for (const std::size_t q : layers.order()) {
    if (layers.clamped(q)) continue;
    u[q] = state(layers, a, q, "u", "membrane potential");
    ahead[q] = state(layers, a, q, "U", "prospective potential u + tau du/dt");
    network::Assembly::Softmax parts;
    r[q] = layers.activate(q, ahead[q], &parts);
    if (q == last) value = layers.loss(setup, setup.train(), r[q], &parts);
  }
  for (auto at = layers.order().rbegin(); at != layers.order().rend(); ++at) {
    const std::size_t q = *at;
    if (layers.clamped(q)) continue;
    const ValueId targets[] = {ahead[q]};
    if (q == last) {
      Expr seed = Expr(p.graph(), p.graph().constant(-beta / share));
      if (a.shown) seed = seed * Expr(p, a.shown->present);
      error[q] = p.adjoint({{value, p.elementwise(1, 1, seed)}}, targets)[0];
      continue;
    }
    ValueId back;
    for (const auto& l : layers.links()) {
      if (l.pre == q && error[l.post].valid()) back = p.product(l.weight, true, error[l.post], false, back);
    }
    if (back.valid()) error[q] = p.adjoint({{r[q], back}}, targets)[0];
  }
  for (const std::size_t q : layers.order()) {
    if (layers.clamped(q)) continue;
    const Index n = layers.size(q);
    Expr drive(p, layers.total(q, r));
    if (error[q].valid()) {
      drive = drive + Expr(p, error[q]);
      a.named.push_back({layers.name(q) + ".error", error[q], "", "error that drives population " + layers.name(q),
                         layers.name(q), "sample", false, n, a.samples, layers.name(q)});
    }
    set_rate(a, ahead[q], p.elementwise(n, a.samples, (drive - Expr(p, ahead[q])) / lag));
    set_rate(a, u[q], p.elementwise(n, a.samples, (Expr(p, ahead[q]) - Expr(p, u[q])) / tau));
  }
  auto gradient = layers.outer(error, r, -share / beta);
  const ValueId output = a.outputs[last];
  return finish({setup, std::move(a), loss, output, std::move(gradient)});
}

}  // namespace

RuleEntry latent_equilibrium() {
  RuleEntry e;
  e.name = "latent_equilibrium";
  e.summary =
      "tau du/dt = -u + W r + b + e with r = f(U), U = u + tau du/dt, so that signals pass slow units at once; e_l = "
      "f'(U_l) * (W_(l+1)^T e_(l+1)), at the output -beta dL/dU; g = -e r^T/beta. U, which depends on itself, follows "
      "with the small time constant lag";
  e.needs = "[data] with targets, and a network of layers";
  e.citation =
      "P. Haider, B. Ellenberger, L. Kriener, J. Jordan, W. Senn, M. A. Petrovici, Adv. Neural Inf. Process. "
      "Syst. 34 (2021) 17839-17851, arXiv:2110.14549";
  e.parameters = {
      ParameterSpec::make(Kind::number, "beta", "strength of the nudge; tends to back-propagation as it goes to 0")
          .above(0)
          .standard(0.1),
      ParameterSpec::make(Kind::number, "tau", "time constant of the membranes").above(0).standard(1.0),
      ParameterSpec::make(Kind::number, "lag", "time constant with which U follows").above(0).standard(0.01),
  };
  e.check = Layers::check;
  e.build = build;
  return e;
}

}  // namespace neurode::learning
