#include "integrate/method_list.hpp"
#include "integrate/one_step.hpp"

namespace neurode::integrate {
namespace {

/// First z' = z + h F_z(x, z) of the auxiliary states (velocities, moments, sums of squares), then x' = x + h F_x(x,
/// z') of everything else. On the flow of an optimiser it is the optimiser: heavy_ball with friction c becomes
/// classical momentum mu = 1 - h c with learning rate h^2, adagrad, rmsprop and adam (corrected = false) theirs with
/// rate h.
/// @par Source  E. Hairer, C. Lubich, G. Wanner, Geometric Numerical Integration, Springer 2006, I.1.2 (symplectic
/// Euler); B. T. Polyak, USSR Comput. Math. Math. Phys. 4 (1964) 1-17 (momentum)
class SemiImplicitEuler final : public OneStep {
 public:
  SemiImplicitEuler(System& system, Statistics& statistics)
      : OneStep(system, statistics), rates_(Vector::Zero(system.size())) {
    for (const Slice& s : system.layout().slices()) any_ = any_ || s.block == Block::auxiliary;
  }

 private:
  Trial step(double t, const Vector& x, double dt, Vector& x_new, Vector*) override {
    x_new = x + dt * start();
    if (!any_) return Trial::done;
    const auto each = [&](bool auxiliary, auto&& f) {
      for (const Slice& s : system_.layout().slices()) {
        if ((s.block == Block::auxiliary) == auxiliary) f(s.offset, s.size());
      }
    };
    each(false, [&](Index at, Index n) { x_new.segment(at, n) = x.segment(at, n); });
    if (!system_.rates_without(Block::auxiliary, t, x_new.data(), rates_.data())) ++statistics_.rhs;
    each(false, [&](Index at, Index n) { x_new.segment(at, n) += dt * rates_.segment(at, n); });
    return Trial::done;
  }

  Vector rates_;
  bool any_ = false;
};

}  // namespace

MethodEntry semi_implicit_euler() {
  MethodEntry e;
  e.name = "semi_implicit_euler";
  e.summary =
      "order 1: auxiliary states first, then all others with their new values; with dt fixed, flows become the "
      "discrete "
      "optimisers: heavy_ball is momentum 1 - dt friction with learning rate dt^2";
  e.citation = "E. Hairer, C. Lubich, G. Wanner, Geometric Numerical Integration, Springer 2006, I.1.2";
  e.order = 1;
  e.dense_order = 1;
  e.real_stability = 2;
  e.make = [](System& system, Statistics& statistics, const Options&) -> std::unique_ptr<Stepper> {
    return std::make_unique<SemiImplicitEuler>(system, statistics);
  };
  return e;
}

}  // namespace neurode::integrate
