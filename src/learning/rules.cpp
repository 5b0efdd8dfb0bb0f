#include "neurode/learning/families.hpp"

namespace neurode::learning {

const std::vector<RuleEntry>& rules() {
  static const std::vector<RuleEntry> all = [] {
    RuleEntry flow;
    flow.name = "gradient_flow";
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
        ParameterSpec::make(Kind::number, "rate", "learning rate eta").above(0).standard(1.0),
        ParameterSpec::make(Kind::number, "error_tau", "coupled: time constant of the error signal")
            .above(0)
            .standard(0.1),
        ParameterSpec::make(Kind::string, "output", "population the loss reads; default: the only one nothing reads"),
    };
    return std::vector<RuleEntry>{flow};
  }();
  return all;
}

}  // namespace neurode::learning
