#include "network/initialisers/initialisers.hpp"

namespace neurode::network {

static void fill(const InitialiserContext& context, Matrix& out, Diagnostics&) {
  fill_variance(context, 2.0 / fan_in(context), out);
}

InitialiserEntry he_initialiser() {
  return {{"he", "variance 2 gain^2 / n_in: for rectified units", variance_parameters(),
           "K. He, X. Zhang, S. Ren, J. Sun, ICCV 2015, 1026-1034", ""},
          true,
          fill};
}

}  // namespace neurode::network
