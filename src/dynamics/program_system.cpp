#include "neurode/dynamics/program_system.hpp"

#include <algorithm>

#include "dynamics/program_delays.hpp"
#include "dynamics/program_jumps.hpp"
#include "dynamics/program_noise.hpp"
#include "dynamics/structure.hpp"

namespace neurode {

ProgramSystem::ProgramSystem(Program program, StateLayout layout, std::vector<Part> parts,
                             std::function<std::vector<double>(double, double)> breakpoints, bool symmetric)
    : program_(std::move(program)),
      layout_(std::move(layout)),
      parts_(std::move(parts)),
      breakpoints_(std::move(breakpoints)),
      own_breakpoints_(settle_time_conditions(program_)),
      symmetric_(symmetric) {}

ProgramSystem::~ProgramSystem() = default;

void ProgramSystem::read_past(std::vector<DelayedInput> inputs, InitialHistory history) {
  past_ = std::make_unique<ProgramDelays>(*this, std::move(inputs), std::move(history));
}

Delays* ProgramSystem::delays() { return past_.get(); }

std::vector<double> ProgramSystem::breakpoints(double t0, double t1) const {
  std::vector<double> times = breakpoints_ ? breakpoints_(t0, t1) : std::vector<double>{};
  for (const double t : own_breakpoints_) {
    if (t > t0 && t < t1) times.push_back(t);
  }
  if (shown_) {
    for (const double t : shown_->breakpoints(t0, t1)) times.push_back(t);
  }
  std::sort(times.begin(), times.end());
  return times;
}

void ProgramSystem::begin_segment(double t0, double t1) {
  segment_begin_ = t0;
  segment_end_ = t1;
  in_segment_ = true;
  if (past_) past_->begin_segment(t0, t1);
}

void ProgramSystem::set_noise(NoiseParts noise) {
  if (!noise.sources.empty()) noise_ = std::make_unique<ProgramNoise>(*this, std::move(noise));
}

/// Inside the announced segment inputs keep the piece of its midpoint; elsewhere (a direct call) time itself decides.
ProgramSystem::Inputs ProgramSystem::inputs(double t, const double* x, const double* direction) {
  const double* delayed = past_ ? past_->values(t) : nullptr;  // may sample, and so set the time
  time_[0] = t;
  const bool inside = in_segment_ && t >= segment_begin_ && t <= segment_end_;
  time_[1] = inside ? 0.5 * (segment_begin_ + segment_end_) : t;
  const double* shown = shown_ ? shown_->at(time_[1]) : nullptr;
  return {time_, x, direction, nullptr, delayed, jumps_ ? jumps_->flags() : nullptr, nullptr, nullptr, shown};
}

Jumps* ProgramSystem::jumps() { return jumps_ ? static_cast<Jumps*>(jumps_.get()) : other_jumps_.get(); }

void ProgramSystem::set_spikes(SpikeRules rules) {
  if (!rules.thresholds.empty()) jumps_ = std::make_unique<ProgramJumps>(*this, std::move(rules));
}

std::unique_ptr<Executable> ProgramSystem::build(const std::vector<ValueId>& rates) {
  std::vector<Executable::Output> outputs;
  for (std::size_t k = 0; k < parts_.size(); ++k) {
    const Slice& s = layout_.slices()[k];
    outputs.push_back({rates[k], 0, s.offset, s.size()});
  }
  return std::make_unique<Executable>(program_, outputs);
}

void ProgramSystem::rhs(double t, const double* x, double* dxdt) {
  if (!rhs_) {
    std::vector<ValueId> rates;
    for (const Part& p : parts_) rates.push_back(p.rate);
    rhs_ = build(rates);
  }
  double* out[] = {dxdt};
  rhs_->run(inputs(t, x).data(), out);
}

bool ProgramSystem::rates_without(Block left_out, double t, const double* x, double* dxdt) {
  if (!without_ || left_out != left_out_) {
    std::vector<ValueId> rates;
    for (std::size_t k = 0; k < parts_.size(); ++k) {
      rates.push_back(layout_.slices()[k].block == left_out ? ValueId{} : parts_[k].rate);
    }
    without_ = build(rates);
    left_out_ = left_out;
  }
  double* out[] = {dxdt};
  without_->run(inputs(t, x).data(), out);
  return !without_->has_products();
}

void ProgramSystem::jvp(double t, const double* x, const double* v, double* jv) {
  if (!jvp_) {
    Program::Seeds seeds;
    std::vector<ValueId> rates;
    std::vector<std::size_t> where;
    for (std::size_t k = 0; k < parts_.size(); ++k) {
      const Slice& s = layout_.slices()[k];
      seeds.emplace_back(parts_[k].value, program_.input(kDirection, s.offset, s.rows, s.cols));
      if (!parts_[k].rate.valid()) continue;
      rates.push_back(parts_[k].rate);
      where.push_back(k);
    }
    const auto d = program_.tangent(seeds, rates);
    std::vector<ValueId> all(parts_.size());
    for (std::size_t i = 0; i < d.size(); ++i) all[where[i]] = d[i];
    jvp_ = build(all);
  }
  double* out[] = {jv};
  jvp_->run(inputs(t, x, v).data(), out);
}

void ProgramSystem::vjp(double t, const double* x, const double* u, double* jtu) {
  if (!vjp_) {
    Program::Seeds seeds;
    std::vector<ValueId> targets;
    for (std::size_t k = 0; k < parts_.size(); ++k) {
      const Slice& s = layout_.slices()[k];
      targets.push_back(parts_[k].value);
      if (parts_[k].rate.valid()) {
        seeds.emplace_back(parts_[k].rate, program_.input(kDirection, s.offset, s.rows, s.cols));
      }
    }
    vjp_ = build(program_.adjoint(seeds, targets));
  }
  double* out[] = {jtu};
  vjp_->run(inputs(t, x, u).data(), out);
}

const Sparsity* ProgramSystem::sparsity() {
  if (!sparsity_) sparsity_ = find_sparsity(program_, layout_, parts_);
  return *sparsity_ ? &**sparsity_ : nullptr;
}

/// Runs `code`, made by `make` where it is asked for the first time: one value a part, invalid where it is zero.
template <class Code, class Make>
static bool run_optional(std::optional<Code>& code, const Make& make, const double* const* in, double* out) {
  if (!code) code = make();
  if (!*code) return false;
  double* outs[] = {out};
  (*code)->run(in, outs);
  return true;
}

bool ProgramSystem::time_derivative(double t, const double* x, double* ft) {
  Inputs in = inputs(t, x);
  if (past_) in[kDelayedRate] = past_->rates(t);
  const auto make = [this] {
    return build_if_any(time_derivatives(program_, parts_, past_ ? past_->seeds() : Program::Seeds{}));
  };
  return run_optional(time_derivative_, make, in.data(), ft);
}

bool ProgramSystem::linear_rates(double t, const double* x, double* d) {
  return run_optional(
      linear_rates_, [this] { return build_if_any(own_linear_rates(program_, parts_)); }, inputs(t, x).data(), d);
}

std::unique_ptr<Executable> ProgramSystem::build_if_any(const std::vector<ValueId>& rates) {
  for (const ValueId v : rates) {
    if (v.valid()) return build(rates);
  }
  return nullptr;
}

ProgramSystem::Sampler::Sampler(ProgramSystem& system, const std::vector<ValueId>& values) : system_(system) {
  std::vector<Executable::Output> outputs;
  for (const ValueId v : values) {
    const Index size = system.program_[v].size();
    offsets_.push_back(size_);
    outputs.push_back({v, 0, size_, size});
    size_ += size;
  }
  code_ = std::make_unique<Executable>(system.program_, outputs);
}

void ProgramSystem::Sampler::run(double t, const double* x, double* out) {
  double* outs[] = {out};
  code_->run(system_.inputs(t, x).data(), outs);
}

}  // namespace neurode
