#include "dynamics/program_jumps.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "neurode/core/bytes.hpp"

namespace neurode {

namespace {

constexpr std::int64_t kLanes = 1024;  // connections acted on at a time
constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

ProgramJumps::ProgramJumps(ProgramSystem& system, SpikeRules rules)
    : system_(system), rules_(std::move(rules)), changes_(system.program(), system.layout(), rules_.changes) {
  const auto& slices = system_.layout().slices();
  std::vector<Executable::Output> margins;
  Index longest = 0;
  for (const auto& rule : rules_.thresholds) {
    const Index size = rule.rows * rule.cols;
    margins.push_back({rule.margin, 0, thresholds_, size});
    first_.push_back(thresholds_);
    thresholds_ += size;
    std::vector<Executable::Output> values;
    Index at = 0;
    for (const auto& reset : rule.resets) {
      values.push_back({reset.value, 0, at, size});
      at += size;
    }
    longest = std::max(longest, at);
    resets_.push_back(values.empty() ? nullptr : std::make_unique<Executable>(system_.program(), values));
  }
  if (!margins.empty()) margins_ = std::make_unique<Executable>(system_.program(), margins);
  flags_.setOnes(std::max<Index>(rules_.flags, 1));
  reset_values_.setZero(std::max<Index>(longest, 1));

  std::size_t most_states = 0, scratch = 0;
  for (auto& effect : rules_.effects) {
    std::vector<equations::Node> inputs = effect.symbols;
    inputs.push_back(effect.weight);
    tapes_.emplace_back(system_.program().graph(), effect.values, inputs);
    scratch = std::max(scratch, tapes_.back().scratch_size());
    most_states = std::max(most_states, effect.parts.size());
    columns_.push_back(effect.pattern ? columns_of(*effect.pattern) : Columns{});
  }
  for (const auto& rule : rules_.thresholds) {
    for (const auto& reset : rule.resets) {
      if (slices[reset.part].rows != rule.rows) throw std::logic_error("a reset of another population's state");
    }
  }
  lanes_.resize((2 * most_states + 1) * kLanes);
  tape_scratch_.resize(scratch + 8);
  inputs_.resize(most_states + 1);
  outputs_.resize(most_states);
  queue_.reserve(static_cast<std::size_t>(thresholds_) * (1 + rules_.effects.size() + rules_.changes.size()));
}

ProgramJumps::Place ProgramJumps::place(Index k) const {
  const auto after = std::upper_bound(first_.begin(), first_.end(), k);
  const auto rule = static_cast<std::size_t>(after - first_.begin()) - 1;
  const Index at = k - first_[rule], rows = rules_.thresholds[rule].rows;
  return {rule, at % rows, at / rows};
}

void ProgramJumps::start(double) {
  queue_.clear();
  order_ = 0;
  flags_.setOnes();
}

void ProgramJumps::save(ByteWriter& out) const {
  out.put_all(flags_);
  out.put(order_);
  out.put(static_cast<std::uint64_t>(queue_.size()));
  for (const auto& s : queue_) {  // as the heap has them
    out.put(s.t);
    out.put(s.order);
    out.put(s.effect);
    out.put(s.index);
    out.put(s.sample);
  }
}

/// Its numbers come from a file.
bool ProgramJumps::is_possible(const Scheduled& s) const {
  const auto at = static_cast<std::size_t>(s.effect < 0 ? -1 - static_cast<std::int64_t>(s.effect) : s.effect);
  const std::size_t effects = rules_.effects.size();
  if (at >= (s.effect < 0 ? rules_.thresholds.size() : effects + rules_.changes.size())) return false;
  const std::size_t rule = s.effect < 0   ? at
                           : at < effects ? rules_.effects[at].threshold
                                          : rules_.changes[at - effects].threshold;
  const auto& threshold = rules_.thresholds[rule];
  Index places = threshold.rows;
  if (s.effect >= 0) {
    const Vector& delay = at < effects ? rules_.effects[at].delay : rules_.changes[at - effects].delay;
    if (delay.size() > 1) places = delay.size();
  } else if (threshold.free < 0) {
    return false;
  }
  return !std::isnan(s.t) && s.index >= 0 && s.index < places && s.sample >= 0 && s.sample < threshold.cols;
}

void ProgramJumps::load(ByteReader& in) {
  in.get_all(flags_);
  in.get(order_);
  queue_.clear();
  for (auto n = in.get<std::uint64_t>(); n > 0; --n) {
    Scheduled s;
    in.get(s.t);
    in.get(s.order);
    in.get(s.effect);
    in.get(s.index);
    in.get(s.sample);
    if (!is_possible(s)) throw BytesError("something is scheduled that cannot be");
    queue_.push_back(s);
  }
}

bool ProgramJumps::resets(Index k) const { return !rules_.thresholds[place(k).rule].resets.empty(); }

void ProgramJumps::margins(double t, const double* x, double* g) {
  if (!margins_) return;
  double* out[] = {g};
  margins_->run(system_.inputs(t, x).data(), out);
  for (std::size_t r = 0; r < rules_.thresholds.size(); ++r) {
    const auto& rule = rules_.thresholds[r];
    if (rule.free < 0) continue;
    for (Index i = 0; i < rule.rows * rule.cols; ++i) {
      if (flags_[rule.free + i] == 0) g[first_[r] + i] = -kInfinity;
    }
  }
}

void ProgramJumps::schedule(double t, std::int32_t effect, std::int64_t index, Index sample) {
  queue_.push_back({t, order_++, effect, index, static_cast<std::int32_t>(sample)});
  std::push_heap(queue_.begin(), queue_.end(), later);
}

double ProgramJumps::next() const { return queue_.empty() ? kInfinity : queue_.front().t; }

void ProgramJumps::fire(double t, std::span<const Index> fired, double* x) {
  const auto& slices = system_.layout().slices();
  std::size_t done = 0;
  for (std::size_t r = 0; r < rules_.thresholds.size() && done < fired.size(); ++r) {
    const auto& rule = rules_.thresholds[r];
    const Index size = rule.rows * rule.cols;
    const std::size_t begin = done;
    while (done < fired.size() && fired[done] < first_[r] + size) ++done;
    if (begin == done || !resets_[r]) continue;
    double* out[] = {reset_values_.data()};
    resets_[r]->run(system_.inputs(t, x).data(), out);
    for (std::size_t k = begin; k < done; ++k) {
      const Index i = fired[k] - first_[r];
      for (std::size_t s = 0; s < rule.resets.size(); ++s) {
        x[slices[rule.resets[s].part].offset + i] = reset_values_[static_cast<Index>(s) * size + i];
      }
    }
  }
  for (const Index k : fired) {
    const Place p = place(k);
    const auto& rule = rules_.thresholds[p.rule];
    if (rule.free >= 0) {
      const double wait = rule.refractory[rule.refractory.size() == 1 ? 0 : p.row];
      if (wait > 0) {
        flags_[rule.free + p.col * rule.rows + p.row] = 0;
        schedule(t + wait, -1 - static_cast<std::int32_t>(p.rule), p.row, p.col);
      }
    }
  }
  for (const Index k : fired) {
    const Place p = place(k);
    for (std::size_t e = 0; e < rules_.effects.size(); ++e) {
      const auto& effect = rules_.effects[e];
      if (effect.threshold != p.rule) continue;
      const std::int64_t from =
          effect.pattern ? columns_[e].start[static_cast<std::size_t>(p.row)] : p.row * effect.rows;
      const std::int64_t to =
          effect.pattern ? columns_[e].start[static_cast<std::size_t>(p.row) + 1] : from + effect.rows;
      const auto number = static_cast<std::int32_t>(e);
      if (effect.delay.size() > 1) {
        for (std::int64_t c = from; c < to; ++c) {
          const auto element = effect.pattern ? columns_[e].element[static_cast<std::size_t>(c)] : c;
          schedule(t + effect.delay[element], number, c, p.col);
        }
      } else if (effect.delay.size() == 1) {
        schedule(t + effect.delay[0], number, p.row, p.col);
      } else {
        act(e, from, to, p.col, x);
      }
    }
  }
  change(t, fired, x);
}

void ProgramJumps::change(double t, std::span<const Index> fired, double* x) {
  for (const bool post : {false, true}) {
    for (std::size_t c = 0; c < rules_.changes.size(); ++c) {
      const auto& change = rules_.changes[c];
      if (change.post != post) continue;
      const auto number = static_cast<std::int32_t>(rules_.effects.size() + c);
      for (const Index k : fired) {
        const Place p = place(k);
        if (p.rule != change.threshold) continue;
        if (change.delay.size() > 1) {
          changes_.for_each(c, p.row, [&](std::int64_t at, std::int64_t element) {
            schedule(t + change.delay[element], number, at, 0);
          });
        } else if (change.delay.size() == 1) {
          schedule(t + change.delay[0], number, p.row, 0);
        } else {
          changes_.spike(c, p.row, x);
        }
      }
    }
  }
}

bool ProgramJumps::deliver(double t, double* x) {
  // A grid of steps and a sum of times differ by rounding.
  const double until = t + 8 * std::numeric_limits<double>::epsilon() * std::abs(t);
  bool any = false;
  while (!queue_.empty() && queue_.front().t <= until) {
    const Scheduled s = queue_.front();
    std::pop_heap(queue_.begin(), queue_.end(), later);
    queue_.pop_back();
    any = true;
    if (s.effect < 0) {
      const auto& rule = rules_.thresholds[static_cast<std::size_t>(-1 - s.effect)];
      flags_[rule.free + s.sample * rule.rows + s.index] = 1;
      continue;
    }
    const auto e = static_cast<std::size_t>(s.effect);
    if (e >= rules_.effects.size()) {
      const std::size_t c = e - rules_.effects.size();
      rules_.changes[c].delay.size() > 1 ? changes_.arrival(c, s.index, x) : changes_.spike(c, s.index, x);
      continue;
    }
    const auto& effect = rules_.effects[e];
    if (effect.delay.size() > 1) {
      act(e, s.index, s.index + 1, s.sample, x);
    } else if (effect.pattern) {
      const auto j = static_cast<std::size_t>(s.index);
      act(e, columns_[e].start[j], columns_[e].start[j + 1], s.sample, x);
    } else {
      act(e, s.index * effect.rows, (s.index + 1) * effect.rows, s.sample, x);
    }
  }
  return any;
}

void ProgramJumps::act(std::size_t e, std::int64_t from, std::int64_t to, Index sample, double* x) {
  const auto& effect = rules_.effects[e];
  const auto& program = system_.program();
  const auto& info = program[effect.weights];
  const double* weights = info.source == Program::Value::Source::constant ? info.data : x + info.offset;
  const auto& slices = system_.layout().slices();
  const std::size_t states = effect.parts.size();
  for (std::int64_t first = from; first < to; first += kLanes) {
    const auto count = static_cast<std::size_t>(std::min(kLanes, to - first));
    const auto row = [&](std::size_t k) -> Index {
      const auto c = first + static_cast<std::int64_t>(k);
      return effect.pattern ? columns_[e].row[static_cast<std::size_t>(c)] : c % effect.rows;
    };
    for (std::size_t s = 0; s < states; ++s) {
      double* lane = lanes_.data() + s * kLanes;
      const double* state = x + slices[effect.parts[s]].offset + sample * effect.rows;
      for (std::size_t k = 0; k < count; ++k) lane[k] = state[row(k)];
      inputs_[s] = {lane, false};
      outputs_[s] = lanes_.data() + (states + 1 + s) * kLanes;
    }
    double* lane = lanes_.data() + states * kLanes;
    for (std::size_t k = 0; k < count; ++k) {
      const auto c = first + static_cast<std::int64_t>(k);
      lane[k] = weights[info.size() == 1 ? 0 : (effect.pattern ? columns_[e].element[static_cast<std::size_t>(c)] : c)];
    }
    inputs_[states] = {lane, false};
    tapes_[e].run(count, inputs_.data(), outputs_.data(), tape_scratch_.data());
    for (std::size_t s = 0; s < states; ++s) {
      const std::size_t part = effect.parts[s];
      double* state = x + slices[part].offset + sample * effect.rows;
      const SpikeRules::Threshold* post =
          effect.post_threshold >= 0 ? &rules_.thresholds[static_cast<std::size_t>(effect.post_threshold)] : nullptr;
      const bool held =
          post && post->free >= 0 && std::find(post->held.begin(), post->held.end(), part) != post->held.end();
      for (std::size_t k = 0; k < count; ++k) {
        if (held && flags_[post->free + sample * post->rows + row(k)] == 0) continue;
        state[row(k)] = outputs_[s][k];
      }
    }
  }
}

}  // namespace neurode
