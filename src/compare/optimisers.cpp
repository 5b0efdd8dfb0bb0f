#include "neurode/compare/optimisers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "neurode/core/errors.hpp"
#include "neurode/learning/families.hpp"
#include "neurode/run/prepare.hpp"
#include "neurode/scenario/edit.hpp"

namespace neurode::compare {

namespace {

constexpr const char* kForm =
    "FLOW/METHOD@STEP, such as gradient/euler@0.5, adam/bs3@1e-3 or "
    "heavy_ball(friction=0.3)/semi_implicit_euler@0.3";

[[noreturn]] void refuse(const std::string& text, const std::string& why) {
  throw UsageError(fmt::format("--optimisers: \"{}\" {}; allowed: {}", text, why, kForm));
}

/// What a fixed step h makes of a flow; `keys`: its table.
std::string known_as(const std::string& flow, const Value& keys, const std::string& method, double h) {
  const bool semi = method == "semi_implicit_euler";
  if (flow == "gradient" && (semi || method == "euler"))
    return fmt::format("gradient descent, learning rate {:.3g}", h);
  if (!semi) return "";
  if (flow == "heavy_ball") {
    const Value* friction = keys.find("friction");
    const double c = friction && friction->is_number() ? friction->number() : 1;
    return fmt::format("momentum {:.3g}, learning rate {:.3g}", 1 - h * c, h * h);
  }
  const Value* corrected = keys.find("corrected");
  const bool plain = corrected && corrected->is_bool() && !corrected->boolean();
  if ((flow == "adam" && plain) || flow == "rmsprop" || flow == "adagrad") {
    return fmt::format("discrete {}, learning rate {:.3g}", flow, h);
  }
  return "";
}

/// Discrete optimisers at what the sharpness allows, and their flows by adaptive methods.
std::vector<std::string> sensible(double sharpness) {
  std::vector<std::string> out;
  if (std::isfinite(sharpness) && sharpness > 0) {
    const double eta = 1 / sharpness, h = std::sqrt(0.1 * eta);  // momentum adds up ten or more steps
    out.push_back(fmt::format("gradient/euler@{:.3g}", eta));
    out.push_back(fmt::format("gradient/euler@{:.3g}", 1.8 * eta));
    for (const double mu : {0.9, 0.97}) {
      out.push_back(fmt::format("heavy_ball(friction={:.3g})/semi_implicit_euler@{:.3g}", (1 - mu) / h, h));
    }
  }
  out.push_back("adam(a=10;b=0.1;corrected=false)/semi_implicit_euler@0.01");
  for (const char* entry : {"gradient/tsit5@1e-6", "gradient/bs3@1e-3", "gradient/rock2@1e-3", "adam/bs3@1e-3"}) {
    out.push_back(entry);
  }
  if (std::isfinite(sharpness) && sharpness > 0) {
    out.push_back(fmt::format("heavy_ball(friction={:.2g})/bs3@1e-3", 0.1 * std::sqrt(sharpness)));
  }
  return out;
}

}  // namespace

Optimiser parse_optimiser(const std::string& text) {
  Optimiser o;
  o.text = text;
  const auto slash = text.rfind('/');
  if (slash == std::string::npos || slash == 0) refuse(text, "names no flow and method");
  std::string flow = text.substr(0, slash), keys;
  o.method = text.substr(slash + 1);
  if (const auto at = o.method.find('@'); at != std::string::npos) {
    const std::string number = o.method.substr(at + 1);
    std::size_t used = 0;
    try {
      o.step = std::stod(number, &used);
    } catch (const std::exception&) {
      used = 0;
    }
    if (used == 0 || used != number.size() || !(o.step > 0)) refuse(text, "has a step that is no number > 0");
    o.method = o.method.substr(0, at);
  }
  if (const auto open = flow.find('('); open != std::string::npos) {
    if (flow.back() != ')') refuse(text, "lacks a closing parenthesis");
    keys = flow.substr(open + 1, flow.size() - open - 2);
    flow = flow.substr(0, open);
  }
  if (!find_entry(learning::flows(), flow)) {
    throw UsageError(unknown_name("flow", {}, flow, entry_names(learning::flows())).format());
  }
  const auto* method = find_entry(integrate::methods(), o.method);
  if (!method) throw UsageError(unknown_name("integrator", {}, o.method, entry_names(integrate::methods())).format());
  o.flow = "{ name = \"" + flow + "\"";
  if (!keys.empty()) {
    std::string rest = keys;
    std::replace(rest.begin(), rest.end(), ';', ',');
    o.flow += ", " + rest;
  }
  o.flow += " }";
  try {
    const Value table = scenario::toml_value(o.flow);
    if (!method->adaptive() && o.step > 0) o.known_as = known_as(flow, table, o.method, o.step);
  } catch (const std::exception&) {
    refuse(text, "has keys that are no KEY=VALUE;KEY=VALUE");
  }
  return o;
}

OptimiserComparison run(const OptimiserRequest& request, const std::function<void(const std::string&)>& progress,
                        const std::function<bool()>& interrupt) {
  auto p = run::prepare(request.scenario, request.overrides);
  const auto* loss = run::loss_of(p->problem);
  if (!loss) throw UsageError("the scenario has no loss that optimisers could bring down");
  OptimiserComparison c;
  c.scenario = request.scenario.path.string();
  c.title = p->scenario.title;
  std::string why;
  const auto* sharpness = p->problem.figure("sharpness", &why);
  const double t = p->scenario.time.start;
  c.sharpness =
      sharpness ? sharpness->evaluate(t, p->problem.initial.data()) : std::numeric_limits<double>::quiet_NaN();
  c.target = request.loss;
  for (const auto& stop : p->scenario.time.stop) {
    if (c.target <= 0 && stop.kind == "loss") c.target = stop.value.number();
  }
  if (c.target <= 0) c.target = 0.1 * loss->evaluate(t, p->problem.initial.data());
  if (!(c.target > 0))
    throw UsageError("--loss: the loss at the start is not above 0; say which loss is to be reached");
  const auto asked = request.optimisers.empty() ? sensible(c.sharpness) : request.optimisers;
  for (const auto& text : asked) c.rows.push_back({parse_optimiser(text), {}, ""});
  for (auto& row : c.rows) {
    if (interrupt && interrupt()) {
      row.fault = "interrupted";
      continue;
    }
    if (progress) progress(row.what.text);
    Value root = p->scenario.root;
    const auto* method = find_entry(integrate::methods(), row.what.method);
    scenario::set_key(root, {"learning", "flow"}, scenario::toml_value(row.what.flow));
    scenario::set_key(root, {"learning", "rate"}, scenario::toml_value("1.0"));
    if (const auto& data = p->network->data; data && data->batching && row.what.step > data->batching->period) {
      row.what.known_as = "steps are cut where batches switch";
    }
    double step = row.what.step;
    if (!(step > 0)) step = method->adaptive() ? p->options.rtol : p->options.dt;
    if (!(step > 0)) refuse(row.what.text, "takes fixed steps and says none");
    run::set_method(root, row.what.method, step);
    try {
      row.run = run::train(root, request.scenario, {c.target, request.evaluations, request.seconds, interrupt});
      if (interrupt && interrupt()) row.fault = "interrupted";
    } catch (const Error& e) {
      row.fault = e.what();
    }
  }
  return c;
}

}  // namespace neurode::compare
