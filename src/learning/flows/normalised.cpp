#include "learning/flows/flows.hpp"

namespace neurode::learning {

FlowEntry normalised() {
  FlowEntry e;
  e.name = "normalised";
  e.summary = "dw/ds = -g/sqrt(|g|^2 + width^2), |g| over all weights: speed 1 until |g| comes down to width";
  e.citation = "J. Cortes, Automatica 42 (2006) 1993-2000";
  e.parameters = {ParameterSpec::make(Kind::number, "width", "|g| at which it slows down").above(0).standard(1e-6)};
  e.build = [](FlowContext& c) {
    const double width = c.parameters.number("width");
    const Expr norm = sqrt(c.squared_gradient() + width * width);
    for (std::size_t k = 0; k < c.size(); ++k) c.direction[k] = -c.g(k) / norm;
  };
  return e;
}

}  // namespace neurode::learning
