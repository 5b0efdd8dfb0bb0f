#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "neurode/core/json.hpp"
#include "neurode/core/machine.hpp"
#include "neurode/run/describe.hpp"
#include "neurode/run/prepare.hpp"
#include "neurode/run/simulate.hpp"

namespace neurode::cli {

namespace {

struct CheckArguments {
  std::string scenario;
  std::vector<std::string> set;
  bool json = false, gradient = false;
  Allowed allowed;
};

/// "slowest 12.5 ms"
std::string scale_text(const char* which, double scale, const std::string& unit) {
  if (!(scale > 0)) return fmt::format("{} not known", which);
  return fmt::format("{} {:.3g}{}{}", which, scale, unit.empty() ? "" : " ", unit);
}

int check(const CheckArguments& a) {
  if (a.gradient) return check_gradient({a.scenario, a.allowed}, a.set, a.json);
  const auto p = run::prepare({a.scenario, a.allowed}, a.set);
  if (!a.allowed.large) run::check_file_size(*p, run::default_output(a.scenario));
  const run::Description d = run::describe(*p);
  if (a.json) {
    JsonWriter w;
    w.begin_object().member("scenario", a.scenario).member("title", p->scenario.title).member("states", d.states);
    w.member("weights", d.weights)
        .member("output_bytes", static_cast<std::int64_t>(d.output_bytes))
        .member("memory_bytes", static_cast<std::int64_t>(d.memory.total()))
        .member("slowest", d.times.slowest)
        .member("fastest", d.times.fastest)
        .member("zero_modes", static_cast<std::int64_t>(d.times.zero))
        .member("time_scales", d.times.how)
        .member("integrator", p->options.method);
    w.key("populations").begin_array();
    for (const auto& q : d.populations) {
      w.begin_object()
          .member("name", q.name)
          .member("model", q.model)
          .member("size", q.size)
          .key("equations")
          .begin_array();
      for (const auto& line : q.equations) w.value(line);
      w.end_array().end_object();
    }
    w.end_array().key("projections").begin_array();
    for (const auto& line : d.projections) w.value(line);
    w.end_array().end_object();
    fmt::print("{}\n", w.text());
    return 0;
  }
  fmt::print("{}: all right\n", a.scenario);
  if (!p->scenario.title.empty()) fmt::print("  {}\n", p->scenario.title);
  for (const auto& q : d.populations) {
    fmt::print("\npopulation {} ({} x {})\n", q.name, q.size, q.model);
    for (const auto& line : q.equations) fmt::print("  {}\n", line);
  }
  if (!d.projections.empty()) fmt::print("\nprojections\n");
  for (const auto& line : d.projections) fmt::print("  {}\n", line);
  fmt::print("\nstate\n");
  for (const auto& line : d.slices) fmt::print("  {}\n", line);
  fmt::print("\n{} numbers in the state, {} of them weights that move\n", d.states, d.weights);
  fmt::print("integrator {}, time {} to {} {}\n", p->options.method, p->scenario.time.start, p->scenario.time.end,
             p->network->time_unit);
  fmt::print("time scales: {}, {}; {}\n", scale_text("slowest", d.times.slowest, p->network->time_unit),
             scale_text("fastest", d.times.fastest, p->network->time_unit), d.times.how);
  for (const auto& [name, text] : p->problem.notes) fmt::print("{}: {}\n", name, text);
  fmt::print("records {}\n", d.recorded);
  fmt::print("output: about {} before compression{}\n", size_text(d.output_bytes),
             d.every_step ? ", and what is recorded at every step" : "");
  fmt::print("memory: about {} ({})\n", size_text(d.memory.total()), d.memory.text());
  return 0;
}

}  // namespace

void add_check(CLI::App& app, Action& action) {
  auto* c =
      app.add_subcommand("check",
                         "Everything a run would refuse, the expanded equations, state count, time scales, memory "
                         "and output size");
  auto a = std::make_shared<CheckArguments>();
  c->add_option("SCENARIO", a->scenario, "Scenario file")->required();
  c->add_option("--set", a->set, "KEY=VALUE: overrides a key of the scenario")->allow_extra_args(false);
  c->add_flag("--json", a->json, "As JSON");
  add_allowed(*c, a->allowed);
  c->add_flag("--gradient", a->gradient,
              "What the learning rule follows, against differences of the loss and back-propagation, by weight matrix");
  c->footer(
      "Examples:\n  neurode check scenarios/xor.toml\n  neurode check scenarios/hodgkin_huxley.toml --set "
      "population.axon.size=100\n"
      "  neurode check scenarios/xor.toml --gradient\n\n"
      "Exit status: 0 all right; 2 the scenario has faults, each told with its place; 3 with --gradient: the rule "
      "claims\n"
      "to follow the gradient and does not.");
  c->callback([a, &action] { action = [a] { return check(*a); }; });
}

}  // namespace neurode::cli
