#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "integrate/event_finder.hpp"
#include "integrate/history.hpp"
#include "integrate/output_points.hpp"
#include "integrate/spike_finder.hpp"
#include "integrate/step_control.hpp"
#include "neurode/core/bytes.hpp"
#include "neurode/integrate/drive.hpp"

namespace neurode::integrate {

/// The state of one drive(): made, run once, done.
class Driver final : private SnapshotSource {
 public:
  Driver(System& system, double t0, const Vector& x0, double t1, const Options& options,
         const std::vector<OutputGrid>& grids, const std::vector<Event>& events, const Observer& observer,
         double steady_state);
  /// From the start, or from where a snapshot was taken.
  Result run(const Snapshot* from);

 private:
  void segments(const Snapshot* from);
  // Each returns whether to go on; if not, result_.outcome (and what belongs to it) says why.
  bool begin();
  bool begin_segment(double end);
  bool fixed_segment(double end);
  bool adaptive_segment(double end);
  /// Where the system reads its past: keeps it, and adds the breakpoints that delays make.
  void follow_delays();
  /// Trial steps from t_ over dt, repeated where the step reads inside itself, until they agree.
  Trial attempt(double dt, Vector* error);
  /// The same; where the system finds no value, that is the trial's failure: a smaller step may do.
  Trial trial(double dt, Vector* error);
  /// The step up to t_new is accepted and belongs to the past from now on.
  void remember(double t_end, double dt, const Vector& x_end);
  bool own_step(double end);  ///< one step of a method that controls itself
  bool accepted(double t_new, double dt);
  /// The state jumps at t_, or may: spikes and deliveries; then what comes to be recorded there.
  bool jump();
  /// The method starts anew from (t_, x_); after a jump, with the rest of the segment as a segment of its own.
  bool start_anew();
  bool restart(double end);
  /// (t_, x_) is a restart point: the method starts anew from here.
  void mark();
  bool restart_is_due() const;
  double t() const override { return marked_t_; }
  const Vector& x() const override { return marked_x_; }
  bool bound() const override { return marked_bound_; }
  std::vector<std::byte> memory() const override;
  void take_up(const Snapshot& from);
  template <class Pass>
  void pass_counts(Pass&& pass);

  /// Where the next step must end at the latest.
  double limit(double end) const { return std::min(end, spikes_.next()); }
  bool within_caps();
  bool stop(Outcome o);

  /// A trial from t_ over dt whose error norm is not finite or above 1, for the last time: why, and where.
  bool give_up(Outcome o, double dt, double err);
  bool non_finite(double dt);
  bool solver_failed();

  void output_up_to(double limit, bool at_step_end, double t_new, double dt);
  void output_step(double t, const Vector& x);
  void output_here();  ///< (t_, x_), between two steps
  const Vector& state_at(double theta);
  void finish();
  std::string message() const;

  using Clock = std::chrono::steady_clock;

  System& system_;
  const Options& options_;
  const std::vector<Event>& events_;
  const Observer& observer_;
  const double t0_, t1_, steady_state_;
  const MethodEntry& method_;
  const Clock::time_point started_ = Clock::now();
  double earlier_seconds_ = 0;  ///< up to the snapshot this run went on from
  double seconds() const { return earlier_seconds_ + std::chrono::duration<double>(Clock::now() - started_).count(); }

  ErrorNorm norm_;
  StepControl control_;
  OutputPoints points_;
  EventFinder finder_;
  SpikeFinder spikes_;
  Statistics statistics_;
  std::unique_ptr<Stepper> stepper_;
  std::shared_ptr<History> history_;  ///< null: no delays
  Vector tried_, change_;             ///< of attempt()
  std::vector<double> ends_;          ///< of the segments

  // Restart points.
  bool anew_ = false;      ///< the method is to start anew from (t_, x_)
  bool bound_ = false;     ///< where the run ends has had a say in the steps
  bool has_mark_ = false;  ///< there was a restart point, this one:
  bool marked_bound_ = false;
  double marked_t_ = 0;
  Vector marked_x_;
  ByteWriter marked_;
  std::optional<Snapshot> free_;       ///< the last restart point that is not bound, where there is one that is
  std::int64_t restarts_at_step_ = 0;  ///< steps taken when the last restart point was passed
  double times_passed_ = 0;            ///< of the restart points in time; a whole number

  double t_;
  double segment_begin_ = 0, segment_end_ = 0;
  std::int64_t whole_steps_ = 0;  ///< fixed steps taken in the segment
  Vector x_, x_new_, error_, between_;
  Vector x_end_;                   ///< where a spike cut the step short
  double between_theta_ = -1;      ///< where between_ stands in the present step; -1: nowhere
  double dt_ = 0;                  ///< last step tried
  double good_dt_ = 0;             ///< last step accepted
  double next_dt_ = 0;             ///< proposal of the step control
  const Vector* slope_ = nullptr;  ///< F where the method last started anew
  bool jumped_ = false;            ///< the state or F has jumped at t_: the method must start anew
  std::string words_;              ///< of the method or the system, about its failure
  Result result_;
};

}  // namespace neurode::integrate
