// What of the training samples is shown when: batches, sequences, schedules.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "neurode/core/random.hpp"
#include "neurode/network/data.hpp"

namespace neurode::network {

namespace {

constexpr double kForever = std::numeric_limits<double>::infinity();

/// The order of rows in each pass through them.
class Order {
 public:
  Order(std::size_t rows, bool shuffled, std::uint64_t seed)
      : rows_(static_cast<std::int64_t>(rows)), shuffled_(shuffled), random_(seed, "data.order") {
    if (!shuffled) return;
    keys_.resize(rows);
    for (Pass& p : passes_) p.order.resize(rows);
  }

  Index row(std::int64_t position) {
    const std::int64_t number = position / rows_, place = position % rows_;
    if (!shuffled_) return place;
    Pass& pass = passes_[static_cast<std::size_t>(number % 2)];
    if (pass.number != number) {
      for (std::size_t i = 0; i < keys_.size(); ++i) {
        keys_[i] = random_.uniform(static_cast<std::uint64_t>(number) * keys_.size() + i);
      }
      std::iota(pass.order.begin(), pass.order.end(), Index{0});
      std::sort(pass.order.begin(), pass.order.end(), [this](Index a, Index b) {
        const double x = keys_[static_cast<std::size_t>(a)], y = keys_[static_cast<std::size_t>(b)];
        return x != y ? x < y : a < b;
      });
      pass.number = number;
    }
    return pass.order[static_cast<std::size_t>(place)];
  }

 private:
  struct Pass {
    std::int64_t number = -1;
    std::vector<Index> order;
  };
  std::int64_t rows_;
  bool shuffled_;
  CounterRandom random_;
  std::vector<double> keys_;
  std::array<Pass, 2> passes_;
};

/// A stretch of time in which the same samples are there: a batch, an entry of the schedule, or the whole run.
struct Slot {
  std::int64_t number = 0;
  double begin = 0, end = kForever, dark = kForever;  ///< from `dark` on nothing is shown
};

class Shown : public Presented {
 public:
  explicit Shown(const Data& data)
      : data_(data),
        samples_(data.train),
        columns_(data.columns()),
        order_(static_cast<std::size_t>(samples_.count()), data.batching && data.batching->shuffled,
               data.batching ? data.batching->seed : 0) {
    const Index inputs = samples_.input_rows(), targets = samples_.target_rows();
    size_ = (inputs + (data.masked ? 2 : 1) * targets) * columns_ + 1;
    nothing_.setZero(size_);
    shown_.setZero(size_);
    const bool kept = whole() && !samples_.stream;  // everything is there at any time: read from where it stands
    for (Batch& b : batches_) {
      if (kept) continue;
      b.inputs.setZero(inputs * samples_.steps, columns_);
      b.targets.setZero(targets * samples_.steps, columns_);
    }
  }

  const double* at(double t) override {
    const Slot slot = slot_at(t);
    if (t >= slot.dark || (data_.schedule && row_of(slot) < 0)) return nothing_.data();
    const Index step = step_at(t - slot.begin);
    if (step < 0) return nothing_.data();
    if (slot.number != number_ || step != step_) fill(slot, step);
    return shown_.data();
  }

  std::vector<double> breakpoints(double t0, double t1) const override {
    std::vector<double> times;
    const auto add = [&](double t) {
      if (t > t0 && t < t1) times.push_back(t);
    };
    Slot slot = slot_at(t0);
    while (slot.begin < t1) {
      add(slot.begin);
      if (data_.sequence) add_steps(slot, t0, t1, add);
      if (slot.dark < slot.end) add(slot.dark);
      if (slot.end == kForever) break;
      slot = numbered(slot.number + 1);
    }
    std::sort(times.begin(), times.end());
    times.erase(std::unique(times.begin(), times.end()), times.end());
    return times;
  }

 private:
  struct Batch {
    std::int64_t number = -1;
    Matrix inputs, targets;
  };

  bool whole() const { return !data_.batching && !data_.schedule; }

