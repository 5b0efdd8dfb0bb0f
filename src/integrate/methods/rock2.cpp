#include "integrate/stabilised/rock.hpp"

namespace neurode::integrate {
namespace {

/// With rho and s stages: X_{s-2} of the recurrence, then
///
///     G   = X + sigma dt F(X),   error = rest dt (F(G) - F(X)),   x_new = G + sigma dt F(G) + error
class Rock2 final : public StabilisedStepper {
 public:
  Rock2(System& system, Statistics& statistics, const Options& o)
      : StabilisedStepper(system, statistics, o), steps_(system.size()), f_(Vector::Zero(system.size())) {
    const auto& rows = rock2_rows();
    const int most = usable(rows, o.rtol);
    for (int k = 0; k < most; ++k) recurrences_.push_back(recurrence_of(rows[at(k)]));
  }

  int choices() const override { return static_cast<int>(recurrences_.size()); }
  int stages(int choice) const override { return recurrences_[at(choice)].degree() + 2; }
  double reach(int choice) const override { return -rock2_rows()[at(choice)].left; }

 private:
  static std::size_t at(int choice) { return static_cast<std::size_t>(choice); }

  void take(int choice, double t, const Vector& x, double dt, Vector& x_new, Vector* error) override {
    const auto& row = rock2_rows()[at(choice)];
    const auto& recurrence = recurrences_[at(choice)];
    const auto f = [this](double time, const Vector& state, Vector& out) { rhs(time, state, out); };
    const Vector& last = steps_.run(recurrence, t, x, dt, start(), f);
    const double c = recurrence.steps.back().c, h = row.sigma * dt;
    Vector& g = steps_.scratch();
    Vector& f_last = steps_.f();
    rhs(t + c * dt, last, f_last);
    g = last + h * f_last;
    rhs(t + c * dt + h, g, f_);
    x_new = g + (h + row.rest * dt) * f_ - (row.rest * dt) * f_last;
    if (error) *error = (row.rest * dt) * (f_ - f_last);
  }

  std::vector<Recurrence> recurrences_;
  RecurrenceSteps steps_;
  Vector f_;
};

}  // namespace

/// The error estimate is the published one, of second order only: cautious, at tight tolerances very.
/// Departures from the published code: a number of stages is used up to where its polynomial is stable (the code's
/// formula .811 s^2 - 1.5 lies up to .4 % beyond that for s > 9, which its rounding up of s makes good); no more stages
/// than rounding errors allow at rtol (usable()); the estimate of rho (SpectralRadius).
MethodEntry rock2() {
  MethodEntry e;
  e.name = "rock2";
  e.summary = "ROCK2: stabilised, order 2, for mild stiffness with a real spectrum (gradient flows, diffusion)";
  e.citation = "A. Abdulle, A. A. Medovikov, Numer. Math. 90 (2001) 1-18";
  e.order = 2;
  e.embedded_order = 1;
  e.dense_order = 2;
  e.stages = 3;
  e.varying_stages = true;
  e.make = [](System& system, Statistics& statistics, const Options& o) -> std::unique_ptr<Stepper> {
    return std::make_unique<Rock2>(system, statistics, o);
  };
  return e;
}

}  // namespace neurode::integrate
