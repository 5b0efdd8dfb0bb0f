#include "integrate/event_finder.hpp"

#include <algorithm>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <limits>

namespace neurode::integrate {
namespace {

constexpr int kPieces = 5;  // a step is looked at at the ends of this many equal pieces

bool crosses(double before, double after, int direction) {
  if (before == 0 || std::isnan(before) || std::isnan(after)) return false;
  const bool up = before < 0 && after >= 0, down = before > 0 && after <= 0;
  return (up && direction >= 0) || (down && direction <= 0);
}

}  // namespace

EventFinder::EventFinder(const std::vector<Event>& events, Index state_size)
    : events_(events),
      before_(events.size()),
      x_(events.empty() ? 0 : state_size),
      sample_(events.empty() ? 0 : state_size) {
  hits_.reserve(events.size() * kPieces);
  for (const Event& e : events) inside_ = inside_ || e.inside;
}

void EventFinder::start(double t, const Vector& x) {
  for (std::size_t i = 0; i < events_.size(); ++i) before_[i] = events_[i].g(t, x);
}

const std::vector<EventFinder::Hit>& EventFinder::search(double t, double dt, double theta_end, double t_end,
                                                         const Vector& x_end, Stepper& stepper) {
  t_ = t, dt_ = dt, theta_end_ = theta_end, t_end_ = t_end, x_end_ = &x_end, stepper_ = &stepper;
  hits_.clear();
  for (int piece = 1; piece <= kPieces; ++piece) {
    const bool end = piece == kPieces;
    const double from = theta_end * (piece - 1.0) / kPieces, to = end ? theta_end : theta_end * piece / kPieces;
    if (!end && !inside_) continue;
    if (!end) stepper.interpolate(to, sample_);
    const Vector& x = end ? x_end : sample_;
    for (std::size_t i = 0; i < events_.size(); ++i) {
      if (!end && !events_[i].inside) continue;
      const double g = events_[i].g(end ? t_end : t + to * dt, x);
      if (crosses(before_[i], g, events_[i].direction)) {
        hits_.push_back({i, locate(events_[i], events_[i].inside ? from : 0.0, to, g)});
      }
      if (!std::isnan(g)) before_[i] = g;
    }
  }
  std::sort(hits_.begin(), hits_.end(),
            [](const Hit& a, const Hit& b) { return a.theta != b.theta ? a.theta < b.theta : a.which < b.which; });
  return hits_;
}

double EventFinder::value(const Event& e, double theta) const {
  if (theta == theta_end_) return e.g(t_end_, *x_end_);
  stepper_->interpolate(theta, x_);
  return e.g(t_ + theta * dt_, x_);
}

double EventFinder::locate(const Event& e, double from, double to, double g_to) const {
  constexpr double epsilon = std::numeric_limits<double>::epsilon();
  const double resolution = epsilon * std::max(1.0, std::max(std::abs(t_), std::abs(t_end_)) / dt_);
  if (g_to == 0) return to;
  // No bracket if g was NaN at `from` (the sign before is that of an earlier point): the crossing is where it shows.
  const double g_from = value(e, from);
  if (!(g_from < 0 && g_to > 0) && !(g_from > 0 && g_to < 0)) return to;
  std::uintmax_t iterations = 100;
  using Policy =
      boost::math::policies::policy<boost::math::policies::evaluation_error<boost::math::policies::ignore_error>,
                                    boost::math::policies::domain_error<boost::math::policies::ignore_error>>;
  const auto bracket = boost::math::tools::toms748_solve(
      [&](double theta) { return value(e, theta); }, from, to, g_from, g_to,
      [&](double a, double b) { return std::abs(b - a) <= 2 * resolution; }, iterations, Policy());
  return bracket.second;
}

}  // namespace neurode::integrate
