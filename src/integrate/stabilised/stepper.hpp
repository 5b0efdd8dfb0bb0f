#pragma once

#include "integrate/one_step.hpp"
#include "integrate/stabilised/spectral_radius.hpp"

namespace neurode::integrate {

/// What stabilised explicit methods share: they follow the spectral radius rho of the Jacobian and take as many stages
/// as a step with dt rho needs. A method adds the numbers of stages it knows, and the step.
class StabilisedStepper : public OneStep {
 public:
  StabilisedStepper(System& system, Statistics& statistics, const Options& o);

  /// Until rho is known (in the first step), any step may be tried; one that is too long then fails.
  double largest_step() const final;

  /// Numbers of stages to choose from: choice 0 ... choices() - 1, ascending.
  virtual int choices() const = 0;
  virtual int stages(int choice) const = 0;
  /// Length of the stability interval on the negative real axis, ascending.
  virtual double reach(int choice) const = 0;

  /// Takes rho as known from here on, and estimates nothing. For tests.
  void assume_radius(double rho);
  double radius() const { return radius_; }

 protected:
  /// OneStep::step() with the stages of `choice`.
  virtual void take(int choice, double t, const Vector& x, double dt, Vector& x_new, Vector* error) = 0;

 private:
  Trial step(double t, const Vector& x, double dt, Vector& x_new, Vector* error) final;
  void forget() final;
  void accepted() final;
  void refresh(double t, const Vector& x, double dt);
  int choose(double z) const;

  enum class Freshness { old, here, here_with_noise };

  SpectralRadius estimate_;
  double radius_ = 0;
  double dt_at_estimate_ = 0;
  int age_ = 0;  ///< accepted steps since the estimate
  Freshness freshness_ = Freshness::old;
  bool known_ = false, assumed_ = false;
  bool tried_ = false;  ///< a step was tried from here: if it is tried again, it was rejected
};

}  // namespace neurode::integrate
