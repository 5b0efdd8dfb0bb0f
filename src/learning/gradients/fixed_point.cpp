// Gradient flow on a recurrent network whose activity sits at its fixed point.
#include <fmt/format.h>
#include <Eigen/LU>

#include <cmath>
#include <initializer_list>

#include "learning/gradients/fixed_point.hpp"
#include "neurode/core/bytes.hpp"
#include "neurode/core/errors.hpp"

namespace neurode::learning {

using network::Assembly;

namespace {

/// External vectors of the inner program, beside 1 (activity) and Assembly::kWeights (3).
constexpr int kErrors = 4, kDirections = 5, kErrorDirections = 6, kWeightDirections = 7;

/// dw/dt = -rate dL/dw with F(x, w) = 0 kept: x by Newton with pseudo-transient continuation (which follows the flow to
/// a stable fixed point where Newton alone would wander), the error signal l by the solve J^T l = -dL/dx.
/// @par Source  Almeida 1987, Pineda 1987; C. T. Kelley, D. E. Keyes, SIAM J. Numer. Anal. 35 (1998) 508-523.
class FixedPointGradient : public Gradient {
 public:
  FixedPointGradient(const Setup& setup, Assembly assembly, ValueId loss)
      : net_(setup.network), a_(std::move(assembly)) {
    start_ = a_.initial;
    x_ = start_;
    for (const auto& w : a_.plastic) size_ += a_.program[w.value].size();
    nx_ = x_.size();
    samples_ = a_.samples;
    per_sample_ = nx_ / samples_;
    build(loss);
    if (a_.shown) shown_ = network::show_samples(*net_.data);
  }

  Index size() const override { return size_; }
  std::vector<double> breakpoints(double t0, double t1) const override {
    auto times = net_.breakpoints(t0, t1);
    if (shown_) {
      for (const double t : shown_->breakpoints(t0, t1)) times.push_back(t);
    }
    return times;
  }

  void evaluate(double t, const double* w, double* g, double* loss) override {
    settle(t, w);
    run(*gradient_, t, w, {g, loss});
  }
  void product(double t, const double* w, const double* v, double* hv, double* slope) override {
    settle(t, w);
    dx_.setZero();
    dl_.setZero();
    run(*tangent_, t, w, {tx_.data(), tl_.data(), hv}, v);
    dx_ = -tx_;
    solve(dx_, false);  // dx = -J^-1 F_w v
    run(*tangent_, t, w, {tx_.data(), tl_.data(), hv}, v);
    dl_ = -tl_;
    solve(dl_, true);
    run(*tangent_, t, w, {tx_.data(), tl_.data(), hv}, v);
    run(*gradient_, t, w, {g_.data(), slope});
    *slope = g_.dot(Eigen::Map<const Vector>(v, size_));
  }
  void transposed(double t, const double* w, const double* u, double* hu) override {
    double slope;
    product(t, w, u, hu, &slope);  // a Hessian
  }

  Program& program() override { return a_.program; }
  /// Values at the fixed point. Being looked at, now or never, changes nothing of what comes: not where the next solve
  /// starts from.
  std::unique_ptr<Sampler> sampler(const std::vector<ValueId>& values) override {
    kept_ = x_;
    return std::make_unique<GradientSampler>(a_.program, values,
                                             [this](Executable& code, double t, const double* w, double* out) {
                                               kept_ = x_;
                                               settle(t, w);
                                               run(code, t, w, {out});
                                               x_ = kept_;
                                             });
  }
  void save(ByteWriter& out) const override { out.put_all(x_); }
  void load(ByteReader& in) override { in.get_all(x_); }

