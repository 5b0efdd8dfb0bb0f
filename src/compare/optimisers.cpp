#include "neurode/compare/optimisers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "neurode/core/errors.hpp"
#include "neurode/learning/families.hpp"
#include "neurode/run/prepare.hpp"

namespace neurode::compare {

namespace {

constexpr const char* kForm =
    "FLOW/METHOD@STEP, such as gradient/euler@0.5, adam/bs3@1e-3 or "
    "heavy_ball(friction=0.3)/semi_implicit_euler@0.3";

[[noreturn]] void refuse(const std::string& text, const std::string& why) {
  throw UsageError(fmt::format("--optimisers: \"{}\" {}; allowed: {}", text, why, kForm));
}

/// The number of a key in "(a=1;b=2)", or `standard`.
double key_of(const std::string& keys, const std::string& name, double standard) {
  const auto at = keys.find(name + "=");
  return at == std::string::npos ? standard : std::stod(keys.substr(at + name.size() + 1));
}

std::string known_as(const std::string& flow, const std::string& keys, const std::string& method, double h,
                     double rate) {
  const bool semi = method == "semi_implicit_euler";
  if (method != "euler" && !semi) return "";
  if (flow == "gradient") return fmt::format("gradient descent, learning rate {:.3g}", h * rate);
  if (!semi) return "";
  if (flow == "heavy_ball") {
    const double friction = key_of(keys, "friction", std::numeric_limits<double>::quiet_NaN());
    if (std::isnan(friction)) return "momentum";
    return fmt::format("momentum {:.3g}, learning rate {:.3g}", 1 - h * rate * friction, h * h * rate * rate);
  }
  if (flow == "adam" || flow == "rmsprop" || flow == "adagrad") {
    return fmt::format("discrete {}, learning rate {:.3g}", flow, h * rate);
  }
  return "";
}

/// Discrete optimisers at what the sharpness allows, and their flows by adaptive methods.
std::vector<std::string> sensible(double sharpness) {
  std::vector<std::string> out;
  if (std::isfinite(sharpness) && sharpness > 0) {
    const double eta = 1 / sharpness, h = std::sqrt(eta);
    out.push_back(fmt::format("gradient/euler@{:.3g}", eta));
    out.push_back(fmt::format("gradient/euler@{:.3g}", 4 * eta));
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
    run::toml_value(o.flow);
    if (!method->adaptive() && o.step > 0) o.known_as = known_as(flow, keys, o.method, o.step, 1);
  } catch (const std::exception&) {
    refuse(text, "has keys that are no KEY=VALUE;KEY=VALUE");
  }
  return o;
}

OptimiserComparison run(const OptimiserRequest& request, const std::function<void(const std::string&)>& progress,
                        const std::function<bool()>& interrupt) {
  auto p = run::prepare(request.scenario, request.overrides);
  const auto* loss = p->problem.metric("loss");
  if (!loss) throw UsageError("the scenario has no loss that optimisers could bring down");
  OptimiserComparison c;
  c.scenario = request.scenario.string();
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
  if (c.target <= 0) c.target = 0.01 * loss->evaluate(t, p->problem.initial.data());
  const auto asked = request.optimisers.empty() ? sensible(c.sharpness) : request.optimisers;
  for (const auto& text : asked) c.rows.push_back({parse_optimiser(text), {}, ""});
  for (auto& row : c.rows) {
    if (interrupt && interrupt()) break;
    if (progress) progress(row.what.text);
    Value root = p->scenario.root;
    const auto* method = find_entry(integrate::methods(), row.what.method);
    run::set_key(root, {"learning", "flow"}, run::toml_value(row.what.flow));
    std::string integrator = "{ method = \"" + row.what.method + "\"";
    if (method->adaptive()) {
      const double rtol = row.what.step > 0 ? row.what.step : p->options.rtol;
      integrator += fmt::format(", rtol = {}, atol = {}", number_text(rtol), number_text(1e-2 * rtol));
    } else {
      const double dt = row.what.step > 0 ? row.what.step : p->options.dt;
      if (!(dt > 0)) refuse(row.what.text, "takes fixed steps and says none");
      integrator += ", dt = " + number_text(dt);
    }
    run::set_key(root, {"integrator"}, run::toml_value(integrator + " }"));
    try {
      row.run = run::train(root, c.scenario, {c.target, request.evaluations, request.seconds, interrupt});
    } catch (const ScenarioError& e) {
      row.fault = e.what();
    } catch (const NumericalError& e) {
      row.fault = e.what();
    }
  }
  return c;
}

}  // namespace neurode::compare
