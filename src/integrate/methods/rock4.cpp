#include "integrate/stabilised/rock.hpp"

namespace neurode::integrate {
namespace {

/// With rho and s stages: X_{s-4} of the recurrence, then a four-stage Runge-Kutta step from there, which with the
/// recurrence makes order 4. F at the end is the fifth stage of the embedded formula.
class Rock4 final : public StabilisedStepper {
 public:
  Rock4(System& system, Statistics& statistics, const Options& o)
      : StabilisedStepper(system, statistics, o), steps_(system.size()) {
    f2_ = f3_ = f4_ = Vector::Zero(system.size());
    const auto& rows = rock4_rows();
    const int most = usable(rows, o.rtol);
    for (int k = 0; k < most; ++k) recurrences_.push_back(recurrence_of(rows[at(k)]));
  }

  int choices() const override { return static_cast<int>(recurrences_.size()); }
  int stages(int choice) const override { return recurrences_[at(choice)].degree() + 4; }
  double reach(int choice) const override { return -rock4_rows()[at(choice)].left; }

 private:
  static std::size_t at(int choice) { return static_cast<std::size_t>(choice); }

  void take(int choice, double t, const Vector& x, double dt, Vector& x_new, Vector* error) override {
    const auto& row = rock4_rows()[at(choice)];
    const auto& recurrence = recurrences_[at(choice)];
    const auto f = [this](double time, const Vector& state, Vector& out) { rhs(time, state, out); };
    const Vector& y = steps_.run(recurrence, t, x, dt, start(), f);
    const double from = t + recurrence.steps.back().c * dt;
    const auto& a = row.a;
    const auto& b = row.b;
    Vector& f1 = steps_.f();
    Vector& g = steps_.scratch();
    rhs(from, y, f1);
    g = y + (dt * a[0]) * f1;
    rhs(from + a[0] * dt, g, f2_);
    g = y + (dt * a[1]) * f1 + (dt * a[2]) * f2_;
    rhs(from + (a[1] + a[2]) * dt, g, f3_);
    g = y + (dt * a[3]) * f1 + (dt * a[4]) * f2_ + (dt * a[5]) * f3_;
    rhs(from + (a[3] + a[4] + a[5]) * dt, g, f4_);
    x_new = y + (dt * b[0]) * f1 + (dt * b[1]) * f2_ + (dt * b[2]) * f3_ + (dt * b[3]) * f4_;
    if (!error) return;
    const auto& e = row.b_embedded;
    const Vector& f5 = derivative_at_end();
    *error = (dt * (b[0] - e[0])) * f1 + (dt * (b[1] - e[1])) * f2_ + (dt * (b[2] - e[2])) * f3_ +
             (dt * (b[3] - e[3])) * f4_ - (dt * e[4]) * f5;
  }

  std::vector<Recurrence> recurrences_;
  RecurrenceSteps steps_;
  Vector f2_, f3_, f4_;
};

}  // namespace

/// Departures from the published code: the estimate of rho (SpectralRadius); no more stages than rounding errors allow
/// at rtol (usable()); the methods of 133 and of 152 stages are left out, whose published polynomials reach 1.006 and
/// 1.008 in size near z = -8.
MethodEntry rock4() {
  MethodEntry e;
  e.name = "rock4";
  e.summary = "ROCK4: stabilised, order 4, for mild stiffness with a real spectrum at tighter tolerances";
  e.citation = "A. Abdulle, SIAM J. Sci. Comput. 23 (2002) 2041-2054";
  e.order = 4;
  e.embedded_order = 3;
  e.dense_order = 3;
  e.stages = 5;
  e.fsal = true;
  e.varying_stages = true;
  e.make = [](System& system, Statistics& statistics, const Options& o) -> std::unique_ptr<Stepper> {
    return std::make_unique<Rock4>(system, statistics, o);
  };
  return e;
}

}  // namespace neurode::integrate
