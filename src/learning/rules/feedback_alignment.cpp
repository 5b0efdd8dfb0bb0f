// Errors go back through fixed random weights instead of the transposed ones.
#include <fmt/format.h>

#include "learning/parts/feedback.hpp"
#include "learning/parts/layers.hpp"
#include "learning/rules/rules.hpp"

namespace neurode::learning {

namespace {

using network::Assembly;

/// dL/dz of each population, the output's exact.
Problem build(const Setup& setup, bool direct) {
  const auto& net = setup.network;
  const auto* train = setup.train();
  Assembly a = network::assemble(net, {train, true, true});
  const ValueId loss = add_loss(setup, a, train, true);
  const Layers layers(net, a);
  Program& p = a.program;
  const auto last = static_cast<std::size_t>(setup.output);
  std::vector<ValueId> slopes(net.populations.size());
  const ValueId targets[] = {layers.input(last)};
  slopes[last] = p.adjoint({{loss, p.elementwise(1, 1, p.graph().constant(1))}}, targets)[0];
  for (auto at = layers.order().rbegin(); at != layers.order().rend(); ++at) {
    const std::size_t q = *at;
    if (q == last || layers.clamped(q)) continue;
    ValueId back;
    if (direct) {
      back = p.product(feedback(setup, a, layers.name(q) + ".feedback", layers.size(q), layers.size(last),
                                layers.name(q), layers.name(last)),
                       false, slopes[last], false);
    } else {
      for (const auto& l : layers.links()) {
        if (l.pre != q || !slopes[l.post].valid()) continue;
        const ValueId b = feedback(setup, a, net.projections[l.projection].name + ".feedback", layers.size(q),
                                   layers.size(l.post), layers.name(q), layers.name(l.post));
        back = p.product(b, false, slopes[l.post], false, back);
      }
    }
    if (back.valid()) slopes[q] = layers.to_input(q, back);
  }
  auto gradient = layers.gradient(slopes);
  const ValueId output = a.outputs[last];
  return finish({setup, std::move(a), loss, output, std::move(gradient)});
}

RuleEntry entry(const char* name) {
  RuleEntry e;
  e.name = name;
  e.needs = "[data] with targets, and a network of layers";
  e.parameters = {ParameterSpec::make(Kind::number, "gain",
                                      "of the feedback weights: normal with variance gain^2 / neurons they come from")
                      .above(0)
                      .standard(1.0)};
  e.check = Layers::check;
  return e;
}

}  // namespace

RuleEntry feedback_alignment() {
  RuleEntry e = entry("feedback_alignment");
  e.summary =
      "back-propagation through fixed random weights B instead of W^T: layer by layer, d_l = f'(z_l) * (B d_(l+1)), g "
      "= "
      "d_l r_(l-1)^T; activity at its steady state";
  e.citation = "T. P. Lillicrap, D. Cownden, D. B. Tweed, C. J. Akerman, Nat. Commun. 7 (2016) 13276";
  e.build = [](const Setup& setup) { return build(setup, false); };
  return e;
}

RuleEntry direct_feedback_alignment() {
  RuleEntry e = entry("direct_feedback_alignment");
  e.summary =
      "the output's error goes to each hidden layer at once, through fixed random weights: d_l = f'(z_l) * (B_l "
      "d_out), "
      "g = d_l r_(l-1)^T; activity at its steady state";
  e.citation = "A. Nokland, Adv. Neural Inf. Process. Syst. 29 (2016), arXiv:1609.01596";
  e.build = [](const Setup& setup) { return build(setup, true); };
  return e;
}

}  // namespace neurode::learning
