#include "suggest/candidates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "neurode/core/errors.hpp"
#include "neurode/run/train.hpp"
#include "neurode/scenario/edit.hpp"
#include "suggest/dynamics.hpp"
#include "suggest/mean_field.hpp"

namespace neurode::suggest {

namespace {

using Path = std::vector<std::string>;
constexpr double kNever = std::numeric_limits<double>::infinity();

double median(std::vector<double> v) {
  if (v.empty()) return kUnknown;
  std::sort(v.begin(), v.end());
  const std::size_t n = v.size();
  return n % 2 == 1 ? v[n / 2] : 0.5 * (v[n / 2 - 1] + v[n / 2]);
}

Candidate flow(const Value& root, const std::string& what, const std::string& why, const std::string& flow,
               const std::string& method) {
  Candidate c;
  c.what = what;
  c.why = why;
  Value with = root;
  run::set_method(with, method, 1e-3);
  c.changes.emplace_back(Path{"learning", "flow"}, scenario::toml_value(flow));
  c.changes.emplace_back(Path{"learning", "rate"}, scenario::toml_value("1.0"));
  c.changes.emplace_back(Path{"integrator"}, *with.find("integrator"));
  return c;
}

/// weights = { init = ... } of a projection, whatever it was, as a table whose other keys stay.
void draw(Candidate& c, const Value& root, const std::string& projection, const std::string& init,
          const std::string& key, double value) {
  const Path at = {"projection", projection, "weights"};
  const Value* old = root.find("projection")->find(projection);
  old = old ? old->find("weights") : nullptr;
  Value table;
  table.data = Value::Table{};
  if (old && old->is_table()) {
    for (const auto& [name, v] : old->table()) {
      for (const char* kept : {"plastic", "rate", "decay", "l1", "l1_width", "bounds", "bound", "dale"}) {
        if (name == kept) table.table().emplace_back(name, v);
      }
    }
  }
  scenario::set_key(table, {"init"}, scenario::toml_value("\"" + init + "\""));
  scenario::set_key(table, {key}, scenario::toml_value(number_text(std::stod(fmt::format("{:.4g}", value)))));
  c.changes.emplace_back(at, table);
}

}  // namespace

std::vector<Candidate> flow_candidates(const Value& root, const std::string& rule, const std::string& mode,
                                       const Curvature& curvature) {
  if (rule == "force") return {};  // a flow of its own
  const bool adiabatic = rule == "gradient_flow" && mode == "adiabatic";
  std::vector<Candidate> out;
  out.push_back(flow(root, "gradient by bs3", "loose steps of order 3: the path need not be exact, only its end",
                     "\"gradient\"", "bs3"));
  if (adiabatic) {
    out.push_back(flow(root, "gradient by rock2",
                       "steps stabilised along the real axis, where a gradient flow's spectrum lies", "\"gradient\"",
                       "rock2"));
  }
  if (curvature.sharpness > 0) {
    const double root_of = std::sqrt(curvature.sharpness);
    for (const double share : {0.3, 0.1}) {
      const double c = std::stod(fmt::format("{:.2g}", share * root_of));
      out.push_back(flow(
          root, fmt::format("heavy_ball, friction {:g}, by bs3", c),
          fmt::format("{:g} sqrt(lam_max): directions of {:g} lam_max are damped critically", share, share * share / 4),
          fmt::format("{{ name = \"heavy_ball\", friction = {} }}", number_text(c)), "bs3"));
    }
  }
  out.push_back(flow(root, "adam by bs3", "each weight by the size of its own gradient", "\"adam\"", "bs3"));
  if (adiabatic && curvature.sharpness > 0) {
    const double damping = std::stod(fmt::format("{:.1g}", 1e-2 * curvature.sharpness));
    out.push_back(flow(root, fmt::format("natural, damping {:g}, by bs3", damping),
                       "all directions at one speed; products with the metric count as evaluations",
                       fmt::format("{{ name = \"natural\", damping = {}, tolerance = 1e-2 }}", number_text(damping)),
                       "bs3"));
  }
  return out;
}

std::vector<Candidate> start_candidates(const Value& root, const std::vector<Layer>& layers,
                                        const std::string& activation) {
  std::vector<Candidate> out;
  for (const bool orthogonal : {false, true}) {
    Candidate c;
    c.what = orthogonal ? "orthogonal weights" : "normal weights";
    c.why = orthogonal ? "chi = 1, and all singular values of a layer equal" : "chi = 1: variance sw^2/n_in";
    bool any = false;
    for (const auto& l : layers) {
      if (l.bounded) continue;  // a draw would not know of the bounds
      std::string name = l.activation;
      const bool hidden = !name.empty() && name != "identity";
      if (hidden && !activation.empty() && !l.to_output) name = activation;
      double gain = 1 / std::sqrt(l.shared);  // of outputs: what comes in goes out
      if (hidden) {
        const MeanField m = Unit(activation_text(name)).critical(0);
        if (std::isnan(m.weight_variance)) continue;
        gain *= std::sqrt(m.weight_variance / input_scale(l));
      }
      if (orthogonal) {
        draw(c, root, l.key, "orthogonal", "gain", gain);
      } else {
        draw(c, root, l.key, "normal", "std", gain / std::sqrt(l.inputs));
      }
      any = true;
    }
    if (any) out.push_back(std::move(c));
  }
  if (activation.empty()) return out;
  for (auto& c : out) {
    c.what = activation + ", " + c.what;
    for (const auto& l : layers) {
      if (l.activation.empty() || l.activation == "identity" || l.to_output) continue;
      c.changes.emplace_back(Path{"population", l.post, "activation"}, scenario::toml_value("\"" + activation + "\""));
    }
  }
  return out;
}

Value changed(Value root, const Candidate& c) {
  for (const auto& [path, value] : c.changes) scenario::set_key(root, path, value);
  return root;
}

void Trials::run(const Value& root, Candidate& c, double evaluations) const {
  Value tree = changed(root, c);
  const Value* seed = tree.find("seed");
  const std::int64_t first = seed && seed->is_integer() ? seed->integer() : 0;
  std::vector<double> costs, losses;
  try {
    for (int k = 0; k < request_.trials; ++k) {
      if (interrupt_ && interrupt_()) return;
      scenario::set_key(tree, {"seed"}, scenario::toml_value(std::to_string(first + k)));
      const auto t = run::train(tree, file_, {target_, evaluations, request_.seconds, interrupt_});
      ++c.trials;
      c.reached += t.reached;
      costs.push_back(t.reached ? t.evaluations : kNever);
      losses.push_back(std::isnan(t.loss) ? kNever : t.loss);
    }
  } catch (const Error& e) {
    c.fault = e.what();
  }
  c.evaluations = median(costs);
  c.most = costs.empty() ? kUnknown : *std::max_element(costs.begin(), costs.end());
  c.loss = median(losses);
}

Measured Trials::measure(const Value& root, double evaluations) const {
  Measured out;
  Value tree = root;
  for (int seed = 1; seed <= request_.seeds; ++seed) {
    if (interrupt_ && interrupt_()) break;
    scenario::set_key(tree, {"seed"}, scenario::toml_value(std::to_string(seed)));
    double cost = kNever;
    try {
      const auto t = run::train(tree, file_, {target_, evaluations, 20 * request_.seconds, interrupt_});
      if (t.reached) cost = t.evaluations;
    } catch (const Error&) {  // a draw that cannot be, or that breaks down: a seed that never gets there
    }
    out.reached += std::isfinite(cost);
    out.evaluations.push_back(cost);
  }
  out.median = median(out.evaluations);
  if (!out.evaluations.empty()) {
    out.least = *std::min_element(out.evaluations.begin(), out.evaluations.end());
    out.most = *std::max_element(out.evaluations.begin(), out.evaluations.end());
  }
  return out;
}

bool better(const Candidate& a, const Candidate& b) {
  if (a.trials == 0 || !a.fault.empty()) return false;
  if (b.trials == 0 || !b.fault.empty()) return true;
  if (a.reached != b.reached) return a.reached > b.reached;
  if (a.evaluations != b.evaluations) return a.evaluations < b.evaluations;
  return a.loss < b.loss;
}

}  // namespace neurode::suggest
