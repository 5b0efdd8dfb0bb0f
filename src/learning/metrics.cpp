#include <cmath>
#include <memory>

#include "learning/build.hpp"

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

/// Loss and outputs of the network at steady state on samples of its own.
struct SteadyProgram {
  network::Assembly assembly;
  std::unique_ptr<Executable> code;
  Vector buffer;

  SteadyProgram(const Setup& setup, const network::Samples& samples)
      : assembly(network::assemble(setup.network, {&samples, true, false, true})) {
    const ValueId loss = add_loss(setup, assembly, &samples, true);
    const ValueId output = assembly.outputs[static_cast<std::size_t>(setup.output)];
    const Index size = samples.targets.size();
    code = std::make_unique<Executable>(assembly.program,
                                        std::vector<Executable::Output>{{loss, 0, 0, 1}, {output, 0, 1, size}});
    buffer.resize(1 + size);
  }

  void run(double t, const double* weights) {
    const double time[] = {t, t};
    const double* in[] = {time, nullptr, nullptr, weights};
    double* out[] = {buffer.data()};
    code->run(in, out);
  }
};

}  // namespace

/// PREFIXloss and PREFIXaccuracy of the network at steady state.
static void add_steady_metrics(const Setup& setup, Problem& problem, const network::Samples& samples,
                               const std::string& prefix, const std::string& which, Index weights_offset) {
  const auto program = std::make_shared<SteadyProgram>(setup, samples);
  problem.metrics.push_back({prefix + "loss", "loss on the " + which + " samples: " + setup.loss->name,
                             [program, weights_offset](double t, const double* x) {
                               program->run(t, x + weights_offset);
                               return program->buffer[0];
                             }});
  problem.metrics.push_back({prefix + "accuracy", "share of " + which + " samples told right",
                             [program, weights_offset, &samples](double t, const double* x) {
                               program->run(t, x + weights_offset);
                               const Eigen::Map<const Matrix> out(program->buffer.data() + 1, samples.targets.rows(),
                                                                  samples.targets.cols());
                               return accuracy(out, samples.targets);
                             }});
}

void add_metrics(const Setup& setup, Problem& problem, ValueId loss, ValueId output, Index weights_offset) {
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
    add_steady_metrics(setup, problem, data.train, "", "training", weights_offset);
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
    add_steady_metrics(setup, problem, data.test, "test_", "test", weights_offset);
  }
}

}  // namespace neurode::learning
