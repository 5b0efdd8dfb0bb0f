#include "network/initialisers/initialisers.hpp"

namespace neurode::network {

static void fill(const InitialiserContext& context, Matrix& out, Diagnostics&) {
  fill_variance(context, 1.0 / fan_in(context), out);
}

InitialiserEntry lecun_initialiser() {
  return {{"lecun", "variance gain^2 / n_in: keeps the variance of activities", variance_parameters(),
           "Y. LeCun, L. Bottou, G. B. Orr, K.-R. Mueller, Efficient BackProp, in Neural Networks: Tricks of the "
           "Trade, Springer (1998)",
           ""},
          true,
          fill};
}

}  // namespace neurode::network
