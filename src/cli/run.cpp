#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/progress.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/core/machine.hpp"
#include "neurode/run/estimate.hpp"
#include "neurode/run/simulate.hpp"

namespace neurode::cli {

namespace {

struct RunArguments {
  std::string scenario, progress = "auto";
  std::optional<std::string> output;
  std::vector<std::string> set;
  bool force = false, quiet = false, allow_large = false;
};

void print_summary(const run::Summary& s, const run::Prepared& p) {
  const auto& r = s.result;
  fmt::print("{}\n", r.message.empty() ? std::string(integrate::outcome_name(r.outcome)) : r.message);
  if (r.event >= 0) fmt::print("  stopped by       {}\n", p.stops[static_cast<std::size_t>(r.event)].event.name);
  fmt::print("  time             {:.10g} of {:.10g}{}\n", r.t, p.scenario.time.end,
             p.network->time_unit.empty() ? "" : " " + p.network->time_unit);
  for (const auto& [name, value] : s.metrics) {
    const network::Data* data = p.network->data ? &*p.network->data : nullptr;
    if (name == "accuracy" || name == "test_accuracy") {
      const auto n = name == "accuracy" ? data->train.count() : data->test.count();
      fmt::print("  {:<16} {:.4f}  ({:.0f} of {})\n", name, value, value * static_cast<double>(n), n);
    } else {
      fmt::print("  {:<16} {:.6g}\n", name, value);
    }
  }
  const auto& c = r.statistics;
  fmt::print("  integrator       {}: {} steps, {} rejected, {} right-hand sides\n", p.options.method, c.steps,
             c.rejected, c.rhs);
  if (c.jacobians > 0 || c.jvps > 0) {
    fmt::print("                   {} Jacobians, {} factorisations, {} products J v\n", c.jacobians, c.factorisations,
               c.jvps);
  }
  for (const auto& [name, text] : p.problem.notes) fmt::print("  {:<16} {}\n", name, text);
  if (c.spikes > 0) fmt::print("  spikes           {}\n", c.spikes);
  if (!r.switches.empty()) {
    std::string list;
    constexpr std::size_t kShown = 4;
    for (std::size_t k = 0; k < std::min(kShown, r.switches.size()); ++k) {
      list += fmt::format("{}{} at {:.6g}", k > 0 ? ", " : "", r.switches[k].to, r.switches[k].t);
    }
    fmt::print("  switches         {}: to {}{}\n", c.switches, list, r.switches.size() > kShown ? ", ..." : "");
  }
  if (!s.report.empty()) fmt::print("  report\n");
  for (const auto& line : run::report_lines(s.report)) fmt::print("    {}\n", line);
  fmt::print("  wall time        {}\n", duration_text(c.wall_seconds));
  fmt::print("  file             {}  ({})\n", s.file.string(), size_text(static_cast<double>(s.bytes)));
}

int run_scenario(const RunArguments& a) {
  const auto prepared = run::prepare(a.scenario, a.set, a.allow_large);
  const std::filesystem::path file = a.output ? std::filesystem::path(*a.output) : run::default_output(a.scenario);
  record::check_writable(file, a.force);
  if (!a.allow_large) run::check_file_size(*prepared, file);

  catch_interrupts();
  ProgressPrinter printer(progress_style(a.progress, a.quiet));
  run::RunHooks hooks;
  hooks.interrupt = [] { return interrupt_signal() != 0; };
  if (progress_style(a.progress, a.quiet) != ProgressStyle::none) {
    hooks.progress = [&](const run::Progress& p) { printer.show(p); };
    hooks.progress_seconds = printer.interval();
  }
  const auto summary = run::simulate(*prepared, file, a.force, hooks);
  printer.finish();
  if (!a.quiet) print_summary(summary, *prepared);
  if (summary.result.outcome == integrate::Outcome::interrupted) return 128 + interrupt_signal();
  if (integrate::succeeded(summary.result.outcome)) return 0;
  fmt::print(stderr, "neurode: {}\n{}\nThe good part is in {}.\n", summary.result.message,
             integrate::outcome_advice(summary.result.outcome), file.string());
  return 3;
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  auto* c = app.add_subcommand("run", "Simulate a scenario; the trajectory goes into an HDF5 file");
  auto a = std::make_shared<RunArguments>();
  c->add_option("SCENARIO", a->scenario, "Scenario file (TOML; scenarios/format.md tells every key)")->required();
  c->add_option("-o,--output", a->output,
                "Result file. Default: SCENARIO.h5 in the current folder, or the next free SCENARIO-2.h5");
  c->add_option("--set", a->set, "KEY=VALUE: overrides a key of the scenario, e.g. --set population.hidden.tau=1")
      ->allow_extra_args(false);
  c->add_flag("-f,--force", a->force, "Overwrite the file named with -o");
  c->add_option("--progress", a->progress, "auto (a bar on a terminal), bar, plain (lines) or none")
      ->check(CLI::IsMember({"auto", "bar", "plain", "none"}));
  c->add_flag("--allow-large", a->allow_large,
              "Run even where the estimates of memory or file size are above what there is (see neurode check)");
  c->add_flag("-q,--quiet", a->quiet, "No progress, no summary; errors only");
  c->footer(
      "Examples:\n"
      "  neurode run scenarios/xor.toml\n"
      "  neurode run scenarios/xor.toml -o seed7.h5 --set seed=7 --set integrator.rtol=1e-8\n"
      "  neurode run scenarios/xor.toml --set 'projection.\"input -> hidden\".weights.std=2'\n\n"
      "Exit status: 0 done; 2 wrong use or scenario; 3 numerical failure (the good part is kept); 4 file trouble;\n"
      "130 interrupted (Ctrl-C ends the step and closes the file; a second one leaves at once).");
  c->callback([a, &action] { action = [a] { return run_scenario(*a); }; });
}

}  // namespace neurode::cli
