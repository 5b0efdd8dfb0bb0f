#include "learning/trajectory/sweep.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace neurode::learning {

using network::Assembly;

namespace {

constexpr std::array<double, 4> kNode = {0, 0.5, 0.5, 1}, kShare = {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6};

}  // namespace

Sweep::Sweep(Assembly& assembly, ValueId loss, Timeline timeline, Index checkpoints, bool average, ShownAt shown)
    : a_(assembly), timeline_(std::move(timeline)), shown_(std::move(shown)), loss_(loss) {
  const Index steps = timeline_.steps();
  stretch_ = checkpoints > 0 ? (steps + checkpoints - 1) / checkpoints
                             : std::max<Index>(1, static_cast<Index>(std::sqrt(static_cast<double>(steps))));
  checkpoints_ = (steps + stretch_ - 1) / stretch_;
  if (average) scale_ = 1 / (timeline_.end() - timeline_.start());
  nx_ = a_.layout.size();
  for (const auto& w : a_.plastic) {
    if (a_.program[w.value].offset != nw_) throw std::logic_error("weights that do not follow one another");
    nw_ += a_.program[w.value].size();
  }
  build_plain(loss);
  allocate(plain_, 1, true);
  tail_ = before_ = at_ = plain_.x;
}

std::size_t Sweep::bytes() const { return static_cast<std::size_t>((checkpoints_ + stretch_) * nx_) * sizeof(double); }

void Sweep::allocate(Level& level, Index width, bool keep) {
  level.width = width;
  level.states = width * nx_;
  level.weights = width * nw_;
  if (keep) {
    level.checkpoints.setZero(level.states, checkpoints_);
    level.between.setZero(level.states, stretch_);
  }
  for (Vector* v : {&level.x, &level.x0, &level.lambda, &level.bar, &level.error}) v->setZero(level.states);
  for (int i = 0; i < 4; ++i) {
    level.stage[static_cast<std::size_t>(i)].setZero(level.states);
    level.rate[static_cast<std::size_t>(i)].setZero(level.states);
  }
  level.gradient.setZero(level.weights);
  level.part.setZero(level.weights);
  level.x0.head(nx_) = a_.initial;
}

void Sweep::build_plain(ValueId loss) {
  Program& p = a_.program;
  std::vector<Executable::Output> out, back;
  seeds_ = {{loss, p.input(kLossShare, 0, 1, 1)}};
  for (std::size_t k = 0; k < a_.parts.size(); ++k) {
    const Slice& s = a_.layout.slices()[k];
    states_.push_back(a_.parts[k].value);
    rates_.push_back(a_.parts[k].rate);
    out.push_back({rates_.back(), 0, s.offset, s.size()});
    if (rates_.back().valid()) seeds_.emplace_back(rates_.back(), p.input(kErrors, s.offset, s.rows, s.cols));
  }
  out.push_back({loss, 1, 0, 1});
  plain_.forward = std::make_unique<Executable>(p, out);
  auto targets = states_;
  for (const auto& w : a_.plastic) targets.push_back(w.value);
  bars_ = p.adjoint(seeds_, targets);
  for (std::size_t k = 0; k < targets.size(); ++k) {
    const bool weight = k >= states_.size();
    const auto shape = p[targets[k]];
    back.push_back({bars_[k], weight ? 1 : 0, shape.offset, shape.size()});
  }
  plain_.backward = std::make_unique<Executable>(p, back);
}

