#include "integrate/sundials/cvode.hpp"

namespace neurode::integrate {

MethodEntry cvode_adams() {
  MethodEntry e;
  e.name = "cvode_adams";
  e.summary = "SUNDIALS CVODE, Adams-Moulton of orders 1 to 12: smooth problems, costly right-hand sides";
  e.citation =
      "A. C. Hindmarsh et al., ACM Trans. Math. Softw. 31 (2005) 363-396; D. J. Gardner et al., ACM Trans. Math. "
      "Softw. 48 (2022) 31";
  e.order = 12;
  e.embedded_order = 11;
  e.dense_order = 12;
  e.dense = DenseOutput::own;
  e.variable_order = true;
  e.varying_stages = true;
  e.own_control = true;
  e.multistep = true;
  e.vectors = 30;
  e.make = [](System& system, Statistics& statistics, const Options& o) {
    return sundials::make_cvode(sundials::Formula::adams, system, statistics, o);
  };
  return e;
}

}  // namespace neurode::integrate
