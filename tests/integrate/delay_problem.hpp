#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "integrate/problems.hpp"
#include "neurode/dynamics/delays.hpp"

namespace problems {

/// x' = F(t, x, z) with z[k n + i] = x_i(t - delays[k]); delays ascending; before the start x = history(t).
class DelayProblem : public Problem, public neurode::Delays {
 public:
  using DelayedRhs = std::function<void(double t, const double* x, const double* z, double* f)>;
  using Past = std::function<void(double t, double* x)>;

  DelayProblem(Index n, std::vector<double> delays, DelayedRhs f, Past history)
      : Problem(n, [this](double t, const double* x, double* out) { delayed_(t, x, look_back(t), out); }),
        n_(n),
        delays_(std::move(delays)),
        delayed_(std::move(f)),
        history_(std::move(history)),
        z_(n * static_cast<Index>(delays_.size())),
        before_(n),
        hints_(delays_.size(), 0) {}
  DelayProblem(const DelayProblem&) = delete;
  DelayProblem& operator=(const DelayProblem&) = delete;

  neurode::Delays* delays() override { return this; }
  void begin_segment(double a, double b) override {
    Problem::begin_segment(a, b);
    begin_ = a, end_ = b;
  }

  Index signals() const override { return n_; }
  void sample(double, const double* x, double* out) override {
    ++samples;
    std::copy_n(x, n_, out);
  }
  void before(double t, double* out) override { history_(t, out); }
  void attach(std::shared_ptr<const neurode::Past> p) override { past = std::move(p); }
  double shortest() const override { return delays_.front(); }
  double longest() const override { return delays_.back(); }
  const std::vector<double>& distinct() const override { return followed ? delays_ : none_; }

  std::shared_ptr<const neurode::Past> past;
  std::int64_t samples = 0;
  bool followed = true;  ///< as breakpoints

 private:
  const double* look_back(double t) {
    for (std::size_t k = 0; k < delays_.size(); ++k) {
      double* out = z_.data() + static_cast<Index>(k) * n_;
      const double d = delays_[k];
      const double guard = std::min(1e-14 * std::max(std::abs(end_), d), (end_ - begin_) / 2);
      const double where = t >= begin_ && t <= end_ ? std::clamp(t, begin_ + guard, end_ - guard) : t;
      neurode::Past::Window w;
      past->window(t - d, where - d, false, hints_[k], w);
      for (Index i = 0; i < n_; ++i) {
        out[i] = 0;
        for (int j = 0; j < w.nodes; ++j) {
          out[i] += w.weight[static_cast<std::size_t>(j)] * w.values[i + j * w.stride];
        }
      }
    }
    return z_.data();
  }

  Index n_;
  std::vector<double> delays_, none_;
  DelayedRhs delayed_;
  Past history_;
  Vector z_, before_;
  std::vector<std::int64_t> hints_;
  double begin_ = 0, end_ = 0;
};

/// Solutions that are polynomials between the multiples of `length`, by the method of steps: piece 0 begins at t = 0,
/// and rate(k) gives the derivative of piece k from earlier ones (k < 0: the history), as coefficients of
/// s = (t - k length).
class Polynomials {
 public:
  using Coefficients = std::vector<double>;
  Polynomials(double length, double start, Coefficients history, int pieces,
              const std::function<Coefficients(const Polynomials&, int)>& rate)
      : length_(length), history_(std::move(history)) {
    double x = start;
    for (int k = 0; k < pieces; ++k) {
      const Coefficients slope = rate(*this, k);
      Coefficients c = {x};
      for (std::size_t j = 0; j < slope.size(); ++j) c.push_back(slope[j] / static_cast<double>(j + 1));
      pieces_.push_back(c);
      x = value(c, length_);
    }
  }
  const Coefficients& piece(int k) const { return k < 0 ? history_ : pieces_[static_cast<std::size_t>(k)]; }
  double operator()(double t) const {
    const auto k = std::min(static_cast<std::size_t>(std::max(t / length_, 0.0)), pieces_.size() - 1);
    return value(pieces_[k], t - static_cast<double>(k) * length_);
  }
  /// a p + b q
  static Coefficients sum(double a, const Coefficients& p, double b, const Coefficients& q) {
    Coefficients c(std::max(p.size(), q.size()), 0.0);
    for (std::size_t j = 0; j < p.size(); ++j) c[j] += a * p[j];
    for (std::size_t j = 0; j < q.size(); ++j) c[j] += b * q[j];
    return c;
  }

 private:
  static double value(const Coefficients& c, double s) {
    double x = 0;
    for (std::size_t j = c.size(); j-- > 0;) x = x * s + c[j];
    return x;
  }
  double length_;
  Coefficients history_;
  std::vector<Coefficients> pieces_;
};

}  // namespace problems
