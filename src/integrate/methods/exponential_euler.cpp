#include <cmath>
#include <limits>

#include "integrate/method_list.hpp"
#include "integrate/one_step.hpp"

namespace neurode::integrate {
namespace {

/// x_i + h phi_1(h d_i) F_i, where d_i is the rate of the i-th equation, seen as one in x_i alone
/// (System::linear_rates()): exact for an equation linear in its own variable while the others stand still, Euler's
/// step for one that is not. @par Source  S. Rush, H. Larsen, IEEE Trans. Biomed. Eng. 25 (1978) 389-392
class ExponentialEuler final : public OneStep {
 public:
  ExponentialEuler(System& system, Statistics& statistics)
      : OneStep(system, statistics), rates_(Vector::Zero(system.size())) {}

 private:
  Trial step(double t, const Vector& x, double dt, Vector& x_new, Vector*) override {
    if (!system_.linear_rates(t, x.data(), rates_.data())) {
      x_new = x + dt * start();
      return Trial::done;
    }
    for (Index i = 0; i < x.size(); ++i) {
      const double d = rates_[i];
      x_new[i] = x[i] + (d == 0 ? dt : std::expm1(dt * d) / d) * start()[i];
    }
    return Trial::done;
  }

  Vector rates_;
};

}  // namespace

MethodEntry exponential_euler() {
  MethodEntry e;
  e.name = "exponential_euler";
  e.summary = "Rush-Larsen: order 1, gates and leaks solved exactly; Euler where the system tells no linear rates";
  e.citation = "S. Rush, H. Larsen, IEEE Trans. Biomed. Eng. 25 (1978) 389-392";
  e.order = 1;
  e.dense_order = 1;
  // Of a decay whose rate the system tells; 2, Euler's, where it does not.
  e.real_stability = std::numeric_limits<double>::infinity();
  e.make = [](System& system, Statistics& statistics, const Options&) -> std::unique_ptr<Stepper> {
    return std::make_unique<ExponentialEuler>(system, statistics);
  };
  return e;
}

}  // namespace neurode::integrate
