#include <fmt/format.h>

#include <cmath>

#include "learning/flows/flows.hpp"

namespace neurode::learning {

namespace {

void check(const Setup& setup, Diagnostics& diagnostics) {
  const Value& at = setup.scenario.learning->flow.source;
  const auto refuse = [&](const std::string& problem, const std::string& found, const std::string& allowed) {
    diagnostics.add({at.where, "learning.flow", "flow \"sgd_sde\" " + problem, found, allowed, ""});
  };
  if (setup.rule_entry->name != "gradient_flow") {
    refuse("takes the gradient apart sample by sample, which needs the gradient itself",
           fmt::format("rule \"{}\"", setup.rule_entry->name), "rule = \"gradient_flow\", or flow = \"langevin\"");
  }
  const auto* train = setup.train();
  if (!train || train->count() < 2) {
    refuse("is noise between samples", fmt::format("{} of them", train ? train->count() : 0),
           "[data] with two or more training samples");
  } else if (setup.network.data->batching) {
    refuse("is what minibatches do on average", "[data] batch as well", "one of the two");
  }
  for (const auto& pop : setup.network.populations) {
    if (pop.noise.empty() || pop.model->calculus != "stratonovich") continue;
    refuse("is meant in the sense of Ito", fmt::format("population \"{}\" with Stratonovich noise", pop.name),
           "models with noise = \"ito\"");
  }
}

}  // namespace

FlowEntry sgd_sde() {
  FlowEntry e;
  e.name = "sgd_sde";
  e.summary =
      "stochastic gradient descent as a diffusion: dw = -g ds + sqrt(step S/batch) dB, S the covariance of the "
      "gradients of single samples; Ito";
  e.citation =
      "Q. Li, C. Tai, W. E, ICML, PMLR 70 (2017) 2101-2110. A root of S by one Brownian motion a sample, S^(1/2) dB = "
      "N^(-1/2) sum of (g_s - g) dB_s, which one backward pass gives";
  e.needs = "rule gradient_flow, two or more training samples, a method for Ito noise: \"euler_maruyama\"";
  e.symmetric = true;
  e.stochastic = true;
  e.parameters = {
      ParameterSpec::make(Kind::number, "step", "the learning rate of the descent it stands for").above(0).needed(),
      ParameterSpec::make(Kind::integer, "batch", "samples a step, drawn with replacement").at_least(1).standard(1)};
  e.check = check;
  e.build = [](FlowContext& c) {
    Program& p = c.a.program;
    const Index samples = c.a.samples;
    const auto n = static_cast<double>(samples);
    const double scale =
        std::sqrt(c.parameters.number("step") * n / static_cast<double>(c.parameters.integer("batch")));
    // g is a sum of c_s over samples, the gradient of one drawn sample is N c_s: the noise is sqrt(step N/batch) times
    // sum of c_s (dB_s - mean of dB).
    const ValueId db = c.increments("flow samples", 1, samples);
    const ValueId mean = p.broadcast(p.sum(db, Program::Along::all), 1, samples);
    const ValueId centred = p.elementwise(1, samples, scale * (c.of(db) - c.of(mean) / n));
    Program::Seeds weighted;
    for (const auto& [value, bar] : c.seeds) {
      const auto shape = p[value];
      const ValueId each = p.broadcast(centred, shape.rows, samples);
      weighted.emplace_back(value, p.elementwise(shape.rows, samples, c.of(bar) * c.of(each)));
    }
    const auto terms = p.adjoint(weighted, c.weights);
    for (std::size_t k = 0; k < c.size(); ++k) {
      c.direction[k] = -c.g(k);
      if (terms[k].valid()) c.shake[k] = c.of(terms[k]);
    }
  };
  return e;
}

}  // namespace neurode::learning
