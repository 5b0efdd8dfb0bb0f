#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>
#include <utility>

#include "integrate/linear/shifted_jacobian.hpp"
#include "integrate/one_step.hpp"
#include "integrate/rosenbrock/tableau.hpp"
#include "integrate/step_control.hpp"

namespace neurode::integrate {
namespace {

constexpr std::size_t kMostStages = 8;
constexpr std::size_t kMostTerms = kMostStages;

/// out = from + sum w_k v_k in one pass; `out` may be `from`, but none of the v. `fixed`: the size, or 0 for any.
template <Index fixed, std::size_t terms>
void combine(Index n, const double* from, const double* const* v, const double* w, double* out) {
  std::array<const double*, terms> p{};
  std::array<double, terms> c{};
  for (std::size_t k = 0; k < terms; ++k) p[k] = v[k], c[k] = w[k];
  if constexpr (fixed > 0) {
    std::array<double, fixed> sum;
    std::copy_n(from, fixed, sum.begin());
#pragma GCC unroll 16
    for (std::size_t k = 0; k < terms; ++k) {
#pragma GCC unroll 16
      for (std::size_t i = 0; i < fixed; ++i) sum[i] += c[k] * p[k][i];
    }
    std::copy_n(sum.begin(), fixed, out);
  } else {
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) {
      double sum = from[i];
#pragma GCC unroll 16
      for (std::size_t k = 0; k < terms; ++k) sum += c[k] * p[k][i];
      out[i] = sum;
    }
  }
}

using Combine = void (*)(Index, const double*, const double* const*, const double*, double*);
using CombineRow = std::array<Combine, kMostTerms + 1>;
template <Index fixed, std::size_t... terms>
constexpr CombineRow combine_row(std::index_sequence<terms...>) {
  return {&combine<fixed, terms>...};
}
constexpr auto kAllTerms = std::make_index_sequence<kMostTerms + 1>();

/// Fixed sizes where they are faster (measured): at 2 and 3 the loads of whole vectors wait for the stores of single
/// numbers by the solve before.
CombineRow combine_for(Index n) {
  switch (n) {
    case 4:
      return combine_row<4>(kAllTerms);
    case 5:
      return combine_row<5>(kAllTerms);
    case 6:
      return combine_row<6>(kAllTerms);
    case 7:
      return combine_row<7>(kAllTerms);
    case 8:
      return combine_row<8>(kAllTerms);
    default:
      return combine_row<0>(kAllTerms);
  }
}

/// The terms of a sum over stages whose weights are not 0.
struct Terms {
  std::size_t count = 0;
  std::array<const double*, kMostTerms> v{};
  std::array<double, kMostTerms> weight{};

  void add(const double* what, double w) {
    v[count] = what;
    weight[count++] = w;
  }
};

class RosenbrockStepper final : public OneStep {
 public:
  RosenbrockStepper(const RosenbrockTableau& t, System& system, Statistics& statistics)
      : OneStep(system, statistics),
        tableau_(t),
        matrix_(system, statistics),
        fsal_(t.fsal()),
        size_(system.size()),
        combine_(combine_for(size_)) {
    if (t.stages() > kMostStages) throw std::logic_error("more stages than the Rosenbrock stepper has room for");
    u_.assign(t.stages(), Vector::Zero(size_));
    for (Vector* v : {&argument_, &f_, &ft_, &zero_}) v->setZero(size_);
    // Where a point is the one before and one stage more (the last stages of stiffly accurate methods), only that is
    // added.
    for (std::size_t i = 0; i < t.stages(); ++i) {
      Stage s;
      s.same_point = t.same_point(i);
      if (i > 0) fill(s.from_x, s.a, t.a[i - 1], i > 1 ? &t.a[i - 2] : nullptr);
      for (std::size_t j = 0; j < i; ++j) {
        if (t.c[i - 1][j] != 0) s.c.add(u_[j].data(), t.c[i - 1][j]);
      }
      stages_.push_back(s);
    }
    fill(end_from_x_, end_terms_, t.m, t.a.empty() ? nullptr : &t.a.back());
    for (std::size_t i = 0; i < t.stages(); ++i) {
      if (t.m[i] != t.m_embedded[i]) error_terms_.add(u_[i].data(), t.m[i] - t.m_embedded[i]);
    }
  }

  void interpolate(double theta, Vector& x) override {
    if (tableau_.bulge.empty()) return OneStep::interpolate(theta, x);
    x = (1 - theta) * *x_ + theta * *x_new_;
    Terms terms;
    for (std::size_t i = 0; i < u_.size(); ++i) {
      double w = 0;
      for (std::size_t m = tableau_.bulge.size(); m-- > 0;) w = w * theta + tableau_.bulge[m][i];
      if (w != 0) terms.add(u_[i].data(), theta * (1 - theta) * w);
    }
    sum(terms, terms.weight.data(), x.data(), x.data());
  }

