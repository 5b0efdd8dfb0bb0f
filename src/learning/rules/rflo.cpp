// Rules whose weights carry an eligibility with activity, and whose errors come back by a way of their own.
#include "learning/parts/eligibility.hpp"
#include "learning/rules/rules.hpp"

namespace neurode::learning {

namespace {

Problem build(const Setup& setup) {
  const auto* train = setup.train();
  network::Assembly a = network::assemble(setup.network, {train, false, true});
  const ValueId loss = add_loss(setup, a, train, false);
  const ValueId output = a.outputs[static_cast<std::size_t>(setup.output)];
  auto gradient = Eligibility(setup, a, loss).gradient();
  return finish({setup, std::move(a), loss, output, std::move(gradient)});
}

RuleEntry entry(const char* name) {
  RuleEntry e;
  e.name = name;
  e.parameters = {
      ParameterSpec::make(Kind::choice, "feedback", "how errors come back: fixed random weights, or the readout's own")
          .one_of({"random", "symmetric"})
          .standard("random"),
      ParameterSpec::make(Kind::number, "gain",
                          "of random feedback: normal with variance gain^2 / neurons it comes from")
          .above(0)
          .standard(1.0)};
  e.build = build;
  return e;
}

}  // namespace

RuleEntry rflo() {
  RuleEntry e = entry("rflo");
  e.summary =
      "random feedback local online: for units tau dr/dt = -r + f(u) an eligibility tau dp_ij/dt = -p_ij + f'(u_i) "
      "r_j, "
      "and g_ij = (B e)_i p_ij with the error e = dL/dy of the readout";
  e.needs = "targets, units with one state, and a readout without states";
  e.citation = "J. M. Murray, eLife 8 (2019) e43299";
  e.check = [](const Setup& setup, Diagnostics& diagnostics) { Eligibility::check(setup, true, diagnostics); };
  return e;
}

RuleEntry eprop() {
  RuleEntry e = entry("eprop");
  e.summary =
      "eligibility propagation: d eps/dt = J_i eps + dF_i/dI r_j with J_i the Jacobian of one unit, trace e_ij = dr/dx "
      ". "
      "eps (filtered by the leak of the readout where it has one), and g_ij = (B e)_i e_ij";
  e.needs = "targets, and a readout that is linear or without states";
  e.citation =
      "G. Bellec, F. Scherr, A. Subramoney, E. Hajek, D. Salaj, R. Legenstein, W. Maass, Nat. Commun. 11 (2020) 3625";
  e.check = [](const Setup& setup, Diagnostics& diagnostics) { Eligibility::check(setup, false, diagnostics); };
  return e;
}

}  // namespace neurode::learning
