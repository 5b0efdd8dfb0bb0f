#pragma once

#include <limits>

#include "integrate/step_control.hpp"
#include "integrate/sundials/callbacks.hpp"
#include "integrate/sundials/dense.hpp"
#include "neurode/core/bytes.hpp"
#include "neurode/integrate/method.hpp"

namespace neurode::integrate::sundials {

/// Vectors GMRES keeps. SUNDIALS's default, 5, is for preconditioned systems.
inline constexpr int kKrylovVectors = 30;

/// What integrators of SUNDIALS share. They choose their own steps; a step writes into the caller's vector, and starts
/// anew after reset().
///
/// F at the start and end of a step is F itself, computed where asked for, not the derivative of the interpolant.
/// Absolute tolerances below 1e-100 count as that: SUNDIALS takes no weight that is infinite.
class SundialsStepper : public Stepper {
 public:
  void reset() final;
  const Vector& prime(double t, const Vector& x) final;
  Advanced advance(double t, const Vector& x, double end, Vector& x_new) final;
  bool controls_itself() const final { return true; }
  void accept() final;
  void interpolate(double theta, Vector& x) final;
  const Vector& derivative_at_end() final;
  const Vector& derivative_at_start() const final;
  void save(ByteWriter& out) const final { out.put(first_); }
  void load(ByteReader& in) final { in.get(first_); }

 protected:
  SundialsStepper(System& system, Statistics& statistics, const Options& options, bool remember);

  struct Counts {
    long error_fails = 0, solver_fails = 0, setups = 0;
  };

  // The library's calls by one name. Those that return int return its flag; the two number their flags alike.
  virtual int restart(double t, double first_step) = 0;  ///< from in_
  virtual void stop_at(double end) = 0;
  virtual void set_smallest(double dt) = 0;
  virtual int step(double t, double end, double& t_new) = 0;  ///< to out_
  virtual int dense(double t, N_Vector x) = 0;
  virtual double tried() const = 0;  ///< length of the last trial
  virtual Counts counts() const = 0;
  virtual void errors(N_Vector error, N_Vector weight) const = 0;  ///< of the last trial

  /// What the library's counters gained goes to the statistics.
  void count();
  /// The library's counters are zero again.
  void counters_restarted() { counted_ = {}; }
  /// max_rejected as the library takes it.
  int most_fails() const;
  double smallest() const { return smallest_; }
  static void keep_message(int code, const char* module, const char* function, char* text, void* stepper);

  Context context_;
  Statistics& statistics_;
  const Options options_;
  const Index n_;
  std::unique_ptr<Callbacks> callbacks_;
  NVector atol_, in_, out_;

 private:
  double first_step(double t, const Vector& x, double span, Vector& scratch, bool& cut);
  Advanced failed(int flag, double t, long fails_before);
  Index worst();    ///< the component with the largest weighted error in the last trial
  Index fastest();  ///< the one with the largest weighted F at the start
  Index largest_weighted() const;

  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  System& system_;
  const ErrorNorm norm_;
  NVector between_, error_, weight_;
  bool started_ = false;  ///< the library is under way
  bool first_ = true;     ///< no start yet: the user's first step is meant for it
  double stop_ = kNone, smallest_ = 0;
  Counts counted_;
  char message_[256] = "";  ///< the library's last

  // The last step.
  double t_ = 0, t_new_ = 0;
  const Vector* x_ = nullptr;
  const Vector* x_new_ = nullptr;
  mutable Vector start_;
  Vector end_;
  mutable bool start_known_ = false;
  bool end_known_ = false;
};

}  // namespace neurode::integrate::sundials
