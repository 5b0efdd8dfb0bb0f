#include "integrate/implicit/one_stage.hpp"

namespace neurode::integrate {

MethodEntry implicit_midpoint() {
  MethodEntry e = one_stage_entry();
  e.name = "implicit_midpoint";
  e.summary = "implicit midpoint rule: order 2, fixed step, A-stable, symplectic, keeps quadratic invariants";
  e.citation = "E. Hairer, C. Lubich, G. Wanner, Geometric Numerical Integration, 2nd ed. (2006), II.1, IV.2";
  e.order = 2;
  e.dense_order = 2;
  e.make = [](System& system, Statistics& statistics, const Options&) {
    return make_one_stage(0.5, system, statistics);
  };
  return e;
}

}  // namespace neurode::integrate
