// Minibatches.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "neurode/core/random.hpp"
#include "neurode/network/data.hpp"

namespace neurode::network {

namespace {

class Batches : public Presented {
 public:
  explicit Batches(const Data& data)
      : samples_(data.train), how_(*data.batching), random_(how_.seed, "data.order"), keys_(count()) {
    const Index numbers = (samples_.inputs.rows() + samples_.targets.rows()) * how_.size + 1;
    shown_.setZero(numbers);
    nothing_.setZero(numbers);
    for (Pass& p : passes_) p.order.resize(count());
  }

  const double* at(double t) override {
    const double passed = std::max(0.0, t - how_.start);
    const auto batch = static_cast<std::int64_t>(std::floor(passed / how_.period));
    if (passed - static_cast<double>(batch) * how_.period >= how_.window) return nothing_.data();
    if (batch != batch_) fill(batch);
    return shown_.data();
  }

  std::vector<double> breakpoints(double t0, double t1) const override {
    std::vector<double> times;
    const auto add = [&](double t) {
      if (t > t0 && t < t1) times.push_back(t);
    };
    const auto first = static_cast<std::int64_t>(std::floor(std::max(0.0, t0 - how_.start) / how_.period));
    for (std::int64_t k = first; how_.start + static_cast<double>(k) * how_.period < t1; ++k) {
      add(how_.start + static_cast<double>(k) * how_.period);
      if (how_.window < how_.period) add(how_.start + static_cast<double>(k) * how_.period + how_.window);
    }
    return times;
  }

 private:
  struct Pass {
    std::int64_t number = -1;
    std::vector<Index> order;
  };

  std::size_t count() const { return static_cast<std::size_t>(samples_.count()); }

  Index row(std::int64_t position) {
    const auto n = static_cast<std::int64_t>(count());
    const std::int64_t number = position / n;
    const auto place = static_cast<std::size_t>(position % n);
    if (!how_.shuffled) return static_cast<Index>(place);
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
    return pass.order[place];
  }

  void fill(std::int64_t batch) {
    const Index inputs = samples_.inputs.rows(), targets = samples_.targets.rows();
    for (Index j = 0; j < how_.size; ++j) {
      const Index r = row(batch * how_.size + j);
      shown_.segment(j * inputs, inputs) = samples_.inputs.col(r);
      shown_.segment(how_.size * inputs + j * targets, targets) = samples_.targets.col(r);
    }
    shown_[shown_.size() - 1] = 1;
    batch_ = batch;
  }

  const Samples& samples_;
  Batching how_;
  CounterRandom random_;
  std::vector<double> keys_;
  std::array<Pass, 2> passes_;
  Vector shown_, nothing_;
  std::int64_t batch_ = -1;
};

}  // namespace

std::unique_ptr<Presented> show_batches(const Data& data) { return std::make_unique<Batches>(data); }

}  // namespace neurode::network
