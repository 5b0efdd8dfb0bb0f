// The parts of Driver that know of restart points.
#include <cmath>

#include "integrate/driver.hpp"

namespace neurode::integrate {

bool Driver::restart_is_due() const {
  const auto& restarts = options_.restarts;
  if (!(t_ < t1_)) return false;
  if (restarts.steps > 0 && statistics_.steps - restarts_at_step_ >= restarts.steps) return true;
  return restarts.every > 0 && t_ >= t0_ + (times_passed_ + 1) * restarts.every;
}

void Driver::mark() {
  const auto& restarts = options_.restarts;
  if (bound_ && has_mark_ && !marked_bound_) free_ = snapshot();
  anew_ = has_mark_ = true;
  marked_bound_ = bound_;
  restarts_at_step_ = statistics_.steps;
  if (restarts.every > 0) times_passed_ = std::floor((t_ - t0_) / restarts.every);
  marked_t_ = t_;
  marked_x_ = x_;
  marked_.clear();
  statistics_.wall_seconds = seconds();
  pass_counts([this](auto& value) { marked_.put(value); });
  points_.save(marked_);
  finder_.save(marked_);
  spikes_.save(marked_);
  stepper_->save(marked_);
  const auto* switches = stepper_->switches();
  marked_.put(static_cast<std::uint64_t>(result_.switches.size() + (switches ? switches->size() : 0)));
  const auto put = [this](const Switch& s) {
    marked_.put(s.t);
    marked_.put_text(s.to);
  };
  for (const Switch& s : result_.switches) put(s);
  if (switches) {
    for (const Switch& s : *switches) put(s);
  }
  system_.save(marked_);
  if (history_) history_->pin();
  if (observer_.restart) observer_.restart(t_, statistics_, *this);
}

/// The plain numbers of the run, in a fixed order.
template <class Pass>
void Driver::pass_counts(Pass&& pass) {
  control_.pass(pass);
  auto& s = statistics_;
  for (auto* count : {&s.steps, &s.rejected, &s.rhs, &s.jacobians, &s.factorisations, &s.jvps, &s.switches, &s.spikes,
                      &whole_steps_, &restarts_at_step_}) {
    pass(*count);
  }
  for (auto* number :
       {&s.dt_min, &s.dt_max, &s.wall_seconds, &segment_begin_, &segment_end_, &dt_, &next_dt_, &times_passed_}) {
    pass(*number);
  }
  pass(jumped_);
  pass(bound_);
}

std::vector<std::byte> Driver::memory() const {
  ByteWriter out = marked_;
  if (history_) history_->save(out);
  return {out.bytes().begin(), out.bytes().end()};
}

void Driver::take_up(const Snapshot& from) {
  if (from.x.size() != x_.size()) throw BytesError("the state has another size");
  if (!(from.t > t0_ && from.t < t1_)) throw BytesError("its time is not within the run");
  ByteReader in(from.memory);
  t_ = from.t;
  x_ = from.x;
  pass_counts([&in](auto& value) { in.get(value); });
  if (!(segment_begin_ >= t0_ && segment_begin_ <= t_ && whole_steps_ >= 0 && next_dt_ >= 0)) {
    throw BytesError("its steps are none");
  }
  earlier_seconds_ = statistics_.wall_seconds;
  points_.load(in);
  finder_.load(in);
  spikes_.load(in);
  stepper_->load(in);
  for (auto n = in.get<std::uint64_t>(); n > 0; --n) {
    const auto t = in.get<double>();
    result_.switches.push_back({t, in.get_text()});
  }
  system_.load(in);
  if (history_) history_->load(in);
  if (!in.at_end()) throw BytesError("something is left over");
  mark();
}

}  // namespace neurode::integrate
