#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/watch.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/run/estimate.hpp"
#include "neurode/run/simulate.hpp"

namespace neurode::cli {

namespace {

struct RunArguments {
  std::string scenario;
  WatchArguments watch;
  std::optional<std::string> output;
  std::vector<std::string> set;
  bool force = false;
  Allowed allowed;
};

int run_scenario(const RunArguments& a) {
  const auto prepared = run::prepare({a.scenario, a.allowed}, a.set);
  const std::filesystem::path file = a.output ? std::filesystem::path(*a.output) : run::default_output(a.scenario);
  record::check_writable(file, a.force);
  if (!a.allowed.large) run::check_file_size(*prepared, file);

  const auto summary =
      watched(a.watch, [&](const run::RunHooks& hooks) { return run::simulate(*prepared, file, a.force, hooks); });
  return tell(a.watch, summary, *prepared);
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
  add_allowed(*c, a->allowed);
  c->add_flag("-f,--force", a->force, "Overwrite the file named with -o");
  add_watch_options(*c, a->watch);
  c->footer(
      "Examples:\n"
      "  neurode run scenarios/xor.toml\n"
      "  neurode run scenarios/xor.toml -o seed7.h5 --set seed=7 --set integrator.rtol=1e-8\n"
      "  neurode run scenarios/xor.toml --set 'projection.\"input -> hidden\".weights.std=2'\n\n"
      "Exit status: 0 done; 2 wrong use or scenario; 3 numerical failure (the good part is kept); 4 file trouble;\n"
      "130 interrupted, 143 terminated (the step is ended, a checkpoint written, the file closed; a second signal "
      "leaves\n"
      "at once). `neurode resume FILE` goes on, also after a crash.");
  c->callback([a, &action] { action = [a] { return run_scenario(*a); }; });
}

}  // namespace neurode::cli
