#include "learning/parts/layers.hpp"
#include "learning/rules/rules.hpp"

namespace neurode::learning {

namespace {

using network::Assembly;

/// The energy sum |x_l - z_l|^2/2 + loss, z_l = W_l f(x_(l-1)) + b_l, over samples as the loss has it. Hidden activity
/// x goes down its sample's part, weights go down the whole.
Problem build(const Setup& setup) {
  const auto& net = setup.network;
  const auto* train = setup.train();
  Assembly a = network::assemble(net, {train, true, true});
  const ValueId forward_loss = add_loss(setup, a, train, true);
  const Layers layers(net, a);
  Program& p = a.program;
  const auto last = static_cast<std::size_t>(setup.output);
  // A loss that is a mean over samples takes the mean of their errors as well.
  const double share = per_sample(setup, a.samples);
  std::vector<ValueId> outputs = a.outputs, states, terms;
  for (const std::size_t q : layers.order()) {
    if (layers.clamped(q)) continue;
    const ValueId z = layers.total(q, outputs);
    if (q == last) {
      Assembly::Softmax parts;
      const ValueId output = layers.activate(q, z, &parts);
      terms.push_back(layers.loss(setup, train, output, &parts));
      if (a.shown) terms.back() = p.elementwise(1, 1, Expr(p, terms.back()) * Expr(p, a.shown->present));
      continue;
    }
    Slice s;
    s.name = layers.name(q) + ".x";
    s.long_name = "inferred input of population " + layers.name(q);
    s.rows = layers.size(q);
    s.cols = a.samples;
    s.block = Block::activity;
    s.row_dimension = layers.name(q);
    s.col_dimension = "sample";
    const ValueId x = add_state(a, s, Matrix::Zero(s.rows, s.cols));
    const ValueId error = p.elementwise(s.rows, s.cols, Expr(p, x) - Expr(p, z));
    a.named.push_back({layers.name(q) + ".error", error, "", "prediction error of population " + layers.name(q),
                       s.row_dimension, s.col_dimension, false, s.rows, s.cols, s.row_dimension});
    const ValueId half = p.elementwise(s.rows, s.cols, share / 2 * (Expr(p, error) * Expr(p, error)));
    terms.push_back(p.sum(half, Program::Along::all));
    states.push_back(x);
    outputs[q] = layers.activate(q, x);
  }
  Expr sum(p, terms[0]);
  for (std::size_t k = 1; k < terms.size(); ++k) sum = sum + Expr(p, terms[k]);
  const ValueId energy = p.elementwise(1, 1, sum);
  a.named.push_back({"energy", energy, "", "prediction errors and loss", "", "", false, 1, 1, ""});
  std::vector<ValueId> targets = states;
  for (const auto& w : a.plastic) targets.push_back(w.value);
  const auto slopes = p.adjoint({{energy, p.elementwise(1, 1, p.graph().constant(1))}}, targets);
  for (std::size_t k = 0; k < states.size(); ++k) {
    set_rate(a, states[k], scaled(p, slopes[k], -1 / (share * setup.rule.number("tau"))));
  }
  const ValueId output = a.outputs[last];
  std::vector<ValueId> gradient(slopes.begin() + static_cast<std::ptrdiff_t>(states.size()), slopes.end());
  return finish({setup, std::move(a), forward_loss, output, std::move(gradient)});
}

}  // namespace

RuleEntry predictive_coding() {
  RuleEntry e;
  e.name = "predictive_coding";
  e.summary =
      "hidden units infer: tau dx_l/dt = -e_l + f'(x_l) * (W_(l+1)^T e_(l+1)) with errors e_l = x_l - W_l f(x_(l-1)) - "
      "b_l, at the output the slope of the loss; g = -e_l f(x_(l-1))^T: all down one energy, sum |e|^2/2 + loss";
  e.needs = "[data] with targets, and a network of layers";
  e.citation =
      "J. C. R. Whittington, R. Bogacz, Neural Comput. 29 (2017) 1229-1262; B. Millidge et al., arXiv:2211.03481 "
      "(any loss at the output)";
  e.parameters = {ParameterSpec::make(Kind::number, "tau", "time constant of the inference").above(0).standard(0.1)};
  e.check = Layers::check;
  e.build = build;
  return e;
}

}  // namespace neurode::learning
