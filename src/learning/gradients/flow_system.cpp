#include "learning/gradients/flow_system.hpp"

#include <algorithm>
#include <stdexcept>

#include "learning/flows/flows.hpp"

namespace neurode::learning {

using network::Assembly;

FlowSystem::FlowSystem(const Setup& setup, const Assembly& inner, std::unique_ptr<Gradient> gradient, bool symmetric,
                       std::function<std::vector<double>(double, double)> breakpoints)
    : gradient_(std::move(gradient)), symmetric_(symmetric), breakpoints_(std::move(breakpoints)) {
  Program& p = outer_.program;
  const auto& net = setup.network;
  Index at = 0;
  for (const auto& w : inner.plastic) {
    const Matrix& start =
        w.projection >= 0
            ? *net.projections[static_cast<std::size_t>(w.projection)].weights
            : net.populations[static_cast<std::size_t>(w.population)].biases[static_cast<std::size_t>(w.bias)].values;
    const network::Named* named = inner.find(w.name);
    if (!named) throw std::logic_error("weights without a name");
    Slice s;
    s.name = w.name;
    s.rows = start.rows();
    s.cols = start.cols();
    s.block = Block::weights;
    s.unit = named->unit;
    s.long_name = named->long_name;
    s.row_dimension = named->row_dimension;
    s.col_dimension = named->col_dimension;
    Assembly::Plastic plastic = w;
    plastic.part = static_cast<int>(outer_.parts.size());
    plastic.value = add_state(outer_, s, start);
    outer_.plastic.push_back(plastic);
    inputs_.push_back(p.input(kGradient, at, s.rows, s.cols));
    at += s.size();
  }
  if (at != gradient_->size()) throw std::logic_error("a gradient of another size");
  const std::size_t weights = outer_.named.size();
  const ValueId loss = p.input(kGradient, at, 1, 1);
  add_flow(setup, outer_, loss, inputs_);
  inputs_.push_back(loss);
  // The state goes to the inner program whole: its vector of weights goes on where the states of the flow begin.
  for (std::size_t k = weights; k < outer_.named.size(); ++k) {
    network::Named n = outer_.named[k];
    n.value = gradient_->program().input(Assembly::kWeights, outer_.layout.find(n.name)->offset, n.rows, n.cols);
    added_.push_back(n);
  }
  g_.setZero(at + 1);
  slope_ = bar_ = g_;
}

std::vector<double> FlowSystem::breakpoints(double t0, double t1) const {
  auto times = gradient_->breakpoints(t0, t1);
  if (breakpoints_) {
    for (const double t : breakpoints_(t0, t1)) times.push_back(t);
  }
  std::sort(times.begin(), times.end());
  return times;
}

void FlowSystem::run(Executable& code, double t, const double* x, std::initializer_list<double*> out,
                     const double* direction, const double* slope) {
  const double time[] = {t, gradient_->inside(t)};
  const double* in[kVectors] = {time, x, direction, g_.data(), slope};
  code.run(in, out.begin());
}

std::unique_ptr<Executable> FlowSystem::code(const std::vector<ValueId>& values) {
  std::vector<Executable::Output> outputs;
  for (std::size_t k = 0; k < values.size(); ++k) {
    const Slice& s = outer_.layout.slices()[k];
    outputs.push_back({values[k], 0, s.offset, s.size()});
  }
  return std::make_unique<Executable>(outer_.program, outputs);
}

void FlowSystem::rhs(double t, const double* x, double* dxdt) {
  if (!rhs_) {
    std::vector<ValueId> rates;
    for (const auto& part : outer_.parts) rates.push_back(part.rate);
    rhs_ = code(rates);
  }
  gradient_->evaluate(t, x, g_.data(), &g_[g_.size() - 1]);
  run(*rhs_, t, x, {dxdt});
}

void FlowSystem::jvp(double t, const double* x, const double* v, double* jv) {
  if (!jvp_) {
    Program& p = outer_.program;
    Program::Seeds seeds;
    std::vector<ValueId> rates, all(outer_.parts.size());
    std::vector<std::size_t> where;
    for (std::size_t k = 0; k < outer_.parts.size(); ++k) {
      const Slice& s = outer_.layout.slices()[k];
      seeds.emplace_back(outer_.parts[k].value, p.input(kDirection, s.offset, s.rows, s.cols));
      if (!outer_.parts[k].rate.valid()) continue;
      rates.push_back(outer_.parts[k].rate);
      where.push_back(k);
    }
    for (const ValueId g : inputs_) {
      const auto shape = p[g];
      seeds.emplace_back(g, p.input(kGradientDirection, shape.offset, shape.rows, shape.cols));
    }
    const auto d = p.tangent(seeds, rates);
    for (std::size_t k = 0; k < d.size(); ++k) all[where[k]] = d[k];
    jvp_ = code(all);
  }
  gradient_->evaluate(t, x, g_.data(), &g_[g_.size() - 1]);
  gradient_->product(t, x, v, slope_.data(), &slope_[slope_.size() - 1]);
  run(*jvp_, t, x, {jv}, v, slope_.data());
}

void FlowSystem::vjp(double t, const double* x, const double* u, double* jtu) {
  if (!vjp_) {
    Program& p = outer_.program;
    Program::Seeds seeds;
    std::vector<ValueId> targets;
    for (std::size_t k = 0; k < outer_.parts.size(); ++k) {
      const Slice& s = outer_.layout.slices()[k];
      targets.push_back(outer_.parts[k].value);
      if (!outer_.parts[k].rate.valid()) continue;
      seeds.emplace_back(outer_.parts[k].rate, p.input(kDirection, s.offset, s.rows, s.cols));
    }
    targets.insert(targets.end(), inputs_.begin(), inputs_.end());
    const auto bars = p.adjoint(seeds, targets);
    std::vector<Executable::Output> outputs;
    for (std::size_t k = 0; k < outer_.parts.size(); ++k) {
      const Slice& s = outer_.layout.slices()[k];
      outputs.push_back({bars[k], 0, s.offset, s.size()});
    }
    for (std::size_t k = 0; k < inputs_.size(); ++k) {
      const auto shape = p[inputs_[k]];
      outputs.push_back({bars[outer_.parts.size() + k], 1, shape.offset, shape.size()});
    }
    vjp_ = std::make_unique<Executable>(p, outputs);
  }
  gradient_->evaluate(t, x, g_.data(), &g_[g_.size() - 1]);
  run(*vjp_, t, x, {jtu, bar_.data()}, u);
  // What the rates take from g and from the loss comes from the weights: H^T gbar + lossbar g.
  const Index n = gradient_->size();
  gradient_->transposed(t, x, bar_.data(), slope_.data());
  Eigen::Map<Vector>(jtu, n) += slope_.head(n) + bar_[n] * g_.head(n);
}

}  // namespace neurode::learning
