#include <limits>

#include "integrate/sundials/arkode.hpp"
#include "integrate/sundials/dense.hpp"

namespace neurode::integrate {

MethodEntry ark436() {
  MethodEntry e;
  e.name = "ark436";
  e.summary = "SUNDIALS ARKODE, ARK4(3)6L[2]SA: activity implicit, weights explicit; stiff activity that learns";
  e.citation =
      "C. A. Kennedy, M. H. Carpenter, Appl. Numer. Math. 44 (2003) 139-181; D. R. Reynolds et al., ACM Trans. Math. "
      "Softw. 49 (2023) 19";
  e.order = 4;
  e.embedded_order = 3;
  e.dense_order = 3;
  e.dense = DenseOutput::own;
  e.stages = 6;  // one in the explicit stage, one Newton iteration in each of the others
  e.varying_stages = true;
  e.own_control = true;
  e.stiff = true;
  e.needs_jvp = true;
  e.needs_jacobian = true;
  e.real_stability = std::numeric_limits<double>::infinity();  // of the implicit method
  e.dense_up_to = sundials::kLargestDense;
  e.vectors = 61;
  e.make = sundials::make_ark436;
  return e;
}

}  // namespace neurode::integrate