/// The same code with tangents of its outputs: of F and l forwards, of J^T u and F_w^T u backwards.
void Sweep::build_tangent() {
  if (tangent_.forward) return;
  Program& p = a_.program;
  Program::Seeds directions;
  for (std::size_t k = 0; k < states_.size(); ++k) {
    const Slice& s = a_.layout.slices()[k];
    directions.emplace_back(states_[k], p.input(kDirections, s.offset, s.rows, s.cols));
  }
  for (const auto& w : a_.plastic) {
    const auto shape = p[w.value];
    directions.emplace_back(w.value, p.input(kWeightDirections, shape.offset, shape.rows, shape.cols));
  }
  const auto tangents = [&](const std::vector<ValueId>& values) {
    std::vector<ValueId> there, all(values.size());
    std::vector<std::size_t> where;
    for (std::size_t k = 0; k < values.size(); ++k) {
      if (!values[k].valid()) continue;
      there.push_back(values[k]);
      where.push_back(k);
    }
    const auto d = p.tangent(directions, there);
    for (std::size_t k = 0; k < d.size(); ++k) all[where[k]] = d[k];
    return all;
  };
  std::vector<Executable::Output> out, back;
  auto values = rates_;
  values.push_back(loss_);
  const auto d = tangents(values);
  for (std::size_t k = 0; k < rates_.size(); ++k) {
    const Slice& s = a_.layout.slices()[k];
    out.push_back({rates_[k], 0, s.offset, s.size()});
    out.push_back({d[k], 0, nx_ + s.offset, s.size()});
  }
  out.push_back({loss_, 1, 0, 1});
  out.push_back({d.back(), 1, 1, 1});
  tangent_.forward = std::make_unique<Executable>(p, out);

  for (std::size_t k = 1; k < seeds_.size(); ++k) {
    const auto shape = p[seeds_[k].second];
    directions.emplace_back(seeds_[k].second, p.input(kErrorDirections, shape.offset, shape.rows, shape.cols));
  }
  const auto second = tangents(bars_);
  for (std::size_t k = 0; k < bars_.size(); ++k) {
    const bool weight = k >= states_.size();
    const auto shape = p[weight ? a_.plastic[k - states_.size()].value : states_[k]];
    back.push_back({bars_[k], weight ? 1 : 0, shape.offset, shape.size()});
    back.push_back({second[k], weight ? 1 : 0, (weight ? nw_ : nx_) + shape.offset, shape.size()});
  }
  tangent_.backward = std::make_unique<Executable>(p, back);
  allocate(tangent_, 2, false);
}

const double* const* Sweep::inputs(Level& level, double t, double mid, const double* x, const double* w,
                                   const double* v) {
  time_ = {t, mid};
  in_.fill(nullptr);
  in_[0] = time_.data();
  in_[ProgramSystem::kState] = x;
  in_[kLossShare] = &share_;
  in_[Assembly::kWeights] = w;
  in_[kErrors] = level.error.data();
  in_[kDirections] = x + nx_;
  in_[kErrorDirections] = level.error.data() + nx_;
  in_[kWeightDirections] = v;
  if (shown_) in_[ProgramSystem::kShown] = shown_(mid);
  return in_.data();
}

void Sweep::run(Executable& code, double t, double mid, const double* x, const double* w, double* const* out,
                const double* episode) {
  inputs(plain_, t, mid, x, w, nullptr);
  in_[kEpisode] = episode;
  code.run(in_.data(), out);
}

/// The first `count` stages of a step from x, and what they add to the loss (may be null).
void Sweep::stages(Level& level, const Timeline::Step& s, const double* x, const double* w, const double* v, int count,
                   std::array<double, 2>* loss) {
  std::array<double, 2> l{};
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    const Eigen::Map<const Vector> from(x, level.states);
    if (i == 0) {
      level.stage[0] = from;
    } else {
      level.stage[i] = from + (kNode[i] * s.h) * level.rate[i - 1];
    }
    double* out[] = {level.rate[i].data(), l.data()};
    level.forward->run(inputs(level, s.t + kNode[i] * s.h, s.mid(), level.stage[i].data(), w, v), out);
    if (!loss) continue;
    for (std::size_t j = 0; j < static_cast<std::size_t>(level.width); ++j) {
      (*loss)[j] += scale_ * s.h * kShare[i] * l[j];
    }
  }
}

void Sweep::advance(Level& level, const Timeline::Step& s, const double* w, const double* v,
                    std::array<double, 2>* loss) {
  stages(level, s, level.x.data(), w, v, 4, loss);
  for (std::size_t i = 0; i < 4; ++i) level.x += (s.h * kShare[i]) * level.rate[i];
}

