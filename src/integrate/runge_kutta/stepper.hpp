#pragma once

#include <array>
#include <boost/numeric/odeint/algebra/default_operations.hpp>
#include <boost/numeric/odeint/algebra/vector_space_algebra.hpp>
#include <boost/numeric/odeint/stepper/explicit_error_generic_rk.hpp>
#include <boost/numeric/odeint/util/state_wrapper.hpp>
#include <cmath>
#include <memory>
#include <utility>

#include "integrate/runge_kutta/tableau.hpp"
#include "integrate/step_control.hpp"

namespace neurode::integrate {

/// odeint's generic Runge-Kutta algorithm with the stages kept: FSAL and dense output need them, and odeint's own
/// steppers hide them. Heavy: include it only where a number of stages is instantiated (runge_kutta/stages_*.cpp).
template <std::size_t kStages, bool kFsal>
class RungeKuttaStepper final : public Stepper {
 public:
  RungeKuttaStepper(const Tableau& t, System& system, Statistics& statistics, const Options& o)
      : rhs_{&system, &statistics},
        algorithm_(rows(t), weights<kAdvance>(t.b), weights<kAdvance>(t.c)),
        only_weight_(t.b[0]),
        scale_(o.rtol, o.atol, system.size()) {
    if (!t.b_embedded.empty()) {
      for (std::size_t i = 0; i < kStages; ++i) error_weights_[i] = t.b[i] - t.b_embedded[i];
    }
    const Index n = system.size();
    if (!t.b_low.empty()) {
      for (std::size_t i = 0; i < kStages; ++i) low_weights_[i] = t.b[i] - t.b_low[i];
      low_.setZero(n);
    }
    for (Vector* v : {&start_, &stage_x_}) v->setZero(n);
    for (auto& k : stages_) k.m_v.setZero(n);
    bulge_weights_ = t.bulge;
    bulge_.assign(t.bulge.size(), Vector::Zero(n));
    // The last stage before F at the end, if it stands at the end too.
    const std::size_t twin = kFsal ? kStages - 2 : kStages - 1;
    if (kStages > 2 && t.c[twin] == 1) {
      for (std::size_t j = 0; j <= twin; ++j) twin_weights_.push_back(t.b[j] - (j < twin ? t.a[twin - 1][j] : 0));
    }
    extra_weights_ = t.extra;
    extra_c_ = t.extra_c;
    extra_.assign(t.extra.size(), Vector::Zero(n));
  }

  void reset() override { start_known_ = end_known_ = bulge_known_ = follows_ = false; }

  const Vector& prime(double t, const Vector& x) override {
    rhs_(x, start_, t);
    start_known_ = true;
    return start_;
  }

  Trial try_step(double t, const Vector& x, double dt, Vector& x_new, Vector* error) override {
    // After a step the first stage is F at that step's end as interpolate() computes it: at t_ + dt_, which may differ
    // from t in its last bit. So results do not depend, not by a bit, on whether someone interpolated.
    if (!start_known_) prime(follows_ ? t_ + dt_ : t, x);
    t_ = t, dt_ = dt, x_ = &x, x_new_ = &x_new;
    if constexpr (kStages > 1) {
      algorithm_.do_step(algebra_, rhs_, x, start_, t, x_new, dt, stage_x_, stages_.data());
    } else {
      x_new = x + dt * only_weight_ * start_;  // odeint's has an array of no stages, which clang refuses
    }
    end_known_ = bulge_known_ = false;
    if constexpr (kFsal) derivative_at_end();
    if constexpr (kStages > 1) {
      if (error) combine(error_weights_, dt, *error);
      if (error && low_.size() > 0) temper(dt, x, x_new, *error);
    }
    return Trial::done;
  }

  void accept() override {
    start_.swap(stages_[kEnd].m_v);
    start_known_ = end_known_;
    follows_ = true;
    end_known_ = bulge_known_ = false;
  }

  void interpolate(double theta, Vector& x) override {
    const Vector& end = derivative_at_end();
    const double rest = 1 - theta;
    const double w = theta * theta * (3 - 2 * theta), w0 = rest * rest * (1 + 2 * theta);
    const double slope = dt_ * theta * rest * rest, end_slope = -dt_ * theta * theta * rest;
    x = w0 * *x_ + w * *x_new_ + slope * start_ + end_slope * end;
    if (bulge_.empty()) return;
    if (!bulge_known_) compute_bulge();
    double height = theta * theta * rest * rest;
    for (const Vector& b : bulge_) {
      x += height * b;
      height *= 2 * theta - 1;
    }
  }

  const Vector& derivative_at_end() override {
    Vector& end = stages_[kEnd].m_v;
    if (!end_known_) rhs_(*x_new_, end, t_ + dt_);
    end_known_ = true;
    return end;
  }

  const Vector& derivative_at_start() const override { return start_; }