  Slot numbered(std::int64_t k) const {
    Slot s;
    s.number = k;
    if (data_.batching) {
      const Batching& how = *data_.batching;
      s.begin = how.start + static_cast<double>(k) * how.period;
      s.end = how.start + static_cast<double>(k + 1) * how.period;
      s.dark = how.window < how.period ? s.begin + how.window : kForever;
    } else if (data_.schedule) {
      const auto& times = data_.schedule->times;
      const auto n = static_cast<std::size_t>(k);
      s.begin = k < 0 ? -kForever : times[n];
      s.end = k + 1 < static_cast<std::int64_t>(times.size()) ? times[static_cast<std::size_t>(k + 1)] : kForever;
      if (k < 0) s.dark = -kForever;
    } else {
      s.begin = data_.start;
    }
    return s;
  }

  Slot slot_at(double t) const {
    if (data_.batching) {
      const double passed = std::max(0.0, t - data_.batching->start);
      return numbered(static_cast<std::int64_t>(std::floor(passed / data_.batching->period)));
    }
    if (!data_.schedule) return numbered(0);
    const auto& times = data_.schedule->times;
    return numbered(std::upper_bound(times.begin(), times.end(), t) - times.begin() - 1);
  }

  Index row_of(const Slot& slot) const {
    return slot.number < 0 ? -1 : data_.schedule->rows[static_cast<std::size_t>(slot.number)];
  }

  double round() const { return data_.sequence->step * static_cast<double>(samples_.steps) + data_.sequence->gap; }

  /// The step that is shown so long after the sample came; -1: none.
  Index step_at(double passed) const {
    if (!data_.sequence) return 0;
    passed = std::max(0.0, passed);
    const double rounds = std::floor(passed / round());
    if (rounds > 0 && !data_.sequence->repeat) return -1;
    const auto step = static_cast<Index>(std::floor((passed - rounds * round()) / data_.sequence->step));
    return step < samples_.steps ? step : -1;
  }

  template <class Add>
  void add_steps(const Slot& slot, double t0, double t1, const Add& add) const {
    const double end = std::min({slot.end, slot.dark, t1});
    const bool again = data_.sequence->repeat;
    const auto first = again ? std::floor(std::max(0.0, t0 - slot.begin) / round()) : 0.0;
    for (double r = first; slot.begin + r * round() < end; ++r) {
      for (Index k = 0; k <= samples_.steps; ++k) {
        const double t = slot.begin + r * round() + static_cast<double>(k) * data_.sequence->step;
        if (t < end) add(t);
      }
      if (!again) break;
    }
  }

  /// The samples of a slot, whole sequences.
  const Batch& batch(const Slot& slot) {
    Batch& b = batches_[static_cast<std::size_t>(slot.number & 1)];
    if (b.number == slot.number) return b;
    b.number = -1;  // half of it must not pass for it
    for (Index j = 0; j < columns_; ++j) {
      const Index r = data_.schedule ? row_of(slot) : whole() ? j : order_.row(slot.number * columns_ + j);
      if (samples_.stream) {
        samples_.stream->read(r, b.inputs.col(j).data(), b.targets.col(j).data());
      } else {
        b.inputs.col(j) = samples_.inputs.col(r);
        b.targets.col(j) = samples_.targets.col(r);
      }
    }
    b.number = slot.number;
    return b;
  }

  void fill(const Slot& slot, Index step) {
    const bool kept = whole() && !samples_.stream;
    const Matrix& x = kept ? samples_.inputs : batch(slot).inputs;
    const Matrix& y = kept ? samples_.targets : batch(slot).targets;
    const Index inputs = samples_.input_rows(), targets = samples_.target_rows();
    number_ = -1;
    double* out = shown_.data();
    for (Index j = 0; j < columns_; ++j, out += inputs) std::copy_n(x.col(j).data() + step * inputs, inputs, out);
    double* mask = out + targets * columns_;
    for (Index j = 0; j < columns_; ++j) {
      for (Index i = 0; i < targets; ++i) {
        const double target = y(step * targets + i, j);
        const bool there = !std::isnan(target);
        *out++ = there ? target : 0.0;
        if (data_.masked) *mask++ = there ? 1.0 : 0.0;
      }
    }
    shown_[size_ - 1] = 1;
    number_ = slot.number;
    step_ = step;
  }

  const Data& data_;
  const Samples& samples_;
  Index columns_;
  Order order_;
  std::array<Batch, 2> batches_;
  Index size_ = 0, step_ = -1;
  std::int64_t number_ = -1;
  Vector shown_, nothing_;
};

}  // namespace

std::unique_ptr<Presented> show_samples(const Data& data) { return std::make_unique<Shown>(data); }

}  // namespace neurode::network
