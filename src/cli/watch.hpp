#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "neurode/run/simulate.hpp"

namespace neurode::cli {

/// How a run is watched: options of all commands that make one.
struct WatchArguments {
  std::string progress = "auto";
  bool quiet = false;
};
void add_watch_options(CLI::App& command, WatchArguments& a);

/// Does `work`, a run, with its progress shown and signals caught.
run::Summary watched(const WatchArguments& a, const std::function<run::Summary(const run::RunHooks&)>& work);

/// Prints what a run came to; what failed goes to standard error. Gives the exit status.
int tell(const WatchArguments& a, const run::Summary& summary, const run::Prepared& prepared);

}  // namespace neurode::cli
