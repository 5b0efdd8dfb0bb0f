#include "integrate/exponential/rosenbrock.hpp"
#include "integrate/method_list.hpp"

namespace neurode::integrate {
namespace {

/// With L and D of ExponentialRosenbrock:
///
///     U = L(1),   x_new = U + 2 h phi_3(h J) D(1)
///
/// and U itself is the embedded solution of order 2.
class Exprb32 final : public ExponentialRosenbrock {
 public:
  Exprb32(System& system, Statistics& statistics, const Options& options)
      : ExponentialRosenbrock(system, statistics, options),
        stage_(Vector::Zero(system.size())),
        d_(stage_),
        correction_(stage_) {}

 private:
  Trial step(double t, const Vector& x, double dt, Vector& x_new, Vector* error) override {
    if (!linearise(t, x, dt)) return Trial::solver_failed;
    linear(KrylovPhi::kWhole, stage_);
    residual(1, stage_, d_);
    if (!all_finite(d_)) return spoiled(d_, x_new);
    const Weights w = {0, 0, 0, 2 * dt, 0};
    if (!project(d_, w)) return Trial::solver_failed;
    correction_.setZero();
    add(w, correction_);
    x_new = stage_ + correction_;
    if (error) *error = correction_;
    return Trial::done;
  }

  Vector stage_, d_, correction_;
};

}  // namespace

MethodEntry exprb32() {
  MethodEntry e;
  e.name = "exprb32";
  e.summary = "exponential Rosenbrock: order 3(2), stiff systems of any size by products J v alone";
  e.citation = "M. Hochbruck, A. Ostermann, J. Schweitzer, SIAM J. Numer. Anal. 47 (2009) 786-803";
  e.order = 3;
  e.embedded_order = 2;
  e.dense_order = 3;
  e.stages = 2;
  e.stiff = true;
  e.needs_jvp = true;
  e.real_stability = std::numeric_limits<double>::infinity();
  e.vectors = 143;
  e.make = [](System& system, Statistics& statistics, const Options& options) -> std::unique_ptr<Stepper> {
    return std::make_unique<Exprb32>(system, statistics, options);
  };
  return e;
}

}  // namespace neurode::integrate
