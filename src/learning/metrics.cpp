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

/// Loss and outputs of the network at steady state on other samples than those it learns from.
struct TestProgram {
  network::Assembly assembly;
  std::unique_ptr<Executable> code;
  Vector buffer;

  TestProgram(const Setup& setup, const network::Samples& samples)
      : assembly(network::assemble(setup.network, {&samples, true, false})) {
    const ValueId loss = add_loss(setup, assembly, samples, true);
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

void add_metrics(const Setup& setup, Problem& problem, ValueId loss, ValueId output, Index weights_offset) {
  const auto& data = *setup.network.data;
  const std::shared_ptr<Sampler> losses = problem.sampler({loss});
  problem.metrics.push_back(
      {"loss", "loss on the training samples: " + setup.loss->name, [losses](double t, const double* x) {
         double value = 0;
         losses->run(t, x, &value);
         return value;
       }});
  const std::shared_ptr<Sampler> outputs = problem.sampler({output});
  const auto buffer = std::make_shared<Matrix>(data.train.targets.rows(), data.train.targets.cols());
  problem.metrics.push_back(
      {"accuracy", "share of training samples told right", [outputs, buffer, &data](double t, const double* x) {
         outputs->run(t, x, buffer->data());
         return accuracy(*buffer, data.train.targets);
       }});
  if (data.test.count() == 0 || !setup.steady) return;
  const auto test = std::make_shared<TestProgram>(setup, data.test);
  problem.metrics.push_back(
      {"test_loss", "loss on the test samples: " + setup.loss->name, [test, weights_offset](double t, const double* x) {
         test->run(t, x + weights_offset);
         return test->buffer[0];
       }});
  problem.metrics.push_back(
      {"test_accuracy", "share of test samples told right", [test, weights_offset, &data](double t, const double* x) {
         test->run(t, x + weights_offset);
         const Eigen::Map<const Matrix> out(test->buffer.data() + 1, data.test.targets.rows(),
                                            data.test.targets.cols());
         return accuracy(out, data.test.targets);
       }});
}

}  // namespace neurode::learning
