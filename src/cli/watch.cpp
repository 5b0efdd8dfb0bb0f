#include "cli/watch.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/interrupt.hpp"
#include "cli/progress.hpp"
#include "neurode/core/machine.hpp"

namespace neurode::cli {

namespace {

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

}  // namespace

void add_watch_options(CLI::App& command, WatchArguments& a) {
  command.add_option("--progress", a.progress, "auto (a bar on a terminal), bar, plain (lines) or none")
      ->check(CLI::IsMember({"auto", "bar", "plain", "none"}));
  command.add_flag("-q,--quiet", a.quiet, "No progress, no summary; errors only");
}

run::Summary watched(const WatchArguments& a, const std::function<run::Summary(const run::RunHooks&)>& work) {
  catch_interrupts();
  ProgressPrinter printer(progress_style(a.progress, a.quiet));
  run::RunHooks hooks;
  hooks.interrupt = [] { return interrupt_signal() != 0; };
  if (progress_style(a.progress, a.quiet) != ProgressStyle::none) {
    hooks.progress = [&](const run::Progress& p) { printer.show(p); };
    hooks.progress_seconds = printer.interval();
  }
  auto summary = work(hooks);
  printer.finish();
  return summary;
}

int tell(const WatchArguments& a, const run::Summary& summary, const run::Prepared& prepared) {
  if (!a.quiet) print_summary(summary, prepared);
  const auto outcome = summary.result.outcome;
  if (outcome == integrate::Outcome::interrupted) {
    fmt::print(stderr, "neurode resume {} goes on.\n", summary.file.string());
    return 128 + interrupt_signal();
  }
  if (integrate::succeeded(outcome)) return 0;
  fmt::print(stderr, "neurode: {}\n{}\nThe good part is in {}.\n", summary.result.message,
             integrate::outcome_advice(outcome), summary.file.string());
  return 3;
}

}  // namespace neurode::cli
