#include <cmath>
#include <memory>

#include "learning/copies.hpp"

namespace neurode::learning {

namespace {

/// Share of samples told right: the largest output is that of the largest target; of a single output, its half (>=
/// 0.5).
double accuracy(const Eigen::Ref<const Matrix>& output, const Matrix& targets) {
  Index right = 0;
  for (Index j = 0; j < targets.cols(); ++j) {
    if (targets.rows() == 1) {
      right += (output(0, j) >= 0.5) == (targets(0, j) >= 0.5);
    } else {
      Index a = 0, b = 0;
      output.col(j).maxCoeff(&a);
      targets.col(j).maxCoeff(&b);
      right += a == b && output.col(j).allFinite();
    }
  }
  return static_cast<double>(right) / static_cast<double>(targets.cols());
}

/// Loss and outputs of the network at steady state on samples of its own: by a forward pass or, where connections act
/// both ways, at its free fixed point.
class SteadyProgram {
 public:
  SteadyProgram(const Setup& setup, const network::Samples& samples, std::optional<double> feedback)
      : assembly_(network::assemble(setup.network, {&samples, true, false, true})) {
    const auto last = static_cast<std::size_t>(setup.output);
    ValueId output = assembly_.outputs[last], loss;
    if (feedback) {
      const Layers layers(setup.network, assembly_);
      Copies copies(setup, assembly_, layers, *feedback);
      const Copy copy = copies.add("", "");
      copies.relax(copy, 1);
      output = copy.r[last];
      loss = layers.loss(setup, &samples, output, &copy.softmax);
      std::vector<Executable::Output> rates;
      for (std::size_t k = 0; k < assembly_.parts.size(); ++k) {
        const Slice& s = assembly_.layout.slices()[k];
        rates.push_back({assembly_.parts[k].rate, 0, s.offset, s.size()});
      }
      step_ = std::make_unique<Executable>(assembly_.program, rates);
      activity_.setZero(assembly_.layout.size());
      change_ = activity_;
    } else {
      loss = add_loss(setup, assembly_, &samples, true);
    }
    const Index size = samples.targets.size();
    code_ = std::make_unique<Executable>(assembly_.program,
                                         std::vector<Executable::Output>{{loss, 0, 0, 1}, {output, 0, 1, size}});
    buffer_.setZero(1 + size);
  }

  void run(double t, const double* weights) {
    const double time[] = {t, t};
    const double* in[] = {time, activity_.data(), nullptr, weights};
    if (step_) settle(in);
    double* out[] = {buffer_.data()};
    code_->run(in, out);
  }
  double loss() const { return buffer_[0]; }
  const double* outputs() const { return buffer_.data() + 1; }

 private:
  /// Half steps along the relaxation, from zero so that what came before does not matter. Where it does not come to
  /// rest the figures are those of where it was last.
  void settle(const double* const* in) {
    constexpr int kMostSteps = 10000;
    constexpr double kStep = 0.5, kSmall = 1e-9;
    activity_.setZero();
    double* out[] = {change_.data()};
    for (int k = 0; k < kMostSteps; ++k) {
      step_->run(in, out);
      activity_ += kStep * change_;
      if (change_.size() == 0 || !(change_.cwiseAbs().maxCoeff() > kSmall)) return;
    }
  }

  network::Assembly assembly_;
  std::unique_ptr<Executable> code_, step_;
  Vector buffer_, activity_, change_;
};

}  // namespace

/// PREFIXloss and PREFIXaccuracy of the network at steady state.
static void add_steady_metrics(const Setup& setup, Problem& problem, const network::Samples& samples,
                               const std::string& prefix, const std::string& which, Index weights_offset,
                               std::optional<double> feedback) {
  const auto program = std::make_shared<SteadyProgram>(setup, samples, feedback);
  problem.metrics.push_back({prefix + "loss", "loss on the " + which + " samples: " + setup.loss->name,
                             [program, weights_offset](double t, const double* x) {
                               program->run(t, x + weights_offset);
                               return program->loss();
                             }});
  problem.metrics.push_back({prefix + "accuracy", "share of " + which + " samples told right",
                             [program, weights_offset, &samples](double t, const double* x) {
                               program->run(t, x + weights_offset);
                               const Eigen::Map<const Matrix> out(program->outputs(), samples.targets.rows(),
                                                                  samples.targets.cols());
                               return accuracy(out, samples.targets);
                             }});
}

void add_metrics(const Setup& setup, Problem& problem, ValueId loss, ValueId output, Index weights_offset,
                 std::optional<double> feedback) {
  if (setup.scenario.learning->has_target()) {  // nothing to tell right, no test rows
    const std::shared_ptr<Sampler> losses = problem.sampler({loss});
    problem.metrics.push_back({"loss", "loss at this time: " + setup.loss->name, [losses](double t, const double* x) {
                                 double value = 0;
                                 losses->run(t, x, &value);
                                 return value;
                               }});
    return;
  }
  const auto& data = *setup.network.data;
  const bool batches = data.batching.has_value();
  const bool whole = !batches || !setup.steady;  // what is in the state is what there is to measure
  const std::shared_ptr<Sampler> losses = problem.sampler({loss});
  problem.metrics.push_back(
      {whole ? "loss" : "batch_loss",
       (batches ? "loss on the samples shown: " : "loss on the training samples: ") + setup.loss->name,
       [losses](double t, const double* x) {
         double value = 0;
         losses->run(t, x, &value);
         return value;
       }});
  if (!whole) {
    add_steady_metrics(setup, problem, data.train, "", "training", weights_offset, feedback);
  } else if (!batches) {
    const std::shared_ptr<Sampler> outputs = problem.sampler({output});
    const auto buffer = std::make_shared<Matrix>(data.train.targets.rows(), data.train.targets.cols());
    problem.metrics.push_back(
        {"accuracy", "share of training samples told right", [outputs, buffer, &data](double t, const double* x) {
           outputs->run(t, x, buffer->data());
           return accuracy(*buffer, data.train.targets);
         }});
  }
  if (data.test.count() > 0 && setup.steady) {
    add_steady_metrics(setup, problem, data.test, "test_", "test", weights_offset, feedback);
  }
}

}  // namespace neurode::learning
