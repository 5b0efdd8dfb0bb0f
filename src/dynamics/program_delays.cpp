#include "dynamics/program_delays.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "neurode/dynamics/reads.hpp"

namespace neurode {

ProgramDelays::ProgramDelays(ProgramSystem& system, std::vector<DelayedInput> inputs, InitialHistory history)
    : system_(system),
      inputs_(std::move(inputs)),
      history_(std::move(history)),
      segment_begin_(-std::numeric_limits<double>::infinity()),
      segment_end_(std::numeric_limits<double>::infinity()),
      at_(std::numeric_limits<double>::quiet_NaN()) {
  const Program& program = system_.program();
  std::vector<Executable::Output> outputs;  // each signal once, however often it is read
  std::vector<double> delays;
  std::vector<Index> from, to;
  Index size = 0;
  for (const DelayedInput& input : inputs_) {
    const auto known = std::find_if(outputs.begin(), outputs.end(),
                                    [&](const Executable::Output& o) { return o.value == input.signal; });
    const Index start = known == outputs.end() ? signals_ : known->offset;
    if (known == outputs.end()) {
      outputs.push_back({input.signal, 0, start, program[input.signal].size()});
      signals_ += program[input.signal].size();
    }
    const auto& value = program[input.value];
    for (Index i = 0; i < value.size(); ++i) {
      const double delay = input.delay[input.delay.size() == 1 ? 0 : i];
      if (!(delay > 0 && std::isfinite(delay))) throw std::invalid_argument("a delay must be finite and > 0");
      delays.push_back(delay);
      from.push_back(start + (input.element.empty() ? i : input.element[static_cast<std::size_t>(i)]));
      to.push_back(value.offset + i);
    }
    size = std::max(size, value.offset + value.size());
  }
  if (delays.empty()) throw std::invalid_argument("nothing is read of the past");
  add_batches(delays, from, to);
  // Signals that are functions of time as well change before the start even where the state does not.
  std::vector<ValueId> signals;
  for (const auto& o : outputs) signals.push_back(o.value);
  held_ = history_.held && !reads(program, signals, 0);
  code_ = std::make_unique<Executable>(program, outputs);
  values_.setZero(size);
  rates_.setZero(size);
  early_.setZero(signals_);
  state_.setZero(system_.size());
}

void ProgramDelays::add_batches(std::vector<double>& delays, std::vector<Index>& from, std::vector<Index>& to) {
  std::vector<std::size_t> order(delays.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return delays[a] < delays[b]; });
  for (const std::size_t i : order) {
    if (batches_.empty() || batches_.back().delay != delays[i]) {
      batches_.push_back({delays[i], from_.size(), 0, true});
      if (distinct_.size() <= kMostDistinct) distinct_.push_back(delays[i]);
    }
    Batch& b = batches_.back();
    if (b.count > 0 && (from[i] != from_.back() + 1 || to[i] != to_.back() + 1)) b.run = false;
    ++b.count;
    from_.push_back(from[i]);
    to_.push_back(to[i]);
  }
  if (distinct_.size() > kMostDistinct) distinct_.clear();
}

void ProgramDelays::sample(double t, const double* x, double* out) {
  const bool inside = t >= segment_begin_ && t <= segment_end_ && std::isfinite(segment_begin_);
  const double time[] = {t, inside ? 0.5 * (segment_begin_ + segment_end_) : t};
  const ProgramSystem::Inputs in = {time, x};
  double* outs[] = {out};
  code_->run(in.data(), outs);
}

void ProgramDelays::before(double t, double* out) {
  history_.state(t, state_.data());
  sample(t, state_.data(), out);
}

void ProgramDelays::attach(std::shared_ptr<const Past> past) {
  past_ = std::move(past);
  for (const Batch& b : batches_) b.hint = 0;
  version_ = -1;
}

void ProgramDelays::begin_segment(double t0, double t1) {
  segment_begin_ = t0;
  segment_end_ = t1;
  version_ = -1;
}

/// Breakpoints are sums of delays, wrong by a few units in the last place: the ends of a segment read what lies inside.
double ProgramDelays::piece_time(double t, double delay) const {
  if (!(t >= segment_begin_ && t <= segment_end_) || !std::isfinite(segment_begin_)) return t - delay;
  const double size = std::max({std::abs(segment_begin_), std::abs(segment_end_), delay});
  const double room = (segment_end_ - segment_begin_) / 4;  // a half might meet the other one's rounding
  const double guard = std::min(32 * std::numeric_limits<double>::epsilon() * size, room);
  return std::clamp(t, segment_begin_ + guard, segment_end_ - guard) - delay;
}

const double* ProgramDelays::values(double t) {
  const std::int64_t version = past_ ? past_->version() : 0;
  if (version != version_ || t != at_) {
    read(t, false, values_);
    at_ = t;
    version_ = version;
  }
  return values_.data();
}

const double* ProgramDelays::rates(double t) {
  read(t, true, rates_);
  return rates_.data();
}

Program::Seeds ProgramDelays::seeds() {
  Program& program = system_.program();
  Program::Seeds seeds;
  for (const DelayedInput& input : inputs_) {
    const auto value = program[input.value];
    seeds.emplace_back(input.value, program.input(ProgramSystem::kDelayedRate, value.offset, value.rows, value.cols));
  }
  return seeds;
}

void ProgramDelays::read(double t, bool rate, Vector& out) {
  Past::Window w;
  for (const Batch& b : batches_) {
    if (past_) {
      past_->window(t - b.delay, piece_time(t, b.delay), rate, b.hint, w);
    } else {
      before(t - b.delay, early_.data());
      w.values = early_.data();
      w.nodes = 1;
      w.weight[0] = rate ? 0 : 1;
    }
    if (b.run) {
      auto to = out.segment(to_[b.first], static_cast<Index>(b.count));
      const double* from = w.values + from_[b.first];
      to = w.weight[0] * Eigen::Map<const Vector>(from, to.size());
      for (int j = 1; j < w.nodes; ++j) {
        to += w.weight[static_cast<std::size_t>(j)] * Eigen::Map<const Vector>(from + j * w.stride, to.size());
      }
      continue;
    }
    for (std::size_t i = b.first; i < b.first + b.count; ++i) {
      double sum = 0;
      for (int j = 0; j < w.nodes; ++j) {
        sum += w.weight[static_cast<std::size_t>(j)] * w.values[from_[i] + j * w.stride];
      }
      out[to_[i]] = sum;
    }
  }
}

}  // namespace neurode
