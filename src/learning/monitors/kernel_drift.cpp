#include <algorithm>

#include "learning/monitors/monitors.hpp"

namespace neurode::learning {

namespace {

/// K = J J^T of outputs on some samples to weights: one pass back a row of J.
class Kernel {
 public:
  Kernel(const Setup& setup, Index first) : first_(first) {
    const auto& all = setup.network.data->train;
    const Index outputs = setup.network.populations[static_cast<std::size_t>(setup.output)].size;
    const Index count = std::clamp<Index>(kRows / outputs, 1, all.count());
    samples_.inputs.resize(all.inputs.rows(), count);
    samples_.targets.resize(all.targets.rows(), count);
    for (Index j = 0; j < count; ++j) {  // spread evenly
      samples_.inputs.col(j) = all.inputs.col(j * all.count() / count);
      samples_.targets.col(j) = all.targets.col(j * all.count() / count);
    }
    rows_ = outputs * count;
    a_ = network::assemble(setup.network, {&samples_, true, false, true});
    Program& p = a_.program;
    const ValueId output = a_.outputs[static_cast<std::size_t>(setup.output)];
    const ValueId seed = p.input(ProgramSystem::kDirection, 0, outputs, count);
    std::vector<ValueId> weights;
    for (const auto& w : a_.plastic) weights.push_back(w.value);
    const auto bars = p.adjoint({{output, seed}}, weights);
    std::vector<Executable::Output> out;
    Index size = 0;
    for (std::size_t k = 0; k < weights.size(); ++k) {
      out.push_back({bars[k], 0, size, p[weights[k]].size()});
      size += p[weights[k]].size();
    }
    code_ = std::make_unique<Executable>(p, out);
    jacobian_.setZero(size, rows_);
    seed_.setZero(rows_);
  }

  Matrix at(double t, const double* x) {
    for (Index k = 0; k < rows_; ++k) {
      seed_.setZero();
      seed_[k] = 1;
      const double time[] = {t, t};
      const double* in[ProgramSystem::kVectors] = {time, nullptr, seed_.data(), x + first_};
      double* out[] = {jacobian_.col(k).data()};
      code_->run(in, out);
    }
    return jacobian_.transpose() * jacobian_;
  }

 private:
  static constexpr Index kRows = 64;
  Index first_, rows_ = 0;
  network::Samples samples_;
  network::Assembly a_;
  std::unique_ptr<Executable> code_;
  Matrix jacobian_;
  Vector seed_;
};

}  // namespace

MonitorEntry kernel_drift() {
  MonitorEntry e;
  e.name = "kernel_drift";
  e.summary =
      "|K - K(start)|/|K(start)| of the tangent kernel K = J J^T, J = d outputs / d weights, on training samples: at "
      "most 64 outputs, samples spread evenly; Frobenius norms";
  e.needs = "[data], and a network without loops";
  e.citation = "A. Jacot, F. Gabriel, C. Hongler, Adv. Neural Inf. Process. Syst. 31 (2018), arXiv:1806.07572";
  e.build = [](const MonitorContext& c, std::string* why) -> Figure {
    if (!c.setup.steady || !c.setup.network.data) {
      *why = c.setup.steady ? "there are no samples" : "the network has no steady state in closed form";
      return {};
    }
    if (const auto* train = c.setup.train(); train->stream || train->steps > 1) {
      *why = train->stream ? "the samples stay in their files" : "a sample is a sequence";
      return {};
    }
    const auto kernel = std::make_shared<Kernel>(c.setup, c.first);
    const auto start = std::make_shared<Matrix>(kernel->at(c.setup.scenario.time.start, c.initial.data()));
    return [=](double t, const double* x) { return (kernel->at(t, x) - *start).norm() / start->norm(); };
  };
  return e;
}

}  // namespace neurode::learning
