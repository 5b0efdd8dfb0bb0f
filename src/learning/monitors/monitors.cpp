#include "learning/monitors/monitors.hpp"

#include <algorithm>

namespace neurode::learning {

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
}

}  // namespace neurode::learning