 private:
  void build(ValueId loss) {
    Program& p = a_.program;
    auto& g = p.graph();
    std::vector<ValueId> states, rates, weights;
    Program::Seeds seeds = {{loss, p.elementwise(1, 1, g.constant(1))}}, directions, loss_only = seeds;
    std::vector<Executable::Output> residual, error, slope;
    for (std::size_t k = 0; k < a_.parts.size(); ++k) {
      const Slice& s = a_.layout.slices()[k];
      states.push_back(a_.parts[k].value);
      rates.push_back(a_.parts[k].rate);
      residual.push_back({rates.back(), 0, s.offset, s.size()});
      const ValueId l = p.input(kErrors, s.offset, s.rows, s.cols);
      seeds.emplace_back(rates.back(), l);
      directions.emplace_back(states.back(), p.input(kDirections, s.offset, s.rows, s.cols));
    }
    residual_ = std::make_unique<Executable>(p, residual);
    const auto columns = p.tangent(directions, rates);
    auto targets = states;
    for (const auto& w : a_.plastic) targets.push_back(w.value);
    const auto lx = p.adjoint(loss_only, states);
    auto bars = p.adjoint(seeds, targets);
    // Everything the second tangent differentiates: F, J^T l + L_x, and the weights' rates.
    std::vector<ValueId> dw, all = rates;
    for (std::size_t k = states.size(); k < bars.size(); ++k) {
      dw.push_back(bars[k]);
    }
    std::vector<Executable::Output> gradient;
    std::vector<Index> places_of;  // of each weight in the vector of all
    Index at = 0;
    for (std::size_t k = 0; k < dw.size(); ++k) {
      const Index size = p[a_.plastic[k].value].size();
      gradient.push_back({dw[k], 0, at, size});
      places_of.push_back(at);
      at += size;
    }
    gradient.push_back({loss, 1, 0, 1});
    gradient_ = std::make_unique<Executable>(p, gradient);
    for (std::size_t k = 0; k < states.size(); ++k) {
      const Slice& s = a_.layout.slices()[k];
      slope.push_back({columns[k], 0, s.offset, s.size()});
      error.push_back({lx[k], 0, s.offset, s.size()});
    }
    column_ = std::make_unique<Executable>(p, slope);
    loss_slope_ = std::make_unique<Executable>(p, error);

    for (std::size_t k = 0; k < states.size(); ++k) {
      const Slice& s = a_.layout.slices()[k];
      directions.emplace_back(seeds[k + 1].second, p.input(kErrorDirections, s.offset, s.rows, s.cols));
    }
    for (std::size_t k = 0; k < a_.plastic.size(); ++k) {
      const auto shape = p[a_.plastic[k].value];
      directions.emplace_back(a_.plastic[k].value, p.input(kWeightDirections, places_of[k], shape.rows, shape.cols));
    }
    std::vector<ValueId> outputs;
    std::vector<Executable::Output> places;
    const auto want = [&](ValueId v, int vector, Index offset, Index size) {
      places.push_back({{}, vector, offset, size});
      if (v.valid()) outputs.push_back(v);
      valid_.push_back(v.valid());
    };
    const auto slice = [this](std::size_t k) -> const Slice& { return a_.layout.slices()[k]; };
    for (std::size_t k = 0; k < states.size(); ++k) want(rates[k], 0, slice(k).offset, slice(k).size());
    for (std::size_t k = 0; k < states.size(); ++k) want(bars[k], 1, slice(k).offset, slice(k).size());
    for (std::size_t k = 0; k < dw.size(); ++k) want(dw[k], 2, places_of[k], p[a_.plastic[k].value].size());
    const auto d = p.tangent(directions, outputs);
    for (std::size_t k = 0, i = 0; k < places.size(); ++k) {
      if (valid_[k]) places[k].value = d[i++];
    }
    tangent_ = std::make_unique<Executable>(p, places);

    for (Vector* v : {&f_, &l_, &dx_, &dl_, &tx_, &tl_, &direction_, &trial_}) v->setZero(nx_);
    jacobians_.assign(static_cast<std::size_t>(samples_), Matrix::Zero(per_sample_, per_sample_));
    factors_.assign(static_cast<std::size_t>(samples_), Eigen::PartialPivLU<Matrix>(per_sample_));
    g_.setZero(size_);
    shifted_.setZero(per_sample_, per_sample_);
    part_.setZero(per_sample_);
    solved_.setZero(per_sample_);
  }

  void run(Executable& code, double t, const double* w, std::initializer_list<double*> out, const double* v = nullptr) {
    const double time[] = {t, inside(t)};
    const double* in[] = {time,       x_.data(), nullptr,
                          w,          l_.data(), direction_source_,
                          dl_.data(), v,         shown_ ? shown_->at(time[1]) : nullptr};
    if (v) in[kDirections] = dx_.data();
    code.run(in, out.begin());
  }

  /// Component i of sample s in the activity vector, whose slices are (neurons x samples) one after another.
  template <class F>
  void for_sample(Index s, F&& f) const {
    Index i = 0;
    for (const auto& slice : a_.layout.slices()) {
      for (Index r = 0; r < slice.rows; ++r, ++i) f(i, slice.offset + s * slice.rows + r);
    }
  }

