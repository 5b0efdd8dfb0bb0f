#include "neurode/network/families.hpp"

namespace neurode::network {

const std::vector<ActivationEntry>& activations() {
  // Sorted by name.
  static const std::vector<ActivationEntry> list = {
      {{"erf", "error function, -1 ... 1", {}, "", ""}, "erf(I)"},
      {{"identity", "the input itself", {}, "", ""}, "I"},
      {{"logistic", "1 / (1 + exp(-I)), 0 ... 1", {}, "H. R. Wilson, J. D. Cowan, Biophys. J. 12 (1972) 1-24", ""},
       "logistic(I)"},
      {{"relu",
        "the positive part, max(I, 0)",
        {},
        "K. Fukushima, IEEE Trans. Syst. Sci. Cybern. 5 (1969) 322-333",
        ""},
       "relu(I)"},
      {{"softmax",
        "exp(I) over its sum over the population: shares that add up to 1",
        {},
        "J. S. Bridle, in Neurocomputing, NATO ASI F68, Springer (1990) 227-236",
        ""},
       "",
       true},
      {{"softplus",
        "log(1 + exp(I)), a smooth positive part",
        {},
        "C. Dugas, Y. Bengio, F. Belisle, C. Nadeau, R. Garcia, NIPS 13 (2001) 472-478",
        ""},
       "softplus(I)"},
      {{"tanh",
        "hyperbolic tangent, -1 ... 1",
        {},
        "H. Sompolinsky, A. Crisanti, H. J. Sommers, Phys. Rev. Lett. 61 (1988) 259-262",
        ""},
       "tanh(I)"},
  };
  return list;
}

}  // namespace neurode::network
