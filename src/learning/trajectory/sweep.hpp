#pragma once

#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "learning/trajectory/timeline.hpp"
#include "neurode/network/assemble.hpp"

namespace neurode::learning {

/// What a program with activity x, weights w and a loss l(x, t, w) does to the integral of l over an episode that
/// starts at x0, by the classical Runge-Kutta method with fixed steps, l by the same quadrature; and that integral's
/// derivatives by w, which are exact: those of the numbers computed, not of the equations they approximate.
///
/// Backwards the adjoint of each step is taken at its four stages, recomputed from the states kept: `checkpoints` along
/// the episode and those of one stretch between two of them.
/// @par Source  Stages: W. W. Hager, Numer. Math. 87 (2000) 247-282. Products: B. A. Pearlmutter, Neural Comput. 6
/// (1994) 147-160.
class Sweep {
 public:
  /// External vectors of the program, beside time, state and Assembly::kWeights.
  static constexpr int kLossShare = 2, kErrors = 4, kDirections = 5, kErrorDirections = 6, kWeightDirections = 7,
                       kVectors = ProgramSystem::kVectors + 1, kEpisode = ProgramSystem::kVectors;
  /// What is shown at a time of the episode (vector ProgramSystem::kShown); null: nothing is.
  using ShownAt = std::function<const double*(double t)>;

  /// `assembly` must outlive the sweep. checkpoints = 0: about the root of the number of steps.
  Sweep(network::Assembly& assembly, ValueId loss, Timeline timeline, Index checkpoints, bool average, ShownAt shown);

  Index weights() const { return nw_; }
  Index activity() const { return nx_; }
  Index checkpoints() const { return checkpoints_; }
  Index stretch() const { return stretch_; }  ///< states kept between two checkpoints
  std::size_t bytes() const;                  ///< of states kept, for gradients alone
  const Timeline& timeline() const { return timeline_; }

  /// The loss at weights w.
  double forward(const double* w);
  /// The state at the end of the episode, after forward().
  const Vector& last() const { return plain_.x; }
  /// dL/dw, after forward() at the same weights.
  void backward(const double* w, double* g);
  /// The loss's slope along v by forward sensitivities, dx' = F_x dx + F_w v.
  double slope(const double* w, const double* v);
  /// (d^2 L/dw^2) v and the slope along v.
  double product(const double* w, const double* v, double* hv);

  /// Goes through the episode: visit(i, t, middle of the step, x) for each of `times`, ascending, x by the method's own
  /// interpolant (order 3).
  void visit(const double* w, const std::vector<double>& times,
             const std::function<void(std::size_t, double, double, const double*)>& visit);

  /// Runs code of the program at (t, x, w); `mid`: middle of the step.
  void run(Executable& code, double t, double mid, const double* x, const double* w, double* const* out,
           const double* episode = nullptr);

 private:
  /// Activity alone, or with its tangent behind it: linear in the same way, so that all sweeps are written once.
  struct Level {
    std::unique_ptr<Executable> forward, backward;
    Index width = 1, states = 0, weights = 0;
    Matrix checkpoints, between;
    Vector x, x0, lambda, bar, error, gradient, part;
    std::array<Vector, 4> stage, rate;
    std::array<double, 2> loss{};
  };

  void build_plain(ValueId loss);
  void build_tangent();
  void allocate(Level& level, Index width, bool keep);
  const double* const* inputs(Level& level, double t, double mid, const double* x, const double* w, const double* v);
  void stages(Level& level, const Timeline::Step& s, const double* x, const double* w, const double* v, int count,
              std::array<double, 2>* loss);
  void advance(Level& level, const Timeline::Step& s, const double* w, const double* v, std::array<double, 2>* loss);
  void forward(Level& level, const double* w, const double* v, bool keep);
  void backward(Level& level, const double* w, const double* v);
  void back_step(Level& level, const Timeline::Step& s, const double* x, const double* w, const double* v);

  network::Assembly& a_;
  Timeline timeline_;
  Index nx_ = 0, nw_ = 0, checkpoints_ = 0, stretch_ = 0;
  double scale_ = 1;  ///< of the loss: 1/length where it is an average
  ShownAt shown_;
  Program::Seeds seeds_;
  std::vector<ValueId> rates_, states_, bars_;
  ValueId loss_;
  Level plain_, tangent_;
  Vector tail_, before_, at_;
  double share_ = 0;
  std::array<double, 2> time_{};
  std::array<const double*, kVectors> in_{};
};

}  // namespace neurode::learning
