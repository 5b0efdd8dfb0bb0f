#include "integrate/sundials/cvode.hpp"
#include "integrate/sundials/dense.hpp"

namespace neurode::integrate {

MethodEntry cvode_bdf() {
  MethodEntry e;
  e.name = "cvode_bdf";
  e.summary = "SUNDIALS CVODE, backward differentiation of orders 1 to 5: stiff, also large (J v above n = 300)";
  e.citation =
      "A. C. Hindmarsh et al., ACM Trans. Math. Softw. 31 (2005) 363-396; D. J. Gardner et al., ACM Trans. Math. "
      "Softw. 48 (2022) 31";
  e.order = 5;
  e.embedded_order = 4;
  e.dense_order = 5;
  e.dense = DenseOutput::own;
  e.variable_order = true;
  e.varying_stages = true;
  e.own_control = true;
  e.multistep = true;
  e.stiff = true;
  e.needs_jvp = true;
  e.needs_jacobian = true;
  e.dense_up_to = sundials::kLargestDense;
  e.vectors = 56;
  e.make = [](System& system, Statistics& statistics, const Options& o) {
    return sundials::make_cvode(sundials::Formula::bdf, system, statistics, o);
  };
  return e;
}

}  // namespace neurode::integrate
