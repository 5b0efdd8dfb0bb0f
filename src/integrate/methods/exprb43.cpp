#include "integrate/exponential/rosenbrock.hpp"
#include "integrate/method_list.hpp"

namespace neurode::integrate {
namespace {

/// With L and D of ExponentialRosenbrock:
///
///     U2 = L(1/2),   U3 = L(1) + h phi_1(h J) D2
///     x_new = L(1) + h (16 phi_3 - 48 phi_4)(h J) D2 + h (-2 phi_3 + 12 phi_4)(h J) D3
///
/// The embedded solution, of order 3, lacks the terms with phi_4.
class Exprb43 final : public ExponentialRosenbrock {
 public:
  Exprb43(System& system, Statistics& statistics, const Options& options)
      : ExponentialRosenbrock(system, statistics, options), stage_(Vector::Zero(system.size())), d_(stage_) {}

 private:
  Trial step(double t, const Vector& x, double dt, Vector& x_new, Vector* error) override {
    if (!linearise(t, x, dt)) return Trial::solver_failed;
    linear(KrylovPhi::kHalf, stage_);
    linear(KrylovPhi::kWhole, x_new);
    if (error) error->setZero();

    residual(0.5, stage_, d_);
    if (!all_finite(d_)) return spoiled(d_, x_new);
    if (!project(d_, {0, dt, 0, 16 * dt, 48 * dt})) return Trial::solver_failed;
    stage_ = x_new;
    add({0, dt, 0, 0, 0}, stage_);
    add({0, 0, 0, 16 * dt, -48 * dt}, x_new);
    if (error) add({0, 0, 0, 0, -48 * dt}, *error);

    residual(1, stage_, d_);
    if (!all_finite(d_)) return spoiled(d_, x_new);
    if (!project(d_, {0, 0, 0, 2 * dt, 12 * dt})) return Trial::solver_failed;
    add({0, 0, 0, -2 * dt, 12 * dt}, x_new);
    if (error) add({0, 0, 0, 0, 12 * dt}, *error);
    return Trial::done;
  }

  Vector stage_, d_;
};

}  // namespace

MethodEntry exprb43() {
  MethodEntry e;
  e.name = "exprb43";
  e.summary = "exponential Rosenbrock: order 4(3), stiff systems of any size by products J v alone";
  e.citation = "M. Hochbruck, A. Ostermann, J. Schweitzer, SIAM J. Numer. Anal. 47 (2009) 786-803";
  e.order = 4;
  e.embedded_order = 3;
  e.dense_order = 3;
  e.stages = 3;
  e.stiff = true;
  e.needs_jvp = true;
  e.real_stability = std::numeric_limits<double>::infinity();
  e.vectors = 142;
  e.make = [](System& system, Statistics& statistics, const Options& options) -> std::unique_ptr<Stepper> {
    return std::make_unique<Exprb43>(system, statistics, options);
  };
  return e;
}

}  // namespace neurode::integrate
