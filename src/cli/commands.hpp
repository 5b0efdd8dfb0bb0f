#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "neurode/core/scenario_folder.hpp"

namespace neurode::cli {

/// A command adds itself to the program and returns, by `action`, what to do; the action's value is the exit status.
using Action = std::function<int()>;

/// --allow-outside, of every command that takes a SCENARIO or another file that names files.
void add_reach(CLI::App& command, Reach& reach);
/// --allow-outside and --allow-large of commands that take a scenario.
void add_allowed(CLI::App& command, Allowed& allowed);

/// `check --gradient`. Gives the exit status.
int check_gradient(const ScenarioFile& scenario, const std::vector<std::string>& set, bool json);

void add_run(CLI::App& app, Action& action);
void add_check(CLI::App& app, Action& action);
void add_analyze(CLI::App& app, Action& action);
void add_compare(CLI::App& app, Action& action);
void add_suggest(CLI::App& app, Action& action);
void add_info(CLI::App& app, Action& action);
void add_export(CLI::App& app, Action& action);
void add_plot(CLI::App& app, Action& action);
void add_import(CLI::App& app, Action& action);
void add_list(CLI::App& app, Action& action);
void add_resume(CLI::App& app, Action& action);
void add_report(CLI::App& app, Action& action);
void add_rerun(CLI::App& app, Action& action);
void add_schema(CLI::App& app, Action& action);

}  // namespace neurode::cli
