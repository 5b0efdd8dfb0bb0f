#include "compare/problem.hpp"

#include <algorithm>
#include <cmath>

#include "neurode/core/errors.hpp"

namespace neurode::compare {

Problem::Problem(const Request& request) : prepared_(run::prepare(request.scenario, request.overrides)) {
  if (system().noise()) {
    throw UsageError(
        "compare needs a solution that does not depend on the method; these equations have white noise (xi). To see "
        "convergence on one path, run with dt, dt/2, dt/4 ... and the same seed");
  }
  const auto& o = prepared_->options;
  const Index n = system().size();
  floor_ = (o.atol.size() == 1 ? Vector::Constant(n, o.atol[0]) : o.atol) / o.rtol;
}

integrate::Options Problem::options(const std::string& method, double rtol, double dt, double time_limit) const {
  const auto& own = prepared_->options;
  const bool adaptive = find_entry(integrate::methods(), method)->adaptive();
  integrate::Options o;
  o.method = method;
  if (adaptive) {
    o.rtol = rtol;
    o.atol = own.atol * (rtol / own.rtol);
    o.dt_min = own.dt_min;
    o.dt_max = own.dt_max;
    o.control = own.control;
  } else {
    o.dt = dt;
  }
  o.max_wall_seconds = time_limit;
  return o;
}

integrate::Result Problem::run(const integrate::Options& o, double end, const std::vector<double>& times, Trajectory* t,
                               const std::function<bool()>& interrupt) {
  std::vector<integrate::OutputGrid> grids;
  integrate::Observer observer;
  observer.interrupt = interrupt;
  const learning::Metric* loss = prepared_->problem.metric("loss");
  if (!times.empty()) {
    grids.push_back({0, times});
    t->times = times;
    t->states.setConstant(system().size(), static_cast<Index>(times.size()), kUnknown);
    t->loss.assign(loss ? times.size() : 0, kUnknown);
    observer.output = [&](std::size_t, std::int64_t index, double, const Vector& x) { t->states.col(index) = x; };
  }
  auto r = integrate::drive(system(), prepared_->scenario.time.start, prepared_->problem.initial, end, o, grids, {},
                            observer);
  if (loss && !times.empty()) {
    for (std::size_t k = 0; k < times.size(); ++k) {
      t->loss[k] = loss->evaluate(times[k], t->states.col(static_cast<Index>(k)).data());
    }
  }
  return r;
}

integrate::Result Problem::run_to_stop(const integrate::Options& o, std::vector<double>& steps,
                                       const std::function<bool()>& interrupt) {
  std::vector<integrate::Event> events;
  for (const auto& s : prepared_->stops) events.push_back(s.event);
  integrate::Observer observer;
  observer.interrupt = interrupt;
  observer.step = [&](double t, double, const Vector&, const integrate::Statistics&) { steps.push_back(t); };
  const auto& time = prepared_->scenario.time;
  return integrate::drive(system(), time.start, prepared_->problem.initial, time.end, o, {}, events, observer,
                          prepared_->steady_state);
}

Errors errors_between(const Trajectory& a, const Trajectory& reference, const Vector& floor,
                      const StateLayout& layout) {
  Errors e;
  const Index last = reference.states.cols() - 1;
  e.trajectory = 0;
  const auto larger = [](double& into, double x) {
    if (!std::isnan(into) && !(x <= into)) into = x;  // NaN stays
  };
  for (const auto& s : layout.slices()) {
    double worst = 0, at_end = 0;
    for (Index k = 0; k <= last; ++k) {
      const auto r = reference.states.col(k).segment(s.offset, s.size()).array();
      const auto x = a.states.col(k).segment(s.offset, s.size()).array();
      const auto f = floor.segment(s.offset, s.size()).array();
      double most = 0;
      for (Index i = 0; i < s.size(); ++i) {
        const double difference = std::abs(x[i] - r[i]);
        larger(most, difference == 0 ? 0 : difference / (f[i] + std::abs(r[i])));
      }
      larger(worst, most);
      if (k == last) at_end = most;
    }
    double* block = s.block == Block::activity  ? &e.activity
                    : s.block == Block::errors  ? &e.errors
                    : s.block == Block::weights ? &e.weights
                                                : nullptr;
    if (block) *block = std::isnan(*block) ? worst : std::max(*block, worst);
    larger(e.trajectory, worst);
    if (std::isnan(e.end)) e.end = 0;
    larger(e.end, at_end);
  }
  double relative = 0;
  for (Index i = 0; i < reference.states.rows(); ++i) {
    const double r = std::abs(reference.states(i, last));
    if (r > 0) larger(relative, std::abs(a.states(i, last) - reference.states(i, last)) / r);
  }
  e.scd = -std::log10(std::max(relative, 1e-16));
  if (!a.loss.empty()) {
    double scale = 0;
    e.loss = 0;
    for (const double v : reference.loss) scale = std::max(scale, std::abs(v));
    for (std::size_t k = 0; k < a.loss.size(); ++k) {
      const double difference = std::abs(a.loss[k] - reference.loss[k]);
      larger(e.loss, difference == 0 ? 0 : difference / scale);
    }
  }
  return e;
}

}  // namespace neurode::compare
