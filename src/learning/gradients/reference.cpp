#include "learning/gradients/reference.hpp"

#include "learning/gradients/fixed_point.hpp"

namespace neurode::learning {

using network::Assembly;

namespace {

class LayeredGradient : public Gradient {
 public:
  explicit LayeredGradient(const Setup& setup)
      : setup_(setup), a_(network::assemble(setup.network, {setup.train(), true, false, true})) {
    loss_ = add_loss(setup_, a_, setup_.train(), true);
    Program& p = a_.program;
    std::vector<ValueId> weights;
    for (const auto& w : a_.plastic) weights.push_back(w.value);
    gradient_ = p.adjoint({{loss_, p.elementwise(1, 1, p.graph().constant(1))}}, weights);
    std::vector<Executable::Output> out;
    for (std::size_t k = 0; k < weights.size(); ++k) {
      out.push_back({gradient_[k], 0, size_, p[weights[k]].size()});
      size_ += p[weights[k]].size();
    }
    out.push_back({loss_, 1, 0, 1});
    code_ = std::make_unique<Executable>(p, out);
  }

  Index size() const override { return size_; }
  void evaluate(double t, const double* w, double* g, double* loss) override { run(*code_, t, w, nullptr, {g, loss}); }

  void product(double t, const double* w, const double* v, double* hv, double* slope) override {
    if (!product_) build_product();
    run(*product_, t, w, v, {hv, slope});
  }
  void transposed(double t, const double* w, const double* u, double* hu) override {
    double slope = 0;
    product(t, w, u, hu, &slope);
  }
  Program& program() override { return a_.program; }
  std::unique_ptr<Sampler> sampler(const std::vector<ValueId>& values) override {
    return std::make_unique<GradientSampler>(
        a_.program, values,
        [this](Executable& code, double t, const double* w, double* out) { run(code, t, w, nullptr, {out}); });
  }

 private:
  static constexpr int kDirection = ProgramSystem::kDirection;

  void build_product() {
    Program& p = a_.program;
    Program::Seeds seeds;
    std::vector<ValueId> valid;
    Index at = 0;
    for (std::size_t k = 0; k < a_.plastic.size(); ++k) {
      const auto shape = p[a_.plastic[k].value];
      seeds.emplace_back(a_.plastic[k].value, p.input(kDirection, at, shape.rows, shape.cols));
      if (gradient_[k].valid()) valid.push_back(gradient_[k]);
      at += shape.size();
    }
    valid.push_back(loss_);
    const auto d = p.tangent(seeds, valid);
    std::vector<Executable::Output> out;
    at = 0;
    for (std::size_t k = 0, i = 0; k < a_.plastic.size(); ++k) {
      const Index size = p[a_.plastic[k].value].size();
      out.push_back({gradient_[k].valid() ? d[i++] : ValueId{}, 0, at, size});
      at += size;
    }
    out.push_back({d.back(), 1, 0, 1});
    product_ = std::make_unique<Executable>(p, out);
  }

  void run(Executable& code, double t, const double* w, const double* v, std::initializer_list<double*> out) {
    const double time[] = {t, t};
    const double* in[ProgramSystem::kVectors] = {time, nullptr, v, w};
    code.run(in, out.begin());
  }

  Setup setup_;
  Assembly a_;
  ValueId loss_;
  std::vector<ValueId> gradient_;
  Index size_ = 0;
  std::unique_ptr<Executable> code_, product_;
};

}  // namespace

std::unique_ptr<Gradient> layered_gradient(const Setup& setup) { return std::make_unique<LayeredGradient>(setup); }

std::string no_reference(const Setup& setup) {
  if (!setup.loss) return "the rule has no loss";
  if (const auto* train = setup.train(); train && train->stream) return "the samples stay in their files";
  if (const auto* train = setup.train(); train && train->steps > 1) return "a sample is a sequence";
  if (setup.steady) return "";
  for (const auto& p : setup.network.populations) {
    if (!p.noise.empty()) return "under white noise activity has no steady state";
  }
  return setup.scenario.learning->has_target() ? "activity that follows a target over time has no steady state" : "";
}

std::unique_ptr<Gradient> reference_gradient(const Setup& setup, std::string* why) {
  if (const std::string reason = no_reference(setup); !reason.empty()) {
    *why = reason;
    return nullptr;
  }
  if (setup.steady) return layered_gradient(setup);
  ValueId loss, output;
  return fixed_point_gradient(setup, setup.train(), loss, output);
}

}  // namespace neurode::learning
