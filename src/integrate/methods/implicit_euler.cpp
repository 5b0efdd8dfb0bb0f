#include "integrate/implicit/one_stage.hpp"

namespace neurode::integrate {

MethodEntry implicit_euler() {
  MethodEntry e = one_stage_entry();
  e.name = "implicit_euler";
  e.summary = "implicit Euler: order 1, fixed step, L-stable, the safest of all for stiff problems";
  e.citation = "E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, 2nd ed. (1996), IV.1, IV.8";
  e.order = 1;
  e.dense_order = 1;
  e.make = [](System& system, Statistics& statistics, const Options&) { return make_one_stage(1, system, statistics); };
  return e;
}

}  // namespace neurode::integrate
