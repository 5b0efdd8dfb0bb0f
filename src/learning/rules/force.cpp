// Recursive least squares on readout weights, as a flow.
#include <fmt/format.h>

#include "learning/parts/expr.hpp"
#include "learning/parts/local_derivatives.hpp"
#include "learning/rules/rules.hpp"

namespace neurode::learning {

namespace {

using network::Assembly;

/// z = sum_a w_a r_a over the readouts a (r = 1 of a bias), P_ab one matrix for all outputs:
///
///     dw_a/ds = -(z - f) k_a^T,   dP_ab/ds = -k_a k_b^T,   k_a = sum_b P_ab r_b,   P_ab(0) = delta_ab / alpha
///
/// Samples are columns of r, z, f and k: products sum over them. P_ba = P_ab^T is not stored.
Problem build(const Setup& setup) {
  const auto& net = setup.network;
  const auto* train = setup.train();
  Assembly a = network::assemble(net, {train, false, true});
  const ValueId loss = add_loss(setup, a, train, false);
  const auto last = static_cast<std::size_t>(setup.output);
  const ValueId output = a.outputs[last], targets = targets_of(setup, a, train);
  Program& p = a.program;
  const Index samples = a.samples;
  ValueId error = p.elementwise(p[output].rows, samples, Expr(p, output) - Expr(p, targets));
  if (a.shown) error = p.elementwise(p[output].rows, samples, Expr(p, error) * Expr(p, a.shown->present));

  const auto plastic = a.plastic;
  std::vector<ValueId> read;
  for (const auto& w : plastic) {
    ValueId r = w.projection >= 0 ? a.outputs[net.projections[static_cast<std::size_t>(w.projection)].pre]
                                  : p.constant(Matrix::Ones(1, samples));
    if (a.shown) r = p.elementwise(p[r].rows, samples, Expr(p, r) * Expr(p, a.shown->present));
    read.push_back(r);
  }
  const std::size_t count = plastic.size();
  std::vector<std::vector<ValueId>> inverse(count, std::vector<ValueId>(count));
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = i; j < count; ++j) {
      const network::Named &rows = *a.find(plastic[i].name), &cols = *a.find(plastic[j].name);
      Slice s;
      s.name = plastic[i].name + ".inverse_correlation" + (i == j ? "" : " with " + plastic[j].name);
      s.long_name = "inverse of the correlations of what " + plastic[i].name + " reads";
      s.rows = p[read[i]].rows;
      s.cols = p[read[j]].rows;
      s.block = Block::auxiliary;
      s.row_dimension = s.rows == 1 ? "" : rows.col_dimension;
      s.col_dimension = s.cols == 1 ? "" : cols.col_dimension + (i == j ? "_again" : "");
      const Matrix start = i == j ? Matrix(Matrix::Identity(s.rows, s.rows) / setup.rule.number("alpha"))
                                  : Matrix(Matrix::Zero(s.rows, s.cols));
      inverse[i][j] = add_state(a, s, start);
      a.named.back().population = "";
    }
  }
  std::vector<ValueId> gains, gradient;
  for (std::size_t i = 0; i < count; ++i) {
    ValueId k;
    for (std::size_t j = 0; j < count; ++j) {
      k = i <= j ? p.product(inverse[i][j], false, read[j], false, k)
                 : p.product(inverse[j][i], true, read[j], false, k);
    }
    gains.push_back(k);
    gradient.push_back(p.product(error, false, k, true));
  }
  std::vector<std::pair<ValueId, ValueId>> moves;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = i; j < count; ++j) {
      moves.emplace_back(inverse[i][j], scaled(p, p.product(gains[i], false, gains[j], true), -1));
    }
  }
  return finish({setup, std::move(a), loss, output, std::move(gradient), false, std::move(moves)});
}

void check(const Setup& setup, Diagnostics& diagnostics) {
  const auto& net = setup.network;
  const auto last = static_cast<std::size_t>(setup.output);
  const auto& out = net.populations[last];
  std::vector<char> readout(net.projections.size(), 0);
  bool any = false;
  for (std::size_t k = 0; k < net.projections.size(); ++k) {
    const auto& pr = net.projections[k];
    if (!pr.plastic) continue;
    any = true;
    readout[k] = 1;
    if (pr.post != last) {
      refuse_rule(setup, diagnostics,
                  fmt::format("learns readouts into \"{}\" alone, and \"{}\" goes elsewhere", out.name, pr.name),
                  "plastic = false there");
    } else if (pr.pre == last) {
      refuse_rule(setup, diagnostics, fmt::format("cannot learn \"{}\", by which the readout reads itself", pr.name),
                  "plastic = false there");
    }
  }
  for (const auto& pop : net.populations) {
    for (const auto& b : pop.biases) {
      if (!b.plastic || &pop == &out) continue;
      refuse_rule(setup, diagnostics,
                  fmt::format("learns readouts into \"{}\" alone, and \"{}\" is plastic", out.name, b.name),
                  "plastic = false there");
    }
  }
  if (any) check_dense(setup, readout, diagnostics);
  if (!out.initial.empty() || !linear_output(net, last)) {
    refuse_rule(setup, diagnostics,
                fmt::format("solves for weights of z = w r, and \"{}\" is not what it reads: model \"{}\"{}", out.name,
                            out.model->name, out.activation.empty() ? "" : ", activation " + out.activation),
                "model = \"instantaneous\" with activation = \"identity\"");
  }
  if (setup.loss->name != "squared_error") {
    diagnostics.add({setup.scenario.learning->loss.source.where, "learning.loss", "rule \"force\" is least squares",
                     "\"" + setup.loss->name + "\"", "\"squared_error\"", ""});
  }
  if (setup.flow->name != "gradient") {
    diagnostics.add({setup.scenario.learning->flow.source.where, "learning.flow",
                     "rule \"force\" is a flow of its own: what its error moves is not a gradient",
                     "\"" + setup.flow->name + "\"", "\"gradient\"", ""});
  }
  if (setup.rate->name == "hypergradient") {
    diagnostics.add({setup.scenario.learning->rate.source.where, "learning.rate",
                     "rule \"force\" has no gradient that a rate could follow", "\"hypergradient\"",
                     "a number, or a schedule of the time alone", ""});
  }
}

}  // namespace

RuleEntry force() {
  RuleEntry e;
  e.name = "force";
  e.summary =
      "recursive least squares on readouts z = w r: dw/dt = -rate (z - f) (P r)^T, dP/dt = -rate (P r) (P r)^T, P(0) = "
      "1/alpha: w is the least-squares fit of all that has been, with ridge alpha";
  e.needs = "targets, squared_error, a readout that is instantaneous and linear; nothing else plastic";
  e.citation =
      "D. Sussillo, L. F. Abbott, Neuron 63 (2009) 544-557; as a flow: the limit of small steps of their equations";
  e.parameters = {ParameterSpec::make(Kind::number, "alpha",
                                      "ridge: 1/alpha is P at the start, and how fast w moves "
                                      "at first")
                      .above(0)
                      .standard(1.0)};
  e.check = check;
  e.build = build;
  return e;
}

}  // namespace neurode::learning
