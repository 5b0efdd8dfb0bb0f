#include "learning/parts/perturbations.hpp"

#include <cmath>

#include "neurode/core/random.hpp"

namespace neurode::learning {

namespace {

/// Number i of window k is number i + size k of the stream "perturbation".
class Windows : public Presented {
 public:
  Windows(std::uint64_t seed, Index size, double start, double window, bool signs)
      : random_(seed, "perturbation"), start_(start), window_(window), signs_(signs) {
    shown_.setZero(size);
  }

  const double* at(double t) override {
    const auto k = static_cast<std::int64_t>(std::floor(std::max(0.0, t - start_) / window_));
    if (k == last_) return shown_.data();
    last_ = k;
    const auto first = static_cast<std::uint64_t>(k) * static_cast<std::uint64_t>(shown_.size());
    for (Index i = 0; i < shown_.size(); ++i) {
      const std::uint64_t index = first + static_cast<std::uint64_t>(i);
      shown_[i] = signs_ ? (random_.uniform(index) < 0.5 ? -1.0 : 1.0) : random_.normal(index);
    }
    return shown_.data();
  }

  std::vector<double> breakpoints(double t0, double t1) const override {
    std::vector<double> times;
    for (auto k = static_cast<std::int64_t>(std::floor(std::max(0.0, t0 - start_) / window_));; ++k) {
      const double t = start_ + static_cast<double>(k) * window_;
      if (t >= t1) return times;
      if (t > t0) times.push_back(t);
    }
  }

 private:
  CounterRandom random_;
  double start_, window_;
  bool signs_;
  Vector shown_;
  std::int64_t last_ = -1;
};

}  // namespace

ParameterTable Perturbations::parameters() {
  return {ParameterSpec::make(Kind::number, "sigma", "standard deviation of what is added to inputs")
              .above(0)
              .standard(0.01),
          ParameterSpec::make(Kind::number, "window", "time for which a perturbation is held").above(0).standard(0.1),
          ParameterSpec::make(Kind::choice, "draw", "perturbations are normal, or plus or minus sigma")
              .one_of({"normal", "sign"})
              .standard("normal")};
}

Perturbations::Perturbations(const Setup& setup, network::Assembly& assembly)
    : setup_(setup), a_(assembly), first_(shown_size(assembly, setup.network)) {}

ValueId Perturbations::of(const network::Population& pop) {
  const ValueId v = a_.program.input(ProgramSystem::kShown, first_ + size_, pop.size, a_.samples);
  size_ += pop.size * a_.samples;
  a_.named.push_back({pop.name + ".perturbation", v, "", "perturbation of population " + pop.name + " over sigma",
                      pop.dimension, a_.samples > 1 ? "sample" : "", false, pop.size, a_.samples, pop.name});
  return v;
}

double Perturbations::sigma() const { return setup_.rule.number("sigma"); }

MoreShown Perturbations::shown() const {
  return {std::make_unique<Windows>(setup_.scenario.seed, size_, setup_.scenario.time.start,
                                    setup_.rule.number("window"), setup_.rule.text("draw") == "sign"),
          size_};
}

}  // namespace neurode::learning
