// The energy of a symmetric network: of its targets, over that of where it settles.
#include <fmt/format.h>

#include <algorithm>

#include "learning/losses/losses.hpp"

namespace neurode::learning {

using equations::Node;
using equations::Op;

/// a log(a), 0 at 0.
static Node entropy(equations::Graph& g, Node a) {
  return g.mul(a, g.unary(Op::log, g.binary(Op::max, a, g.constant(1e-300))));
}

/// The integral of the inverse of f from f(0) to a, for the activations that have it in closed form.
static Node inverse_integral(equations::Graph& g, const std::string& f, Node a) {
  if (f == "logistic(I)") {
    return g.add(g.add(entropy(g, a), entropy(g, g.sub(g.constant(1), a))), g.constant(0.69314718055994530942));
  }
  if (f == "tanh(I)") {
    const Node up = g.add(g.constant(1), a), down = g.sub(g.constant(1), a);
    return g.mul(g.constant(0.5), g.add(entropy(g, up), entropy(g, down)));
  }
  return g.mul(g.constant(0.5), g.mul(a, a));
}

/// The projection of a population onto itself; null where there is none.
static const network::Projection* recurrent(const network::Network& net, std::size_t p) {
  for (const auto& pr : net.projections) {
    if (pr.pre == p && pr.post == p) return &pr;
  }
  return nullptr;
}

static void check(const Setup& setup, Diagnostics& diagnostics) {
  const auto& net = setup.network;
  const auto p = static_cast<std::size_t>(setup.output);
  const auto& pop = net.populations[p];
  const std::string who = fmt::format("population \"{}\"", pop.name);
  const auto refuse = [&](const std::string& problem, const std::string& found, const std::string& allowed) {
    refuse_loss(setup, diagnostics, problem, found, allowed);
  };
  if (setup.rule_entry->name != "gradient_flow") {
    refuse("energy is a loss of the whole network, which gradient_flow alone goes down",
           "rule \"" + setup.rule_entry->name + "\"", "rule = \"gradient_flow\"");
  }
  if (pop.model->name != "leaky_rate" && pop.model->name != "instantaneous") {
    refuse(who + " has no energy in closed form", "model \"" + pop.model->name + "\"",
           "model = \"leaky_rate\" or \"instantaneous\"");
  } else if (pop.activation != "logistic(I)" && pop.activation != "tanh(I)" && pop.activation != "I") {
    refuse(fmt::format("the energy of {} needs the inverse of its activation", who),
           "activation " + (pop.softmax ? "softmax" : pop.activation), "\"identity\", \"logistic\" or \"tanh\"");
  }
  int own = 0;
  for (const auto& pr : net.projections) {
    if (pr.pre != p) continue;
    if (pr.post != p) {
      refuse(who + " sends to others, and has no energy of its own", "projection \"" + pr.name + "\"",
             "a population that sends to itself alone");
      continue;
    }
    const bool plain = !pr.wiring && pr.coupling.empty() && !pr.rule && pr.weights;
    if (!plain || ++own > 1) {
      refuse("energy needs one projection all to all that adds w * pre", "\"" + pr.name + "\"",
             "no connect, coupling or plasticity there");
    } else if (*pr.weights != pr.weights->transpose()) {
      refuse("a network whose weights are not symmetric has no energy", "\"" + pr.name + "\" as it starts",
             "weights with w_ij = w_ji, such as init = 0");
    }
  }
  if (pop.activation == "logistic(I)") {
    check_targets(
        setup, diagnostics, [](double y) { return y >= 0 && y <= 1; }, "targets from 0 to 1");
  } else if (pop.activation == "tanh(I)") {
    check_targets(
        setup, diagnostics, [](double y) { return y >= -1 && y <= 1; }, "targets from -1 to 1");
  }
}

LossEntry energy() {
  LossEntry e;
  e.name = "energy";
  e.summary =
      "factor * (E(target) - E(activity)), E(r) = -r^T W r/2 - r^T i + sum of the integrals of f^-1 from f(0) to r, of "
      "the output population with weights W onto itself and everything else it gets, i; averaged (or summed) over "
      "samples. 0 where the network settles on the target; -dL/dW = (target target^T - r r^T)/2 where it has settled";
  e.parameters = loss_parameters("mean");
  e.needs =
      "rule \"gradient_flow\"; an output population leaky_rate or instantaneous with identity, logistic or tanh, and "
      "symmetric weights onto itself (or none)";
  e.citation =
      "J. J. Hopfield, PNAS 81 (1984) 3088-3092 (E); J. R. Movellan, Connectionist Models: Proc. 1990 Summer School "
      "(Morgan "
      "Kaufmann 1991) 10-17 (the difference of two)";
  e.check = check;
  e.build = [](const LossContext& c) {
    auto& g = c.program.graph();
    const auto& pop = c.network->populations[c.population];
    const auto shape = c.program[c.output];
    const Node r = c.program.node(c.output), y = c.program.node(c.targets);
    Node outside = c.program.node(c.assembly->find(pop.name + "." + pop.first_input())->value);
    // E(y) - E(r) = -(y - r)^T i - (y^T W y - r^T W r)/2 + ..., and i is the whole input without W r.
    Node term = g.sub(inverse_integral(g, pop.activation, y), inverse_integral(g, pop.activation, r));
    if (const auto* own = recurrent(*c.network, c.population)) {
      const ValueId w = c.assembly->find(own->name + ".weights")->value;
      const Node wr = c.program.node(c.program.product(w, false, c.output, false));
      const Node wy = c.program.node(c.program.product(w, false, c.targets, false));
      outside = g.sub(outside, wr);
      term = g.sub(term, g.mul(g.constant(0.5), g.sub(g.mul(y, wy), g.mul(r, wr))));
    }
    term = g.sub(term, g.mul(g.sub(y, r), outside));
    return reduced(c, c.program.elementwise(shape.rows, shape.cols, term));
  };
  return e;
}

}  // namespace neurode::learning
