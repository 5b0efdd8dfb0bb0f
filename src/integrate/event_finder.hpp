#pragma once

#include <vector>

#include "neurode/core/bytes.hpp"
#include "neurode/integrate/drive.hpp"

namespace neurode::integrate {

/// Finds where event functions cross zero inside accepted steps.
class EventFinder {
 public:
  struct Hit {
    std::size_t which = 0;
    double theta = 0;  ///< (time - start of the step) / dt
  };

  /// Allocates all it needs.
  EventFinder(const std::vector<Event>& events, Index state_size);

  bool empty() const { return events_.empty(); }
  /// Forgets what was; (t, x) is where the integration starts.
  void start(double t, const Vector& x);
  void save(ByteWriter& out) const { out.put_all(before_); }
  void load(ByteReader& in) { in.get_all(before_); }
  /// The crossings in the step `stepper` just took from t over dt, as far as (t_end, x_end) at `theta_end` of it, in
  /// order of time. Rolls on: the next step is taken to start there.
  const std::vector<Hit>& search(double t, double dt, double theta_end, double t_end, const Vector& x_end,
                                 Stepper& stepper);

 private:
  double value(const Event& e, double theta) const;
  double locate(const Event& e, double from, double to, double g_to) const;

  const std::vector<Event>& events_;
  bool inside_ = false;  // does any event look inside steps?
  std::vector<double> before_;
  std::vector<Hit> hits_;
  mutable Vector x_;
  Vector sample_;
  // The step being searched.
  double t_ = 0, dt_ = 0, theta_end_ = 1, t_end_ = 0;
  const Vector* x_end_ = nullptr;
  Stepper* stepper_ = nullptr;
};

}  // namespace neurode::integrate