void Sweep::forward(Level& level, const double* w, const double* v, bool keep) {
  level.x = level.x0;
  level.loss = {};
  for (Index n = 0; n < timeline_.steps(); ++n) {
    if (keep && n % stretch_ == 0) level.checkpoints.col(n / stretch_) = level.x;
    advance(level, timeline_.step(n), w, v, &level.loss);
  }
}

/// From lambda = dL/dx behind the step to the one before it.
void Sweep::back_step(Level& level, const Timeline::Step& s, const double* x, const double* w, const double* v) {
  stages(level, s, x, w, v, 3, nullptr);
  const Eigen::Map<const Vector> from(x, level.states);
  level.stage[3] = from + s.h * level.rate[2];
  level.rate[0] = level.lambda;  // gathers the sum; rates are not needed any more
  for (std::size_t i = 4; i-- > 0;) {
    level.error = (s.h * kShare[i]) * level.lambda;
    if (i < 3) level.error += (kNode[i + 1] * s.h) * level.bar;
    share_ = scale_ * s.h * kShare[i];
    double* out[] = {level.bar.data(), level.part.data()};
    level.backward->run(inputs(level, s.t + kNode[i] * s.h, s.mid(), level.stage[i].data(), w, v), out);
    level.rate[0] += level.bar;
    level.gradient += level.part;
  }
  level.lambda = level.rate[0];
}

void Sweep::backward(Level& level, const double* w, const double* v) {
  level.lambda.setZero();
  level.gradient.setZero();
  level.bar.setZero();
  const Index steps = timeline_.steps();
  for (Index stretch = checkpoints_ - 1; stretch >= 0; --stretch) {
    const Index first = stretch * stretch_, end = std::min(first + stretch_, steps);
    level.x = level.checkpoints.col(stretch);
    for (Index n = first; n < end; ++n) {
      level.between.col(n - first) = level.x;
      if (n + 1 < end) advance(level, timeline_.step(n), w, v, nullptr);
    }
    for (Index n = end - 1; n >= first; --n) {
      back_step(level, timeline_.step(n), level.between.col(n - first).data(), w, v);
    }
  }
}

double Sweep::forward(const double* w) {
  forward(plain_, w, nullptr, true);
  return plain_.loss[0];
}

void Sweep::backward(const double* w, double* g) {
  tail_ = plain_.x;
  backward(plain_, w, nullptr);
  plain_.x = tail_;
  Eigen::Map<Vector>(g, nw_) = plain_.gradient;
}

double Sweep::slope(const double* w, const double* v) {
  build_tangent();
  forward(tangent_, w, v, false);
  return tangent_.loss[1];
}

double Sweep::product(const double* w, const double* v, double* hv) {
  build_tangent();
  if (tangent_.checkpoints.size() == 0) {
    tangent_.checkpoints.setZero(tangent_.states, checkpoints_);
    tangent_.between.setZero(tangent_.states, stretch_);
  }
  forward(tangent_, w, v, true);
  backward(tangent_, w, v);
  Eigen::Map<Vector>(hv, nw_) = tangent_.gradient.tail(nw_);
  return tangent_.loss[1];
}

void Sweep::visit(const double* w, const std::vector<double>& times,
                  const std::function<void(std::size_t, double, double, const double*)>& visit) {
  tail_ = plain_.x;
  plain_.x = plain_.x0;
  std::size_t next = 0;
  for (Index n = 0; n < timeline_.steps() && next < times.size(); ++n) {
    const Timeline::Step s = timeline_.step(n);
    before_ = plain_.x;
    advance(plain_, s, w, nullptr, nullptr);
    for (; next < times.size() && timeline_.at(times[next]) == n; ++next) {
      const double z = (times[next] - s.t) / s.h, z2 = z * z, z3 = z2 * z;
      const std::array<double, 4> b = {z - 1.5 * z2 + 2.0 / 3 * z3, z2 - 2.0 / 3 * z3, z2 - 2.0 / 3 * z3,
                                       -0.5 * z2 + 2.0 / 3 * z3};
      at_ = before_;
      for (std::size_t i = 0; i < 4; ++i) at_ += (s.h * b[i]) * plain_.rate[i];
      visit(next, times[next], s.mid(), at_.data());
    }
  }
  plain_.x = tail_;
}

}  // namespace neurode::learning
