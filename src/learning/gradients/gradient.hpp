#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "neurode/learning/problem.hpp"

namespace neurode::learning {

/// The gradient of a loss where it is no expression but the outcome of a solve: of a fixed point, of a trajectory.
class Gradient {
 public:
  virtual ~Gradient() = default;
  /// Of the weights, which stand one after another.
  virtual Index size() const = 0;
  /// g (size()) and the loss at weights w.
  /// @throws NumericalError where there is none
  virtual void evaluate(double t, const double* w, double* g, double* loss) = 0;
  /// hv = (dg/dw) v and the loss's slope along v.
  virtual void product(double t, const double* w, const double* v, double* hv, double* slope) = 0;
  /// hu = (dg/dw)^T u.
  virtual void transposed(double t, const double* w, const double* u, double* hu) = 0;
  virtual bool symmetric() const { return true; }
  /// Products with a matrix that solves have taken so far.
  virtual std::int64_t products() const { return 0; }
  virtual std::vector<double> breakpoints(double, double) const { return {}; }
  /// As of a System: what later results depend on.
  virtual void save(ByteWriter&) const {}
  virtual void load(ByteReader&) {}
  void begin_segment(double t0, double t1) {
    begin_ = t0;
    end_ = t1;
    on_segment();
  }
  /// A time on the side of a breakpoint t on which the solver stands; t itself outside of its segment.
  double inside(double t) const { return t >= begin_ && t <= end_ ? 0.5 * (begin_ + end_) : t; }
  /// The program behind it, whose inputs of vector Assembly::kWeights are the weights, and what follows them.
  virtual Program& program() = 0;
  /// Values of that program at weights w.
  virtual std::unique_ptr<Sampler> sampler(const std::vector<ValueId>& values) = 0;

 protected:
  virtual void on_segment() {}

 private:
  double begin_ = 1, end_ = 0;  // none yet
};

/// Values of a gradient's program, by code (one vector of results) that its owner runs.
class GradientSampler : public Sampler {
 public:
  using Run = std::function<void(Executable& code, double t, const double* w, double* out)>;
  GradientSampler(const Program& program, const std::vector<ValueId>& values, Run run);
  Index size() const override { return size_; }
  const std::vector<Index>& offsets() const override { return offsets_; }
  void run(double t, const double* x, double* out) override { run_(*code_, t, x, out); }

 private:
  Run run_;
  Index size_ = 0;
  std::vector<Index> offsets_;
  std::unique_ptr<Executable> code_;
};

}  // namespace neurode::learning
