#include "network/initialisers/initialisers.hpp"

namespace neurode::network {

static void fill(const InitialiserContext& context, Matrix& out, Diagnostics& diagnostics) {
  fill_normal(context, context.parameters.number("mean"), context.parameters.number("std"), out);
  apply_diagonal(context, out, diagnostics);
}

InitialiserEntry normal_initialiser() {
  return {{"normal",
           "independent, normal with a mean and a standard deviation",
           {ParameterSpec::make(Kind::number, "mean", "mean").standard(0.0),
            ParameterSpec::make(Kind::number, "std", "standard deviation").at_least(0).needed(), diagonal_parameter()},
           "",
           ""},
          false,
          fill};
}

}  // namespace neurode::network
