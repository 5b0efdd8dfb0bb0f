#include "learning/gradients/gradient.hpp"

namespace neurode::learning {

GradientSampler::GradientSampler(const Program& program, const std::vector<ValueId>& values, Run run)
    : run_(std::move(run)) {
  std::vector<Executable::Output> outputs;
  for (const ValueId v : values) {
    const Index size = program[v].size();
    offsets_.push_back(size_);
    outputs.push_back({v, 0, size_, size});
    size_ += size;
  }
  code_ = std::make_unique<Executable>(program, outputs);
}

}  // namespace neurode::learning
