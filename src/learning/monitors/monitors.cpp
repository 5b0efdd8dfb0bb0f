#include "learning/monitors/monitors.hpp"

#include <algorithm>

#include "learning/gradients/reference.hpp"

namespace neurode::learning {

namespace {

class Survey : public Landscape {
 public:
  Survey(std::unique_ptr<Gradient> loss, Index first) : loss_(std::move(loss)), first_(first) {}
  Index size() const override { return loss_->size(); }
  double gradient(double t, const double* x, double* g) override {
    double loss = 0;
    loss_->evaluate(t, x + first_, g, &loss);
    return loss;
  }
  void product(double t, const double* x, const double* v, double* hv) override {
    double slope = 0;
    loss_->product(t, x + first_, v, hv, &slope);
  }

 private:
  std::unique_ptr<Gradient> loss_;
  Index first_;
};

}  // namespace

const std::vector<MonitorEntry>& monitors() {
  static const std::vector<MonitorEntry> all = {conserved(),    gradient_alignment(), gradient_norm(),
                                                kernel_drift(), lowest_curvature(),   sharpness(),
                                                weight_norm()};
  return all;
}

const network::Named* MonitorContext::find(const std::string& name) const {
  const auto at = std::find_if(named.begin(), named.end(), [&](const network::Named& n) { return n.name == name; });
  return at == named.end() ? nullptr : &*at;
}

MonitorContext monitor_context(const Setup& setup, const network::Assembly& assembly, const StateLayout& layout) {
  MonitorContext c{setup, {}, {}, 0, {}, {}, {}};
  for (const auto& w : assembly.plastic) {
    const Slice& s = *layout.find(w.name);
    c.weights.push_back({w.name, s.offset, s.rows, s.cols, w.projection, w.population});
  }
  for (const Slice& s : layout.slices()) {  // those of local rules stand among them
    if (s.block != Block::weights) continue;
    c.first = s.offset;
    break;
  }
  return c;
}

void offer_monitors(Problem& problem, MonitorContext context) {
  context.initial = problem.initial;
  context.named = problem.named;
  context.sampler = problem.sampler;
  for (const auto& w : context.weights) problem.moved.push_back(w.name);
  const auto shared = std::make_shared<const MonitorContext>(std::move(context));
  problem.maker = [shared](const std::string& name, std::string* why) -> std::unique_ptr<Metric> {
    const auto* entry = find_entry(monitors(), name);
    if (!entry) return nullptr;
    auto evaluate = entry->build(*shared, why);
    if (!evaluate) return nullptr;
    // The figure may refer to the context.
    return std::make_unique<Metric>(
        Metric{name, entry->summary, [shared, evaluate](double t, const double* x) { return evaluate(t, x); }});
  };
  problem.surveyor = [shared](std::string* why) -> std::unique_ptr<Landscape> {
    auto loss = reference_gradient(shared->setup, why);
    return loss ? std::make_unique<Survey>(std::move(loss), shared->first) : nullptr;
  };
}

}  // namespace neurode::learning