 protected:
  void forget() override { linearised_ = false; }
  void accepted() override { linearised_ = false; }

  Trial step(double t, const Vector& x, double dt, Vector& x_new, Vector* error) override {
    if (!linearised_) {
      matrix_.evaluate(t, x.data());
      autonomous_ = !system_.time_derivative(t, x.data(), ft_.data());
      linearised_ = true;
    }
    if (!matrix_.factorise(1 / (tableau_.gamma * dt))) return Trial::solver_failed;
    const std::size_t last = stages_.size() - 1;
    const double per_dt = 1 / dt;
    std::array<double, kMostStages> weights;
    const double* f = start().data();
    for (std::size_t i = 0; i <= last; ++i) {
      const Stage& s = stages_[i];
      if (i > 0 && !s.same_point) {
        const bool at_end = fsal_ && i == last;
        Vector& point = at_end ? x_new : argument_;
        Vector& slope = at_end ? end() : f_;
        sum(s.a, s.a.weight.data(), s.from_x ? x.data() : argument_.data(), point.data());
        rhs(t + tableau_.alpha[i] * dt, point, slope);
        f = slope.data();
        if (at_end) {
          end_is_known();
          if (error == nullptr) return Trial::done;
        }
      }
      double* u = u_[i].data();
      for (std::size_t k = 0; k < s.c.count; ++k) weights[k] = s.c.weight[k] * per_dt;
      sum(s.c, weights.data(), f, u);
      if (!autonomous_ && tableau_.gamma_sum[i] != 0) {
        const double w = tableau_.gamma_sum[i] * dt;
        for (Index k = 0; k < size_; ++k) u[k] += w * ft_[k];
      }
      matrix_.solve(u);
    }
    if (!fsal_) sum(end_terms_, end_terms_.weight.data(), end_from_x_ ? x.data() : argument_.data(), x_new.data());
    if (!all_finite(x_new)) blame(t, x, dt, x_new);
    if (error) {
      sum(error_terms_, error_terms_.weight.data(), zero_.data(), error->data());
      if (fsal_ && !all_finite(end())) *error = end();
    }
    return Trial::done;
  }

 private:
  /// out = from + the sum of the terms with these weights
  void sum(const Terms& terms, const double* weights, const double* from, double* out) const {
    combine_[terms.count](size_, from, terms.v.data(), weights, out);
  }

  struct Stage {
    bool same_point = false;  ///< F is that of the stage before
    bool from_x = true;       ///< `a` adds to x, else to the point before
    Terms a, c;
  };

  /// The sum over `row`, or what it adds to the sum over `before`, whose numbers it then starts with.
  void fill(bool& from_x, Terms& terms, const std::vector<double>& row, const std::vector<double>* before) {
    from_x = before == nullptr || !std::equal(before->begin(), before->end(), row.begin());
    for (std::size_t j = from_x ? 0 : row.size() - 1; j < row.size(); ++j) {
      if (row[j] != 0) terms.add(u_[j].data(), row[j]);
    }
  }

  /// x_new is not finite, for one component's F or for overflow; the solves have spread it to all. If it was F, x_new
  /// becomes that F, for drive() to name the component.
  void blame(double t, const Vector& x, double dt, Vector& x_new) {
    std::size_t i = 0;
    while (i + 1 < u_.size() && all_finite(u_[i])) ++i;
    if (i == 0) return;  // drive() looks at F at the start itself
    argument_ = x;
    for (std::size_t j = 0; j < i; ++j) argument_ += tableau_.a[i - 1][j] * u_[j];
    rhs(t + tableau_.alpha[i] * dt, argument_, f_);
    if (!all_finite(f_)) x_new = f_;
  }

  const RosenbrockTableau& tableau_;
  ShiftedJacobian matrix_;
  const bool fsal_;
  const Index size_;
  const CombineRow combine_;
  std::vector<Vector> u_;
  Vector argument_, f_, ft_, zero_;
  std::vector<Stage> stages_;
  bool end_from_x_ = true;
  Terms end_terms_, error_terms_;
  bool linearised_ = false;  ///< J and dF/dt are those of the step's start
  bool autonomous_ = false;
};

}  // namespace

std::unique_ptr<Stepper> make_rosenbrock(const RosenbrockTableau& t, System& system, Statistics& statistics) {
  return std::make_unique<RosenbrockStepper>(t, system, statistics);
}

}  // namespace neurode::integrate
