#include <fmt/format.h>

#include "learning/gradients/fixed_point.hpp"
#include "learning/rules/rules.hpp"
#include "neurode/network/assemble.hpp"

namespace neurode::learning {

using network::Assembly;

namespace {

/// What flows back from the loss into what it reads, for flows that weigh samples.
Program::Seeds score_seeds(const Setup& setup, Assembly& a, ValueId loss) {
  if (!setup.flow->stochastic) return {};
  const ValueId scores[] = {score_of(setup, a)};
  return {
      {scores[0], a.program.adjoint({{loss, a.program.elementwise(1, 1, a.program.graph().constant(1))}}, scores)[0]}};
}

/// Networks without loops: the loss as an expression of the weights.
Problem layered(const Setup& setup) {
  const auto* train = setup.train();
  Assembly a = network::assemble(setup.network, {train, true, true});
  const ValueId loss = add_loss(setup, a, train, true);
  const ValueId output = a.outputs[static_cast<std::size_t>(setup.output)];
  std::vector<ValueId> weights;
  for (const auto& w : a.plastic) weights.push_back(w.value);
  const ValueId seed = a.program.elementwise(1, 1, a.program.graph().constant(1));
  auto gradient = a.program.adjoint({{loss, seed}}, weights);
  auto seeds = score_seeds(setup, a, loss);
  Draft draft{setup, std::move(a), loss, output, std::move(gradient), true};
  draft.seeds = std::move(seeds);
  return finish(std::move(draft));
}

/// Activity at its fixed point.
Problem recurrent(const Setup& setup) {
  const auto* train = setup.train();
  Assembly a = network::assemble(setup.network, {train, false, false});
  const ValueId loss = add_loss(setup, a, train, false);
  const ValueId output = a.outputs[static_cast<std::size_t>(setup.output)];
  auto gradient = fixed_point_gradient(setup, a, loss);
  return finish(setup, a, loss, output, std::move(gradient));
}

/// Activity, error signals and weights in one system.
Problem coupled(const Setup& setup) {
  const auto* train = setup.train();
  Assembly a = network::assemble(setup.network, {train, false, true});
  const ValueId loss = add_loss(setup, a, train, false);
  const ValueId output = a.outputs[static_cast<std::size_t>(setup.output)];
  auto& g = a.program.graph();

  Program::Seeds seeds = {{loss, a.program.elementwise(1, 1, g.constant(1))}};
  const ValueId outputs[] = {output};  // activity is a state: the loss reads it, and no argument of a softmax
  const ValueId score = a.program.adjoint(seeds, outputs)[0];
  std::vector<ValueId> targets;
  std::vector<ValueId> errors;
  for (const std::size_t k : a.activity) {
    Slice s = a.layout.slices()[k];
    s.name += ".error";
    s.long_name = "error signal of " + a.layout.slices()[k].name;
    s.block = Block::errors;
    s.unit = "";
    const ValueId error = add_state(a, s, Matrix::Zero(s.rows, s.cols));
    if (a.parts[k].rate.valid()) seeds.emplace_back(a.parts[k].rate, error);
    targets.push_back(a.parts[k].value);
    errors.push_back(error);
  }
  const std::size_t activities = targets.size();
  for (const auto& w : a.plastic) targets.push_back(w.value);
  const auto bars = a.program.adjoint(seeds, targets);
  for (std::size_t k = 0; k < activities; ++k) {
    set_rate(a, errors[k], scaled(a.program, bars[k], 1 / setup.rule.number("error_tau")));
  }
  std::vector<ValueId> gradient(bars.begin() + static_cast<std::ptrdiff_t>(activities), bars.end());
  seeds[0] = {output, score};
  Draft draft{setup, std::move(a), loss, output, std::move(gradient)};
  draft.seeds = std::move(seeds);
  return finish(std::move(draft));
}

void check(const Setup& setup, Diagnostics& diagnostics) {
  const std::string mode = setup.rule.text("mode");
  // The solve for the fixed point knows nothing of weights that move otherwise.
  const auto refuse = [&](const std::string& name) {
    diagnostics.add({setup.scenario.learning->where, "learning.mode",
                     fmt::format("\"{}\" follows a local rule, which needs activity that is integrated or has a steady "
                                 "state in closed form",
                                 name),
                     "\"" + mode + "\"", "mode = \"coupled\"", ""});
  };
  if (mode == "adiabatic" && !setup.steady) {
    for (const auto& pr : setup.network.projections) {
      if (pr.rule) refuse(pr.name);
    }
    for (const auto& p : setup.network.populations) {
      for (const auto& b : p.biases) {
        if (b.rule) refuse(b.name);
      }
    }
  }
  for (const auto& p : setup.network.populations) {
    if (mode == "coupled" || p.noise.empty()) continue;
    diagnostics.add({setup.scenario.learning->where, "learning.mode",
                     fmt::format("population \"{}\" has white noise, under which activity has no steady state", p.name),
                     "\"" + mode + "\"", "mode = \"coupled\", or a model without xi", ""});
    return;
  }
}

Problem build(const Setup& setup) {
  if (setup.rule.text("mode") == "coupled") return coupled(setup);
  return setup.steady ? layered(setup) : recurrent(setup);
}

}  // namespace

RuleEntry gradient_flow() {
  RuleEntry flow;
  flow.name = "gradient_flow";
  flow.exact = true;
  flow.summary =
      "dw/dt = -rate * dL/dw. adiabatic: activity sits at its steady state; coupled: activity and error signals "
      "relax "
      "together with the weights, dx/dt = F, error_tau dl/dt = J^T l + dL/dx, dw/dt = -rate (l^T dF/dw + dL/dw)";
  flow.needs = "[data] with targets, and weights or biases with plastic = true";
  flow.citation =
      "L. B. Almeida, Proc. IEEE First Int. Conf. Neural Networks (1987) 609-618; F. J. Pineda, Phys. Rev. Lett. 59 "
      "(1987) 2229-2232";
  flow.parameters = {
      ParameterSpec::make(Kind::choice, "mode", "are activity and errors integrated, or at their steady state?")
          .one_of({"adiabatic", "coupled"})
          .standard("adiabatic"),
      ParameterSpec::make(Kind::number, "error_tau", "coupled: time constant of the error signal")
          .above(0)
          .standard(0.1),
  };
  flow.check = check;
  flow.build = build;
  return flow;
}

}  // namespace neurode::learning
