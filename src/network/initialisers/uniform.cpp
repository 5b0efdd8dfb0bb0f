#include "network/initialisers/initialisers.hpp"

namespace neurode::network {

static void fill(const InitialiserContext& context, Matrix& out, Diagnostics& diagnostics) {
  const double low = context.parameters.number("low"), high = context.parameters.number("high");
  if (low > high) {
    report(context, "low must not be above high", "low = " + number_text(low) + ", high = " + number_text(high),
           "low <= high", diagnostics);
    return;
  }
  fill_uniform(context, low, high, out);
  apply_diagonal(context, out, diagnostics);
}

InitialiserEntry uniform_initialiser() {
  return {{"uniform",
           "independent, uniform between low and high",
           {ParameterSpec::make(Kind::number, "low", "lower end").needed(),
            ParameterSpec::make(Kind::number, "high", "upper end").needed(), diagonal_parameter()},
           "",
           ""},
          false,
          fill};
}

}  // namespace neurode::network