  /// |F(x_new) - k_s| / |x_new - X_s| at the scale of the tolerances, where stage s stands at the end of the step as
  /// well.
  double stiffness() override {
    if (twin_weights_.empty()) return 0;
    const Vector& end = derivative_at_end();
    double up = 0, down = 0;
    const std::size_t last = twin_weights_.size() - 1;
    const Vector& twin = k(last);
    for (Index i = 0; i < end.size(); ++i) {
      double apart = 0;
      for (std::size_t j = 0; j <= last; ++j) apart += twin_weights_[j] * k(j)[i];
      const double w = scale_.weight(i, (*x_new_)[i]), f = w * (end[i] - twin[i]);
      apart *= w;
      up += f * f;
      down += apart * apart;
    }
    return down > 0 ? std::sqrt(up / down) : 0;
  }

 private:
  /// Stages odeint's algorithm runs; an FSAL method's last stage is F at the end, computed here.
  static constexpr std::size_t kAdvance = kFsal ? kStages - 1 : kStages;
  /// Where F at the end stands: stage i > 1 is stages_[i - 2].
  static constexpr std::size_t kEnd = kAdvance - 1;

  using Algebra = boost::numeric::odeint::vector_space_algebra;
  using Operations = boost::numeric::odeint::default_operations;
  using Algorithm = boost::numeric::odeint::detail::generic_rk_algorithm<kAdvance, double, Algebra, Operations>;
  template <std::size_t n>
  using Row = boost::array<double, n>;

  struct Rhs {
    System* system;
    Statistics* statistics;
    void operator()(const Vector& x, Vector& dxdt, double t) const {
      ++statistics->rhs;
      system->rhs(t, x.data(), dxdt.data());
    }
  };

  template <std::size_t n>
  static Row<n> weights(const std::vector<double>& v) {
    Row<n> r;
    std::copy_n(v.begin(), n, r.begin());
    return r;
  }
  static typename Algorithm::coef_a_type rows(const Tableau& t) {
    return [&]<std::size_t... i>(std::index_sequence<i...>) {
      return typename Algorithm::coef_a_type(weights<i + 1>(t.a[i])...);
    }
    (std::make_index_sequence<kAdvance - 1>());
  }

  /// out = dt sum w_i k_i, in one pass. (odeint's generic_rk_scale_sum_err has no seven stages.)
  void combine(const Row<kStages>& w, double dt, Vector& out) {
    [&]<std::size_t... i>(std::index_sequence<i...>) {
      out = (((w[0] * dt) * start_) + ... + ((w[i + 1] * dt) * stages_[i].m_v));
    }
    (std::make_index_sequence<kStages - 1>());
  }

  /// The error of two embedded formulas (Tableau::b_low).
  void temper(double dt, const Vector& x, const Vector& x_new, Vector& error) {
    combine(low_weights_, dt, low_);
    const double high = scale_(error, x, x_new), low = scale_(low_, x, x_new);
    // An infinite `low` must not turn a finite error into none.
    if (high > 0 && std::isfinite(low)) error *= high / std::hypot(high, 0.1 * low);
  }

  /// Stage i (from 0), F at the end and the extra stages in one row.
  const Vector& k(std::size_t i) const {
    return i == 0 ? start_ : i <= kAdvance ? stages_[i - 1].m_v : extra_[i - kAdvance - 1];
  }
  /// out += dt sum w_i k_i
  void add(const std::vector<double>& w, Vector& out) const {
    for (std::size_t i = 0; i < w.size(); ++i) {
      if (w[i] != 0) out += (w[i] * dt_) * k(i);
    }
  }
  void compute_bulge() {
    for (std::size_t j = 0; j < extra_.size(); ++j) {
      stage_x_ = *x_;
      add(extra_weights_[j], stage_x_);
      rhs_(stage_x_, extra_[j], t_ + extra_c_[j] * dt_);
    }
    for (std::size_t m = 0; m < bulge_.size(); ++m) {
      bulge_[m].setZero();
      add(bulge_weights_[m], bulge_[m]);
    }
    bulge_known_ = true;
  }

  Rhs rhs_;
  Algebra algebra_;
  Algorithm algorithm_;
  double only_weight_;  ///< of a method of one stage
  Row<kStages> error_weights_{}, low_weights_{};
  ErrorNorm scale_;
  std::vector<std::vector<double>> bulge_weights_, extra_weights_;
  std::vector<double> extra_c_;
  std::vector<double> twin_weights_;  ///< x_new less the point of the stage before F at the end, over dt
  Vector start_, stage_x_, low_;
  std::vector<Vector> bulge_, extra_;
  std::array<boost::numeric::odeint::state_wrapper<Vector>, kAdvance> stages_;
  const Vector* x_ = nullptr;
  const Vector* x_new_ = nullptr;
  double t_ = 0, dt_ = 0;
  bool start_known_ = false, end_known_ = false, bulge_known_ = false;
  bool follows_ = false;  ///< the next step starts where the last one ended
};

/// Defined in stages_<kStages>.cpp, so that each number of stages is compiled once.
template <std::size_t kStages, bool kFsal>
std::unique_ptr<Stepper> make_stages(const Tableau& t, System& system, Statistics& statistics, const Options& o) {
  return std::make_unique<RungeKuttaStepper<kStages, kFsal>>(t, system, statistics, o);
}

}  // namespace neurode::integrate
