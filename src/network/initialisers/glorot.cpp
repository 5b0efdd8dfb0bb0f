#include "network/initialisers/initialisers.hpp"

namespace neurode::network {

static void fill(const InitialiserContext& context, Matrix& out, Diagnostics&) {
  fill_variance(context, 2.0 / (fan_in(context) + fan_out(context)), out);
}

InitialiserEntry glorot_initialiser() {
  return {{"glorot", "variance 2 gain^2 / (n_in + n_out): between activities and gradients", variance_parameters(),
           "X. Glorot, Y. Bengio, AISTATS 2010, PMLR 9, 249-256", ""},
          true,
          fill};
}

}  // namespace neurode::network
