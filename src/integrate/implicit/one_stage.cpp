#include "integrate/implicit/one_stage.hpp"

#include <cmath>
#include <limits>
#include <optional>

#include "integrate/linear/gmres.hpp"
#include "integrate/linear/shifted_jacobian.hpp"
#include "integrate/one_step.hpp"
#include "integrate/step_control.hpp"

namespace neurode::integrate {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr int kMostIterations = 60;
constexpr int kPatience = 7;  // iterations with one J
// Relative corrections that no longer shrink are rounding if they are below this. (Stiff systems amplify it.)
constexpr double kNoise = 1e-11;
constexpr double kUnknown = -1;
constexpr double kKrylovTolerance = 1e-5;
constexpr double kKrylovFailed = 0.1;

class OneStage final : public OneStep {
 public:
  OneStage(double theta, System& system, Statistics& statistics)
      : OneStep(system, statistics), theta_(theta), matrix_(system, statistics, kLargestDenseNewton) {
    if (!matrix_.usable()) krylov_.emplace(system, statistics);
    for (Vector* v : {&w_, &before_, &earlier_, &point_, &f_, &delta_}) v->setZero(system.size());
  }

 protected:
  void forget() override {
    known_ = 0;
    has_jacobian_ = stale_ = false;
  }
  void accepted() override {
    known_ = known_ > 0 && dt_ == dt_before_ ? 2 : 1;
    earlier_.swap(before_);
    before_.swap(w_);
    dt_before_ = dt_;
  }

  // The unknown is w = theta (x_new - x): w = theta dt F(t + theta dt, x + w).
  Trial step(double t, const Vector& x, double dt, Vector& x_new, Vector*) override {
    const double h = theta_ * dt, at = t + h, shift = 1 / h;
    predict(dt);
    bool from_x = known_ == 0;
    if (stale_) has_jacobian_ = false;
    stale_ = false;
    bool full = krylov_.has_value();  // Newton's iteration, not the simplified one
    double size_before = kUnknown;
    int with_this_jacobian = 0;
    for (int k = 0; k < kMostIterations; ++k) {
      point_ = x + w_;
      rhs(at, point_, f_);
      if (!all_finite(f_) && !from_x) {
        w_.setZero(), from_x = true, has_jacobian_ = false;
        continue;
      }
      delta_ = f_ - shift * w_;
      if (!all_finite(delta_)) {
        x_new = delta_;  // for drive() to see which component
        return Trial::done;
      }
      if (!solve(at, shift)) return Trial::solver_failed;
      ++with_this_jacobian;
      w_ += delta_;
      const double size = delta_.norm(), scale = (x + w_).norm();
      const double rate = size_before == kUnknown ? 1 : size / size_before;
      if (converged(x, std::min(rate, 1.0)) || (rate > 0.5 && size <= kNoise * scale)) {
        stale_ = k + 1 >= kPatience;
        x_new = x + w_ / theta_;
        return Trial::done;
      }
      size_before = size;
      if (!full && (rate > 1 || !std::isfinite(size))) {
        // Away from the solution: from x, with a J for every iteration.
        w_.setZero(), from_x = full = true;
      } else if (!full && with_this_jacobian < kPatience) {
        continue;
      }
      has_jacobian_ = false;
      with_this_jacobian = 0;
      if (!full) size_before = kUnknown;
    }
    return Trial::solver_failed;
  }

 private:
  /// w from the last steps: along a line where a component goes steadily; its value two steps ago where it alternates,
  /// as undamped stiff components of the midpoint rule do (a line would lead to other roots). Not along F at the start,
  /// which is large where a stiff component has not settled.
  void predict(double dt) {
    if (known_ == 0) {
      w_.setZero();
      return;
    }
    if (known_ == 1 || dt != dt_before_) {
      w_ = (dt / dt_before_) * before_;
      return;
    }
    for (Index i = 0; i < w_.size(); ++i) {
      const double b = before_[i], e = earlier_[i];
      w_[i] = b * e < 0 ? e : std::abs(b - e) < 0.5 * std::abs(b) ? 2 * b - e : b;
    }
  }

  /// delta_ becomes (shift I - J)^-1 delta_.
  bool solve(double at, double shift) {
    if (krylov_) {
      f_ = delta_;
      return krylov_->solve(at, point_.data(), shift, f_, kKrylovTolerance, delta_) <= kKrylovFailed;
    }
    if (!has_jacobian_) matrix_.evaluate(at, point_.data());
    if (!has_jacobian_ || shift != shift_) {
      has_jacobian_ = matrix_.factorise(shift);
      if (!has_jacobian_) return false;
      shift_ = shift;
    }
    matrix_.solve(delta_.data());
    return true;
  }

  /// Would the next correction, `rate` times this one, be rounding in every component?
  bool converged(const Vector& x, double rate) const {
    for (Index i = 0; i < w_.size(); ++i) {
      if (!(rate * std::abs(delta_[i]) <= kEpsilon * std::abs(x[i] + w_[i]))) return false;
    }
    return true;
  }

  const double theta_;
  ShiftedJacobian matrix_;
  std::optional<Gmres> krylov_;
  Vector w_, before_, earlier_, point_, f_, delta_;
  double dt_before_ = 0, shift_ = 0;
  int known_ = 0;              ///< w of how many steps of length dt_before_ in a row (2: or more)
  bool has_jacobian_ = false;  ///< and its factorisation at shift_
  bool stale_ = false;         ///< J took long: the next step takes a new one
};

}  // namespace

std::unique_ptr<Stepper> make_one_stage(double theta, System& system, Statistics& statistics) {
  return std::make_unique<OneStage>(theta, system, statistics);
}

MethodEntry one_stage_entry() {
  MethodEntry e;
  e.stages = 2;
  e.varying_stages = true;
  e.stiff = true;
  e.needs_jvp = true;  // from which small systems' J is made
  e.real_stability = std::numeric_limits<double>::infinity();
  e.dense_up_to = kLargestDenseNewton;
  e.vectors = 9;
  return e;
}

}  // namespace neurode::integrate
