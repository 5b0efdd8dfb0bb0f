#include "network/initialisers/initialisers.hpp"

namespace neurode::network {

static void fill(const InitialiserContext& context, Matrix& out, Diagnostics& diagnostics) {
  out.setConstant(context.parameters.number("value"));
  apply_diagonal(context, out, diagnostics);
}

/// What a bare number stands for.
InitialiserEntry constant_initialiser() {
  return {{"constant",
           "the same number everywhere; what a bare number means",
           {ParameterSpec::make(Kind::number, "value", "the number").needed(), diagonal_parameter()},
           "",
           ""},
          false,
          fill};
}

}  // namespace neurode::network