  /// One product with J gives a column of every sample's block at once.
  void compute_jacobians(double t, const double* w) {
    for (Index c = 0; c < per_sample_; ++c) {
      direction_.setZero();
      for (Index s = 0; s < samples_; ++s) {
        for_sample(s, [&](Index i, Index at) {
          if (i == c) direction_[at] = 1;
        });
      }
      direction_source_ = direction_.data();
      run(*column_, t, w, {trial_.data()});
      for (Index s = 0; s < samples_; ++s) {
        auto& j = jacobians_[static_cast<std::size_t>(s)];
        for_sample(s, [&](Index i, Index at) { j(i, c) = trial_[at]; });
      }
    }
  }

  void factorise(double shift) {
    for (std::size_t s = 0; s < jacobians_.size(); ++s) {
      shifted_ = jacobians_[s];
      shifted_.diagonal().array() -= shift;
      factors_[s].compute(shifted_);
    }
  }

  /// b <- J^-1 b, or J^-T b, with the factors at hand.
  void solve(Vector& b, bool transpose) {
    for (Index s = 0; s < samples_; ++s) {
      for_sample(s, [&](Index i, Index at) { part_[i] = b[at]; });
      const auto& lu = factors_[static_cast<std::size_t>(s)];
      if (transpose) {
        // (P^T L U)^T by hand: Eigen's transposed solve permutes in place, which allocates.
        lu.matrixLU().triangularView<Eigen::Upper>().transpose().solveInPlace(part_);
        lu.matrixLU().triangularView<Eigen::UnitLower>().transpose().solveInPlace(part_);
        solved_ = lu.permutationP().transpose() * part_;
      } else {
        solved_ = lu.solve(part_);
      }
      for_sample(s, [&](Index i, Index at) { b[at] = solved_[i]; });
    }
  }

  double residual(double t, const double* w) {
    run(*residual_, t, w, {f_.data()});
    return f_.norm();
  }

  /// x to the fixed point and l to its adjoint. Starts from the last fixed point, or from the beginning if that fails.
  void settle(double t, const double* w) {
    if (!relax(t, w)) {
      x_ = start_;
      if (!relax(t, w)) {
        throw NumericalError(fmt::format(
            "activity has no fixed point within reach at t = {}; learning with mode = \"adiabatic\" needs one: "
            "smaller recurrent weights, a smaller rate, or mode = \"coupled\" may help",
            t));
      }
    }
    run(*loss_slope_, t, w, {l_.data()});
    l_ = -l_;
    solve(l_, true);
  }

  bool relax(double t, const double* w) {
    double norm = residual(t, w);
    double shift = norm > 1e-3 ? 1.0 : 0.0;  // 1 / pseudo time step
    for (int k = 0; k < kMostSteps && std::isfinite(norm); ++k) {
      compute_jacobians(t, w);
      factorise(shift);
      trial_ = f_;
      solve(trial_, false);
      x_ -= trial_;
      const double before = norm;
      norm = residual(t, w);
      if (shift == 0 && trial_.norm() <= 1e-9 * (1 + x_.norm())) {  // quadratic: the error left is rounding
        compute_jacobians(t, w);
        factorise(0);
        return std::isfinite(norm);
      }
      if (trial_.norm() <= 1e-5 * (1 + x_.norm())) {
        shift = 0;  // close: Newton alone
      } else {
        shift = norm < before ? shift * std::max(norm / before, 0.05) : std::max(2 * shift, 1.0);
      }
    }
    return false;
  }

  static constexpr int kMostSteps = 300;
  const network::Network& net_;
  Assembly a_;
  Index size_ = 0, nx_ = 0, samples_ = 1, per_sample_ = 0;
  Vector start_, x_, kept_, l_, f_, dx_, dl_, tx_, tl_, direction_, trial_, part_, solved_, g_;
  const double* direction_source_ = nullptr;
  Matrix shifted_;
  std::vector<Matrix> jacobians_;
  std::vector<Eigen::PartialPivLU<Matrix>> factors_;
  std::unique_ptr<Presented> shown_;
  std::vector<char> valid_;
  std::unique_ptr<Executable> residual_, column_, loss_slope_, gradient_, tangent_;
};

}  // namespace

std::unique_ptr<Gradient> fixed_point_gradient(const Setup& setup, Assembly assembly, ValueId loss) {
  return std::make_unique<FixedPointGradient>(setup, std::move(assembly), loss);
}

std::unique_ptr<Gradient> fixed_point_gradient(const Setup& setup, const network::Samples* samples, ValueId& loss,
                                               ValueId& output) {
  Assembly a = network::assemble(setup.network, {samples, false, false, true});
  loss = add_loss(setup, a, samples, false);
  output = a.outputs[static_cast<std::size_t>(setup.output)];
  return fixed_point_gradient(setup, std::move(a), loss);
}

}  // namespace neurode::learning
