#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/watch.hpp"
#include "neurode/run/estimate.hpp"
#include "neurode/run/resume.hpp"

namespace neurode::cli {

namespace {

struct ResumeArguments {
  std::string file, until;
  std::optional<std::string> output, scenario;
  std::vector<std::string> set;
  bool allow_different = false, force = false;
  Allowed allowed;
  WatchArguments watch;
};

int resume(const ResumeArguments& a) {
  run::ResumeOptions options;
  options.until = a.until;
  options.set = a.set;
  options.allow_different = a.allow_different;
  options.allowed = a.allowed;
  if (a.scenario) options.scenario = *a.scenario;
  auto run = run::resumable(a.file, options);
  if (!run.finished.empty()) {
    if (!a.watch.quiet) {
      fmt::print("{}: {}, there is nothing left to do; --until TIME goes on beyond the end\n", a.file, run.finished);
    }
    return 0;
  }
  const std::filesystem::path output = a.output ? *a.output : a.file;
  record::check_writable(output, a.force || !a.output);
  if (!a.allowed.large) run::check_file_size(*run.prepared, output);
  if (!a.watch.quiet) {
    for (const auto& d : run.differences) fmt::print("different: {}\n", d);
    if (run.from) {
      fmt::print("goes on from the checkpoint at t = {:.10g}\n", run.from->snapshot.t);
    } else {
      fmt::print("there is no checkpoint to go on from: starts again from t = {:.10g}\n",
                 run.prepared->scenario.time.start);
    }
  }
  const auto summary = watched(
      a.watch, [&](const run::RunHooks& hooks) { return run::resume(run, output, a.force || !a.output, hooks); });
  return tell(a.watch, summary, *run.prepared);
}

struct RerunArguments {
  std::string file;
  std::optional<std::string> output;
  Allowed allowed;
  WatchArguments watch;
};

int rerun(const RerunArguments& a) {
  const std::filesystem::path file = a.file;
  const std::filesystem::path output =
      a.output ? std::filesystem::path(*a.output) : run::free_file(file.stem().string() + "-rerun", ".h5");
  record::check_writable(output, false);
  struct Cleared {
    std::filesystem::path path;
    ~Cleared() {
      std::error_code ignored;
      if (!path.empty()) std::filesystem::remove(path, ignored);
    }
  } const cleared{a.output ? "" : output};  // however this ends
  run::Rerun result;
  const auto summary = watched(a.watch, [&](const run::RunHooks& hooks) {
    result = run::rerun(file, a.allowed, output, hooks);
    return result.summary;
  });
  if (summary.result.outcome == integrate::Outcome::interrupted) return 128 + interrupt_signal();
  for (const auto& d : result.differences) fmt::print("different: {}\n", d);
  for (const auto& d : result.unlike) fmt::print("{}: {}\n", d.variable, d.what);
  if (result.unlike.empty()) {
    fmt::print("all {} datasets of {} are identical\n", result.compared, a.file);
  } else {
    fmt::print("{} of {} datasets of {} are not identical\n", result.unlike.size(), result.compared, a.file);
  }
  return result.unlike.empty() ? 0 : 1;
}

}  // namespace

void add_resume(CLI::App& app, Action& action) {
  auto* c = app.add_subcommand("resume", "Go on with a run that was stopped, killed, or is to last longer");
  auto a = std::make_shared<ResumeArguments>();
  c->add_option("FILE", a->file, "Result file of the run")->required();
  c->add_option("--until", a->until,
                "A new end of the run: a time in the scenario's unit, or with its own (\"20 ms\")");
  c->add_option("-o,--output", a->output, "Write another file and leave FILE as it is");
  c->add_flag("-f,--force", a->force, "Overwrite the file named with -o");
  c->add_option("--scenario", a->scenario, "Where the scenario is now, if it has moved");
  c->add_option("--set", a->set, "KEY=VALUE: overrides a key of the scenario (needs --allow-different)")
      ->allow_extra_args(false);
  c->add_flag("--allow-different", a->allow_different,
              "Go on although the scenario, its data or the build of neurode are not those of then");
  add_allowed(*c, a->allowed);
  add_watch_options(*c, a->watch);
  c->footer(
      "Goes on from the last checkpoint in the file, up to which the file is kept; what it ends with is, in every\n"
      "dataset, bit for bit what a run without a stop has. FILE stays as it is until all of it is taken over. When\n"
      "checkpoints are written: [checkpoint] of the scenario (scenarios/format.md).\n\n"
      "Examples:\n"
      "  neurode resume xor.h5\n"
      "  neurode resume xor.h5 --until 1000\n"
      "  neurode resume xor.h5 -o slower.h5 --set learning.rate=0.1 --allow-different\n\n"
      "Exit status: as of neurode run; 2 where something differs from how the file was made.");
  c->callback([a, &action] { action = [a] { return resume(*a); }; });
}

void add_rerun(CLI::App& app, Action& action) {
  auto* c = app.add_subcommand("rerun", "Make a result again from what its file says, and compare every dataset");
  auto a = std::make_shared<RerunArguments>();
  c->add_option("FILE", a->file, "Result file of a run")->required();
  c->add_option("-o,--output", a->output, "Keep the new result under this name");
  add_allowed(*c, a->allowed);
  add_watch_options(*c, a->watch);
  c->footer(
      "The scenario is the one stored in FILE, with the data files beside it as they are now.\n\n"
      "Example:\n  neurode rerun xor.h5\n\n"
      "Exit status: 0 all datasets are identical; 1 some are not; else as of neurode run.");
  c->callback([a, &action] { action = [a] { return rerun(*a); }; });
}

}  // namespace neurode::cli
